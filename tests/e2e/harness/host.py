"""notation with folders of its own, our plugin installed, and a configuration file for the plugin's keys."""

import json
import os
import pathlib
import shutil

from . import golden, process, tools

PLUGIN = "pkcs11"
KEPT = ("PATH", "LANG", "LC_ALL", "TERM", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")


class Host:
    """Everything lies below one scratch folder; nothing of the user's own configuration is read or written."""

    def __init__(self, folder, libexec, token=None):
        self.folder = folder
        self.notation = tools.notation()
        self.token = token
        self.environment = {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            "HOME": folder,
            "XDG_CONFIG_HOME": folder / "config",
            "XDG_STATE_HOME": folder / "state",
            "NOTATION_CONFIG": folder / "notation",
            "NOTATION_LIBEXEC": libexec,
            "NOTATION_CACHE": folder / "cache",
            "NOTATION_EXPERIMENTAL": "1",
            "NOTATION_PKCS11_CONFIG": folder / "config.json",
            **(token.environment if token else {}),
        }
        self.keys = {}
        self.configuration = folder / "config.json"

    def run(self, *arguments, env=None, **options):
        return process.run([self.notation, *arguments], {**self.environment, **(env or {})}, cwd=self.folder, **options)

    def succeed(self, *arguments, **options):
        result = self.run(*arguments, **options)
        assert result.code == 0, f"notation {arguments} ended with {result.code}\n{result.out}\n{result.err}"
        return result

    def fail(self, *arguments, **options):
        result = self.run(*arguments, **options)
        assert result.code == 1, f"notation {arguments} ended with {result.code}\n{result.out}\n{result.err}"
        return result

    def configure_key(self, name, **settings):
        """Adds a key to the plugin's configuration file; its settings are those of the file format."""
        self.keys[name] = {
            member: str(value) if isinstance(value, pathlib.Path) else value for member, value in settings.items()
        }
        self.configuration.parent.mkdir(parents=True, exist_ok=True)
        self.configuration.write_text(json.dumps({"version": 1, "keys": self.keys}))
        self.configuration.chmod(0o600)

    def pin_file(self, pin, name="pin", mode=0o600):
        path = self.folder / name
        path.write_text(pin + "\n")
        path.chmod(mode)
        return path

    def trust(self, roots, level="strict", store="e2e", identities=("*",)):
        """Writes the trust store and a policy for every registry; what was trusted before is gone."""
        shutil.rmtree(self.folder / "notation/truststore", ignore_errors=True)
        for number, root in enumerate(roots):
            path = self.folder / f"trusted-{number}.pem"
            path.write_text(root.pem)
            self.succeed("cert", "add", "--type", "ca", "--store", store, path)
        self.write_policy(level, store, identities)

    def write_policy(self, level="strict", store="e2e", identities=("*",), stores=(), **verification):
        """One policy for every registry. `stores`: further trust stores, such as "tsa:e2e"."""
        policy = self.folder / "trustpolicy.json"
        policy.write_text(
            json.dumps(
                {
                    "version": "1.0",
                    "trustPolicies": [
                        {
                            "name": "e2e",
                            "registryScopes": ["*"],
                            "signatureVerification": {"level": level, **verification},
                            "trustStores": [f"ca:{store}", *stores],
                            "trustedIdentities": list(identities),
                        }
                    ],
                }
            )
        )
        self.succeed("policy", "import", "--force", policy)

    def normalise(self, text):
        return golden.normalise(text, {self.folder: "<scratch>", self.environment["NOTATION_LIBEXEC"]: "<libexec>"})


def install_unchecked_signer(libexec):
    """A plugin that signs with a file key and returns whatever chain it is told: shows what notation itself refuses."""
    folder = pathlib.Path(libexec) / "plugins/unchecked"
    folder.mkdir(parents=True)
    target = folder / "notation-unchecked"
    shutil.copy(pathlib.Path(__file__).parents[1] / "unchecked_signer/notation-unchecked", target)
    target.chmod(0o755)
