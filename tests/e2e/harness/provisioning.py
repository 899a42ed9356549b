"""An operator at an empty SoftHSM folder: everything on this side is done with our own commands, run as notation's
plugin folder has them. Only the authority and notation itself are other programs."""

import json
import os
import pathlib

from . import process
from .host import PLUGIN, Host
from .shapes import conforms
from .token import LABEL, PIN, Token

SO_PIN = "5678"


class EmptyToken(Token):
    """SoftHSM with its folder, and nothing in it."""

    def __init__(self, folder):
        super().__init__(folder)
        (folder / "tokens").mkdir(parents=True, exist_ok=True)
        self._configure()


class Operator:
    """Works in the host's folders."""

    def __init__(self, folder, libexec, token):
        self.host = Host(folder, libexec, token)
        self.folder = folder
        self.host.pin_file(PIN)
        self.host.pin_file(SO_PIN, "so-pin")
        self.pin = f"file:{folder}/pin"
        environment = self.host.environment
        # Where the plugin looks by itself; a file that is named must be there.
        del environment["NOTATION_PKCS11_CONFIG"]
        self.host.configuration = folder / "config/notation-pkcs11/config.json"
        # `key register` and `enroll` start notation: ours, wherever it lies.
        environment["PATH"] = f"{pathlib.Path(self.host.notation).parent}:{environment.get('PATH', os.defpath)}"

    @property
    def plugin(self):
        return pathlib.Path(self.host.environment["NOTATION_LIBEXEC"]) / f"plugins/{PLUGIN}/notation-{PLUGIN}"

    def run(self, *words, status=0):
        result = process.run([self.plugin, *words], self.host.environment, cwd=self.folder)
        assert result.code == status, f"{words} ended with {result.code}\n{result.out}\n{result.err}"
        for secret in (PIN, SO_PIN):
            assert f"={secret}" not in result.out + result.err
        return result

    def answer(self, shape, *words):
        """What the command says with --json, held against its documented shape."""
        return conforms(shape, self.run(*words, "--json").out)

    @property
    def module(self):
        return ["--module", self.host.token.module]

    def initialise(self, label=LABEL):
        pins = ["--so-pin-source", f"file:{self.folder}/so-pin", "--pin-source", self.pin]
        self.answer("token-init", "token", "init", *self.module, "--label", label, *pins, "--yes")
        return self

    def uri(self, label):
        """The key by its name on the token, with all that it takes to use it."""
        return f"pkcs11:token={LABEL};object={label}?module-path={self.host.token.module}&pin-source={self.pin}"

    def generate(self, label, spec):
        words = [*self.module, "--token", LABEL, "--label", label, "--spec", spec, "--pin-source", self.pin]
        made = self.answer("key-generate", "key", "generate", *words)
        assert (made["keySpec"], made["proved"]) == (spec, True)
        return made

    def request(self, label, subject=None, *more):
        """The path of a certification request for the key."""
        file = self.folder / f"{label}.csr"
        name = subject or f"CN={label},O=End to end,ST=WA,C=US"
        self.answer("cert-csr", "cert", "csr", self.uri(label), "--subject", name, "--out", file, *more)
        return file

    def certify(self, label, authority, **options):
        """Has the authority issue a certificate for the key; imports it into a chain file and configures the key under
        its label. Gives back the authority's file."""
        issued = authority.issue(self.request(label), **options)
        chain = self.folder / f"{label}.pem"
        self.answer("cert-import", "cert", "import", self.uri(label), "--chain", issued, "--to-file", chain)
        self.host.configure_key(
            label,
            uri=f"pkcs11:token={LABEL};object={label}",
            module=self.host.token.module,
            chain_file=chain,
            pin_source=self.pin,
        )
        return issued

    def register(self, name):
        self.answer("key-register", "key", "register", name, "--run")
        keys = json.loads((self.folder / "notation/signingkeys.json").read_text())["keys"]
        assert name in [key["name"] for key in keys]

    def trust(self, label, store="e2e", **options):
        """The root of the key's chain into notation's trust store, by our command; then a policy with that store."""
        self.answer("cert-export", "cert", "export", label, "--trust-store", store)
        self.host.write_policy(store=store, **options)
