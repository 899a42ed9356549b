"""A host whose key `release` asks a gate before it signs; `notation sign` in the background; what users then read."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest
from cryptography.hazmat.primitives import serialization

from . import certs, golden, oci, process
from . import gate as gate_program
from .certs import Certificate, Profile
from .fake import FakeModule
from .host import PLUGIN, Host
from .shapes import conforms
from .token import PIN, Token

URI = "pkcs11:token=e2e;object=release"


def key_hash(key):
    """What `approval.public_key` names."""
    der = key.private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).hexdigest()


class Scene:
    """A host with its key and its gate."""

    def __init__(self, host, key, root):
        self.host = host
        self.program = install_gate(host.folder)
        self.gate = gate_program.Gate(host.folder / "gate")
        self.gate.open()
        self.top = {}
        self.approval = {
            "public_key": key_hash(key),
            "backend": "exec",
            "exec": {"command": [str(self.program), str(self.gate.folder)]},
        }
        host.pin_file(PIN)
        certs.write_chain(host.folder / "chain.pem", [Certificate(Profile(), key, root), root])
        self.keys = {"release": self.settings(approval=self.approval)}
        self.configure()

    def settings(self, **changes):
        return {
            "uri": URI,
            "module": str(self.host.token.module),
            "chain_file": "chain.pem",
            "pin_source": "file:pin",
            **changes,
        }

    def configure(self):
        """Writes the configuration file from `top` and `keys`."""
        path = self.host.folder / "config.json"
        path.write_text(json.dumps({"version": 1, **self.top, "keys": self.keys}))
        path.chmod(0o600)

    @property
    def plugin(self):
        return pathlib.Path(self.host.environment["NOTATION_LIBEXEC"]) / f"plugins/{PLUGIN}/notation-{PLUGIN}"

    def programs(self):
        """Processes of the gate."""
        return naming(self.gate.folder)

    def artifact(self, name="image"):
        return Artifact(self.host.folder / name, name)

    def sign(self, artifact, *options, key="release"):
        """`notation sign` under way."""
        return Signing(self.host, [*sign_words(key), *options, artifact.reference])

    def approvals(self, *words, stdin=b""):
        """The plugin's own command, as a second process next to notation."""
        environment = self.host.environment
        return process.run([self.plugin, "approvals", *words], environment, stdin, self.host.folder)

    def requests(self):
        """What the tickets say."""
        listed = self.approvals("list", "--json")
        assert listed.code == 0, listed
        return conforms("approvals-list", listed.out)["requests"]

    def verify(self, artifact):
        """One signature, and notation trusts it."""
        assert len(artifact.signatures()) == 1
        self.host.succeed("verify", "--oci-layout", "--scope", "local/e2e", artifact.reference)

    def normalise(self, text):
        """As on the host, and without what differs from request to request."""
        for request in self.gate.asked():
            text = text.replace(request, "<request>").replace(request[:8], "<id>")
        text = text.replace(self.approval["public_key"], "<public key>")
        text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "<time>", text)
        return self.host.normalise(text)

    def reads(self, name, text):
        golden.compare(f"approvals/{name.replace(' ', '-')}", self.normalise(text))

    def reads_of(self, name, result, status=1):
        """What a command has printed, on both streams."""
        assert result.code == status, result
        self.reads(name, result.out + result.err)


class Artifact:
    def __init__(self, folder, content):
        self.folder = folder
        self.digest = oci.make_layout(folder, content)
        self.reference = f"{folder}@{self.digest}"

    @property
    def descriptor(self):
        """As `oras manifest fetch --descriptor` prints it."""
        manifest = self.folder / "blobs/sha256" / self.digest.removeprefix("sha256:")
        return json.dumps({"mediaType": oci.MANIFEST, "digest": self.digest, "size": manifest.stat().st_size}).encode()

    def copy(self, folder):
        """The artifact as it was before anybody signed it."""
        copy = object.__new__(Artifact)
        shutil.copytree(self.folder, folder)
        copy.folder, copy.digest, copy.reference = folder, self.digest, f"{folder}@{self.digest}"
        return copy

    def signatures(self):
        index = json.loads((self.folder / "index.json").read_text())
        manifests = [self.folder / "blobs/sha256" / entry["digest"][7:] for entry in index["manifests"]]
        return [path for path in manifests if "subject" in json.loads(path.read_text())]


class Signing:
    def __init__(self, host, words, prefix=()):
        """`prefix`: a program that runs notation."""
        self.host = host
        self.child = subprocess.Popen(
            [*prefix, host.notation, *words],
            env={name: str(value) for name, value in host.environment.items()},
            cwd=host.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def end(self, timeout=60):
        try:
            out, err = self.child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        return process.Result(self.child.returncode, out.decode(errors="replace"), err.decode(errors="replace"))

    def succeed(self):
        result = self.end()
        assert result.code == 0, result
        return result

    def fail(self):
        result = self.end()
        assert result.code == 1, result
        return result

    def kill(self):
        os.killpg(self.child.pid, signal.SIGKILL)


def sign_words(key="release"):
    return ["sign", "--oci-layout", "--plugin", PLUGIN, "--id", key]


def install_gate(folder):
    program = folder / "gate.py"
    shutil.copy(gate_program.__file__, program)
    program.chmod(0o755)
    return program


def naming(text):
    """Process ids, zombies aside, of programs that got the text as one of their arguments."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and str(text).encode() in _command_line(entry).split(b"\0"):
            found.append(int(entry.name))
    return found


def _command_line(entry):
    try:
        return (entry / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def eventually(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what the test waits for does not happen"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def golden_token(tmp_path_factory, keys):
    """A SoftHSM token that holds the key; tests work on copies."""
    token = Token(tmp_path_factory.mktemp("golden")).create()
    token.import_key(keys("EC-256"), "release", "01")
    return token


@pytest.fixture
def token(golden_token, tmp_path):
    return golden_token.copy_to(tmp_path)


@pytest.fixture
def scene(tmp_path, libexec, token, keys, root):
    host = Host(tmp_path, libexec, token)
    host.trust([root])
    return Scene(host, keys("EC-256"), root)


def fake_scene_in(folder, libexec, keys, root):
    """The same on the scripted module, which any number of runs can use at once and which counts its calls."""
    folder.mkdir(exist_ok=True)
    host = Host(folder, libexec, FakeModule(folder).with_key(keys("EC-256")))
    host.trust([root])
    return Scene(host, keys("EC-256"), root)


@pytest.fixture
def fake_scene(tmp_path, libexec, keys, root):
    return fake_scene_in(tmp_path, libexec, keys, root)


@pytest.fixture
def gate(scene):
    return scene.gate
