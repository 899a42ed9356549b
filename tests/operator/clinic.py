"""A set-up in which all is well, to plant a fault in: a key on the scripted module or on SoftHSM, its chain, our
configuration, and notation with the plugin, the key and a trust policy."""

import json
import os
import pathlib
import re
import shutil

from harness import certs, process, tools
from harness.certs import Certificate, Profile, authority
from harness.fake import FakeModule
from harness.token import PIN, Token

EXPECTED = pathlib.Path(__file__).parent / "expected"
KEY = "release"


class Clinic:
    def __init__(self, folder):
        self.folder = folder
        self.prefix = []  # what runs our command
        self.notation = tools.notation()
        self.key = certs.Key("EC-256", folder / "key.pem")
        self.root = Certificate(authority(), certs.Key("EC-256", folder / "root.key"))
        self.use(FakeModule(folder))
        self.token.with_key(self.key)
        self.issue()
        self.pin_file = self.write("pin", PIN + "\n", 0o600)
        self.settings = {
            "uri": "pkcs11:token=e2e;object=release",
            "module": str(self.token.module),
            "chain_file": "chain.pem",
            "pin_source": "file:pin",
        }
        self.configure()
        self.libexec = folder / "libexec"
        self.plugin = self.libexec / "plugins/pkcs11/notation-pkcs11"
        self.plugin.parent.mkdir(parents=True)
        self.plugin.symlink_to(tools.product())
        self.register(KEY)
        self.trust(self.root)

    def use(self, token):
        """Another token: it brings its environment."""
        self.token = token
        self.environment = {
            **{name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ},
            "PATH": f"{pathlib.Path(self.notation).parent}:{os.environ['PATH']}",
            "HOME": self.folder,
            "LC_ALL": "C.UTF-8",
            "XDG_CONFIG_HOME": self.folder / "config",
            "XDG_STATE_HOME": self.folder / "state",
            "NOTATION_CONFIG": self.folder / "notation",
            "NOTATION_LIBEXEC": self.folder / "libexec",
            "NOTATION_CACHE": self.folder / "cache",
            "NOTATION_PKCS11_CONFIG": self.folder / "config.json",
            **token.environment,
        }

    def use_softhsm(self):
        token = Token(self.folder / "softhsm")
        token.folder.mkdir()
        token.create()
        token.import_key(self.key, "release", "01")
        self.use(token)
        self.configure(module=str(token.module))

    def write(self, name, text, mode=0o644):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def configure(self, **settings):
        """Changes settings of the key; None removes one."""
        self.settings.update(settings)
        key = {name: value for name, value in self.settings.items() if value is not None}
        self.config = self.write("config.json", json.dumps({"version": 1, "keys": {KEY: key}}), 0o600)

    def issue(self, *between, profile=None, key=None, chain=None):
        """A leaf for the key, below the certificates `between`; `chain` replaces what the file holds."""
        self.leaf = Certificate(profile or Profile(), key or self.key, between[-1] if between else self.root)
        certs.write_chain(self.folder / "chain.pem", chain or [self.leaf, *reversed(between), self.root])

    def register(self, *names, default=KEY, plugin="pkcs11", key_id=KEY):
        """notation's list of keys."""
        keys = [{"name": name, "id": key_id, "pluginName": plugin} for name in names]
        self.write("notation/signingkeys.json", json.dumps({"default": default, "keys": keys}), 0o600)

    def trust(self, root, store="e2e"):
        """notation's trust policy, and the one certificate in its store; None leaves the store empty."""
        folder = self.folder / "notation/truststore/x509/ca" / store
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if root:
            (folder / "root.pem").write_text(root.pem)
        statement = {
            "name": "e2e",
            "registryScopes": ["*"],
            "signatureVerification": {"level": "strict"},
            "trustStores": [f"ca:{store}"],
            "trustedIdentities": ["*"],
        }
        policy = {"version": "1.0", "trustPolicies": [statement]}
        self.write("notation/trustpolicy.json", json.dumps(policy), 0o600)

    def module(self, content, name="module.so"):
        """A file of these bytes as the key's module, in a folder of its own."""
        path = self.folder / "modules" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o755)
        self.configure(module=str(path))
        return path

    def compile(self, source, name="module.so", libraries=()):
        """A library without the C library; each of `libraries` is needed, and is not there when it is loaded."""
        compiler = tools.need("gcc", "apt-get install gcc")
        stubs = []
        for needed in libraries:
            stub = self.folder / "stubs" / needed
            stub.parent.mkdir(exist_ok=True)
            process.succeed(
                [compiler, "-shared", "-nostdlib", "-x", "c", "/dev/null", f"-Wl,-soname,{needed}", "-o", stub],
                os.environ,
            )
            stubs.append(stub)
        text = self.write("module.c", source)
        built = self.folder / "built.so"
        process.succeed(
            [compiler, "-shared", "-nostdlib", "-fPIC", text, "-Wl,--no-as-needed", *stubs, "-o", built], os.environ
        )
        return self.module(built.read_bytes(), name)

    def run(self, *arguments):
        return process.run([*self.prefix, tools.product(), *arguments], self.environment, cwd=self.folder)

    def doctor(self, *arguments):
        return self.run("doctor", *(arguments or (KEY,)))

    def report(self, *arguments):
        return json.loads(self.doctor(*(arguments or (KEY,)), "--json").out)

    def shell(self, line):
        return process.run(["sh", "-c", line], self.environment, cwd=self.folder)

    def compare(self, name, result):
        """With expected/, whatever the length of the paths: texts that go on in the next line are put together."""
        text = re.sub(r"\n {18}", " ", result.out + result.err)
        shown = {
            self.folder: "<folder>",
            self.token.module: "<module>",
            self.notation: "<notation>",
            tools.product(): "<product>",
        }
        for found, name_of_it in shown.items():
            text = text.replace(str(found), name_of_it)
        text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:]+Z", "<time>", text)
        text = re.sub(r"\d+ ms\b", "<n> ms", text)
        text = text.replace(", not synchronised as far as the kernel knows", "")
        path = EXPECTED / f"{name}.txt"
        if os.environ.get("UPDATE") == "1":
            path.write_text(text)
        assert path.exists(), f"{path} is missing; UPDATE=1 writes it. The text:\n{text}"
        assert text == path.read_text(), f"{path} holds another text"


def first_finding(text, mark):
    """The lines of the first check with this mark, as one."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.startswith(mark + " "):
            found = [line]
            for more in lines[number + 1 :]:
                if not more.startswith(" " * 18):
                    break
                found.append(more.strip())
            return " ".join(found)
    return None
