"""SoftHSM tokens: each test process has a folder of its own, since SoftHSM rewrites a token's file at every login."""

import os
import shutil

from . import process, tools

PIN = "1234"
LABEL = "e2e"


class Token:
    def __init__(self, folder):
        self.folder = folder
        self.module = tools.softhsm_module()
        self.configuration = folder / "softhsm2.conf"

    @property
    def environment(self):
        return {"SOFTHSM2_CONF": str(self.configuration)}

    def create(self, label=LABEL):
        (self.folder / "tokens").mkdir(parents=True, exist_ok=True)
        self._configure()
        self._util("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "5678")
        return self

    def copy_to(self, folder):
        shutil.copytree(self.folder / "tokens", folder / "tokens")
        copy = Token(folder)
        copy._configure()
        return copy

    def _configure(self):
        self.configuration.write_text(
            f"directories.tokendir = {self.folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
        )

    def import_key(self, key, label, identifier, token=LABEL):
        """Puts a private key and its public half on the token; identifier is the CKA_ID in hex."""
        self._util("--import", key.path, "--token", token, "--label", label, "--id", identifier, "--pin", PIN)

    def import_certificate(self, certificate, label, identifier, token=LABEL):
        der = self.folder / f"{label}-{identifier}.der"
        der.write_bytes(certificate.der)
        self.tool("--write-object", der, "--type", "cert", "--label", label, "--id", identifier, token=token)

    def tool(self, *arguments, token=LABEL):
        """Runs pkcs11-tool, logged in."""
        program = tools.need("pkcs11-tool", "apt-get install opensc")
        login = ["--module", self.module, "--token-label", token, "--login", "--pin", PIN]
        process.succeed([program, *login, *arguments], {**os.environ, **self.environment})

    def _util(self, *arguments):
        process.succeed([tools.softhsm_util(), *arguments], {**os.environ, **self.environment})
