"""One person's folders and the product in them: runs commands and compares what they print with expected/.

UPDATE=1 rewrites the texts there, to be read again."""

import os
import pathlib
import re

from harness import process, tools
from harness.token import PIN

EXPECTED = pathlib.Path(__file__).parent / "expected"
WRONG_PIN = "7391"


class Desk:
    """One person's folders, and the executable in them."""

    def __init__(self, folder, token):
        self.folder, self.token = folder, token
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ},
            "HOME": folder,
            "XDG_STATE_HOME": folder / "state",
            "NOTATION_PKCS11_PIN": PIN,
            **token.environment,
        }

    def run(self, *arguments, pin=PIN, status=0):
        result = process.run(
            [tools.product(), *arguments], {**self.environment, "NOTATION_PKCS11_PIN": pin}, cwd=self.folder
        )
        assert result.code == status, f"{arguments} ended with {result.code}\n{result.out}\n{result.err}"
        for secret in (PIN, WRONG_PIN):
            assert not re.search(rf"(?<![0-9a-f]){secret}(?![0-9a-f])", result.out + result.err)
        assert (result.err == "") == (status == 0), result.err
        return result

    def generate(self, spec="EC-256", label="release", *more, **options):
        return self.run(
            "key", "generate", "--module", self.token.module, "--token", "e2e", "--label", label, "--spec", spec, *more,
            **options,
        )  # fmt: skip

    def compare(self, name, result):
        text = result.out + result.err
        module = pathlib.Path(self.token.module)
        names = (
            (module, "<module>"),
            (module.resolve(), "<module>"),
            (self.folder, "<folder>"),
            (tools.product(), "<program>"),
        )
        for found, shown in names:
            text = text.replace(str(found), shown)
        text = re.sub(r"serial(=| )[0-9a-f]{16}", r"serial\1<serial>", text)
        text = re.sub(r"(%[0-9A-Fa-f]{2}|[A-Za-z0-9._~-]){20,}(?=[\n;])", lambda id: self._id(id.group()), text)
        text = re.sub(r"\b[0-9a-f]{64}\b", "<digest>", text)
        text = re.sub(r"SPKI SHA-256 [0-9a-f]{16}\.", "SPKI SHA-256 <digits>.", text)
        text = re.sub(r"(?m)^( +serial )([0-9a-f]+|<serial>[0-9a-f]*)$", r"\1<serial>", text)
        text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:]+Z", "<time>", text)
        path = EXPECTED / f"{name}.txt"
        if os.environ.get("UPDATE") == "1":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        assert path.exists(), f"{path} is missing; UPDATE=1 writes it. The text:\n{text}"
        assert text == path.read_text(), f"{path} holds another text"

    @staticmethod
    def _id(text):
        return "<id>" if "%" in text else text
