"""Real tokens other than SoftHSM that need no root, no daemon of the machine and no fixed path: a TPM 2.0 (swtpm behind
tpm2-pkcs11), one for each test, and the database of NSS."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time

from . import process, tools
from .token import PIN

SO_PIN = "5678"


def _library(pattern, hint):
    return tools.first_existing(
        sorted(pathlib.Path("/usr/lib").glob(f"*/{pattern}")) or [pathlib.Path(pathlib.Path(pattern).name)], hint
    )


class Tpm:
    """A TPM of its own behind a Unix socket, with no token on it yet. The DA lock-out and leaked sessions of a TPM hold
    for all of it, so tests never share one."""

    label = "tpm"
    flags = ()

    def __init__(self, folder):
        self.module = _library("pkcs11/libtpm2_pkcs11.so", "apt-get install libtpm2-pkcs11-1")
        program = tools.need("swtpm", "apt-get install swtpm")
        self._sockets = tempfile.TemporaryDirectory(prefix="tpm-")  # a socket's path may have 107 bytes
        self._socket = pathlib.Path(self._sockets.name) / "tpm"
        self.store = folder / "tpm-store"
        state = folder / "tpm-state"
        for each in (self.store, state):
            each.mkdir()
        self._child = subprocess.Popen(
            [
                program, "socket", "--tpm2", "--tpmstate", f"dir={state}",
                "--ctrl", f"type=unixio,path={self._socket}.ctrl", "--server", f"type=unixio,path={self._socket}",
                "--flags", "not-need-init,startup-clear",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        self._wait()

    @property
    def environment(self):
        return {
            "TPM2_PKCS11_TCTI": f"swtpm:path={self._socket}",
            "TPM2_PKCS11_STORE": self.store,
            "TPM2_PKCS11_LOG_LEVEL": "0",
            "TSS2_LOG": "all+NONE",
        }

    def close(self):
        self._child.send_signal(signal.SIGKILL)
        self._child.communicate()
        self._sockets.cleanup()

    def _wait(self):
        end = time.monotonic() + 30
        while not self._socket.exists():
            if self._child.poll() is not None:
                reason = self._child.communicate()[1].decode(errors="replace")
                raise AssertionError(f"swtpm ends: {reason}")
            assert time.monotonic() < end, "swtpm does not start"
            time.sleep(0.02)


class Nss:
    """A database of NSS with its password set. Another slot of the module has no keys at all."""

    label = "NSS Certificate DB"
    environment = {}

    def __init__(self, folder):
        self.module = _library("libsoftokn3.so", "apt-get install libnss3")
        program = tools.need("certutil", "apt-get install libnss3-tools")
        database = folder / "nss"
        database.mkdir()
        (folder / "nss-password").write_text(PIN + "\n")
        process.succeed([program, "-N", "-d", f"sql:{database}", "-f", folder / "nss-password"], os.environ)
        text = f"configdir='sql:{database}' certPrefix='' keyPrefix='' secmod='secmod.db'"
        self.flags = ("--init-args", text)

    def close(self):
        pass
