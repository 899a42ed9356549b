"""The scripted PKCS#11 module of tests/fake_module, driven by a rules file and watched through its call log."""

import re

from . import tools


class FakeModule:
    """Stands in for a Token: it has a module, an environment and a label."""

    def __init__(self, folder):
        self.folder = folder
        self.module = tools.fake_module()
        self.rules = folder / "rules"
        self.log = folder / "calls"

    @property
    def environment(self):
        return {"FAKE_PKCS11_RULES": self.rules, "FAKE_PKCS11_LOG": self.log}

    def write(self, *lines):
        self.rules.write_text("".join(line + "\n" for line in lines))

    def with_key(self, key, *more, token=""):
        """A token of that label and PIN 1234 that holds the one key, and further rules."""
        spec = key.spec.replace("EC-", "P-")
        self.write(f"token label=e2e {token}", f'key {spec} label=release id=01 pem="{key.path}"', *more)
        return self

    def calls(self, function):
        """How often the function was entered, over all processes."""
        if not self.log.exists():
            return 0
        return len(re.findall(rf"\benter {function}\b", self.log.read_text()))
