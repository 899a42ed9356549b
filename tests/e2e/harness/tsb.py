"""A host whose key `release` is held by a stand-in for a transaction security broker, and the people who approve.

The service demands everything it can: a token, an API key for each role, and the key's password. Nothing that the
product prints or writes may hold one of them, which leave() checks."""

import base64
import contextlib
import json
import pathlib
import re
import threading
import time
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tsb_standin import Refused, Standin
from tsb_standin.signatures import spki

from . import certs, contract, golden, process
from .approvals import Artifact, Signing, eventually, key_hash, sign_words  # noqa: F401
from .certs import Certificate, Profile
from .host import PLUGIN, Host
from .shapes import conforms

SIGN, SIGN_AT_ONCE, POLL, WITHDRAW = (
    "POST /v1/sign",
    "POST /v1/synchronousSign",
    "GET /v1/request/{id}",
    "DELETE /v1/request/{id}",
)
ATTRIBUTES, CERTIFICATE = "POST /v1/key/attributes", "GET /v1/certificate/{label}"
SECRETS = {
    "jwt": "eyJhbGciOiJFUzI1NiJ9.c2VjcmV0LWp3dA.c2VjcmV0LXNpZ25hdHVyZQ",
    "operation-key": "secret-operation-key-1f6b",
    "management-key": "secret-management-key-77d0",
    "approver-key": "secret-approver-key-5a0c",
    "key-password": "secret-key-password-93aa",
}
NAMES = ("anna", "bert", "carl", "dora", "mallory")
PEOPLE = {name: ec.derive_private_key(number, ec.SECP256R1()) for number, name in enumerate(NAMES, start=1)}


def group(quorum, *names, **keys):
    """Of PEOPLE by name, and others by name and private key."""
    members = {**{name: PEOPLE[name] for name in names}, **keys}
    return {
        "name": "group",
        "quorum": quorum,
        "approvals": [
            {"type": "public_key", "name": name, "value": base64.b64encode(spki(key.public_key())).decode()}
            for name, key in members.items()
        ],
    }


def alternative(*groups, timelock=0, timeout=0):
    """What the policy calls a token."""
    return {"name": "token", "timelock": timelock, "timeout": timeout, "groups": list(groups)}


def policy(*alternatives, blocked=False):
    rule = {"tokens": list(alternatives)}
    return {
        "ruleUse": rule,
        "ruleBlock": None,
        "ruleUnblock": None,
        "ruleModify": rule,
        "keyStatus": {"blocked": blocked},
    }


TWO_OF_THREE = policy(alternative(group(2, "anna", "bert", "carl")))
ONE = policy(alternative(group(1, "anna")))


@dataclass
class Outcome:
    """Of the plugin called as notation calls it; code and message are None and empty when it signed."""

    code: str
    message: str
    seconds: float

    @property
    def signed(self):
        return self.code is None

    @property
    def text(self):
        return "signed\n" if self.signed else f"{self.code}\n{self.message}\n"


class Scene:
    def __init__(self, host, standin, keys, root):
        self.host, self.standin, self.keys, self.root = host, standin, keys, root
        self.secrets = dict(SECRETS)
        self.seen = []
        self.spec = self.key = self.leaf = None
        for name, value in self.secrets.items():
            self.private_file(name, value)
        standin.access.demand_tokens(self.secrets["jwt"])
        standin.access.demand_api_keys(
            keyManagementToken=[self.secrets["management-key"]],
            keyOperationToken=[self.secrets["operation-key"]],
            approverToken=[self.secrets["approver-key"]],
        )
        self.service = {
            "url": standin.url,
            "key": "release",
            "ca_file": str(standin.ca_file),
            "token": "file:jwt",
            "key_management_api_keys": ["file:management-key"],
            "key_operation_api_keys": ["file:operation-key"],
            "key_password": "file:key-password",
            "timeout": 10,
        }
        self.top = {"log_level": "debug"}
        self.more_keys = {}
        self.settings = {}
        self.approval = {}

    # Setting up.

    def private_file(self, name, text):
        path = self.host.folder / name
        path.write_text(text + "\n")
        path.chmod(0o600)
        return path

    def hold(self, spec="EC-256", rule=None):
        """The service holds the key `release`, with that policy or none; the plugin is configured for it."""
        self.spec, self.key = spec, self.keys(spec)
        self.leaf = Certificate(Profile(), self.key, self.root)
        certs.write_chain(self.host.folder / "chain.pem", [self.leaf, self.root])
        self.standin.add_key("release", self.key.private, rule, password=self.secrets["key-password"])
        self.approval = {"public_key": key_hash(self.key), "backend": "securosys-tsb", "securosys_tsb": self.service}
        self.settings = {"chain_file": "chain.pem", "approval": self.approval, "approval_wait": 60}
        self.configure()
        return self

    def configure(self, **service):
        """Writes the configuration file; the arguments change what stands in securosys_tsb, None removes it."""
        self.service.update(service)
        self.approval["securosys_tsb"] = {name: value for name, value in self.service.items() if value is not None}
        path = self.host.folder / "config.json"
        keys = {"release": self.settings, **self.more_keys}
        path.write_text(json.dumps({"version": 1, **self.top, "keys": keys}, default=str))
        path.chmod(0o600)

    # People.

    def person(self, name):
        return self.standin.approver(PEOPLE[name], api_key=self.secrets["approver-key"])

    def approve(self, request, *names):
        for name in names:
            self.person(name).approve_request(request.id)

    def answer(self, key, *words):
        """What an approver with that private key types: `approvals ...` of the product, with his options."""
        path = self.private_file(f"approver-{spki(key.public_key())[-8:].hex()}.pem", pem(key))
        options = ["--url", self.standin.url, "--ca-file", self.standin.ca_file]
        options += ["--key", path, "--token-file", "jwt", "--api-key-file", "approver-key"]
        return self.approvals(*words, *options)

    def refuse(self, request, *names):
        for name in names:
            self.person(name).refuse_request(request.id)

    @contextlib.contextmanager
    def approving(self, *names):
        """While it lasts, these people approve whatever comes."""
        done = threading.Event()

        def work():
            while not done.wait(0.05):
                for name in names:
                    for task in self.person(name).tasks():
                        try:
                            self.person(name).approve(task)
                        except Refused as refusal:
                            if refusal.status != 404:  # withdrawn meanwhile
                                raise

        worker = threading.Thread(target=work)
        worker.start()
        try:
            yield
        finally:
            done.set()
            worker.join()

    # Running.

    @property
    def plugin(self):
        return pathlib.Path(self.host.environment["NOTATION_LIBEXEC"]) / f"plugins/{PLUGIN}/notation-{PLUGIN}"

    def artifact(self, name="image"):
        return Artifact(self.host.folder / name, name)

    def sign(self, artifact, *options, key="release", wait=None):
        """`notation sign` under way."""
        waits = [] if wait is None else ["--plugin-config", f"approval_wait={wait}"]
        return Signing(self.host, [*sign_words(key), *waits, *options, artifact.reference])

    def succeed(self, run):
        result = run.end()
        self.seen.append(result.out + result.err)
        assert result.code == 0, (result, self.log())
        return result

    def fail(self, run):
        result = run.end()
        self.seen.append(result.out + result.err)
        assert result.code == 1, (result, self.log())
        return result

    def fails_with(self, name, run):
        """The command fails, and that text is what the user reads."""
        result = self.fail(run)
        self.reads(name, result.out + result.err)
        return result

    def approvals(self, *words, stdin=b"", env=None):
        result = process.run(
            [self.plugin, "approvals", *words], {**self.host.environment, **(env or {})}, stdin, self.host.folder
        )
        self.seen.append(result.out + result.err)
        return result

    def call(self, word="generate-signature", limit=60, **config):
        """The plugin's word, called without notation. `limit` bounds the seconds it may take."""
        caller = contract.Plugin(self.plugin, self.host.environment, self.host.folder)
        if word == "describe-key":
            request = contract.describe_key("release", **config)
        else:
            request = contract.generate_signature("release", self.spec, **config)
        begun = time.monotonic()
        status, out, err = caller.say(word, request, limit)
        seconds = time.monotonic() - begun
        self.seen.append((out + err).decode())
        if status == 0:
            assert err == b"" and json.loads(out)["keyId"] == "release"
            return Outcome(None, "", seconds)
        assert out == b"", out
        error = json.loads(err)
        return Outcome(error["errorCode"], error["errorMessage"], seconds)

    # Looking.

    def verify(self, artifact, signatures=1):
        assert len(artifact.signatures()) == signatures
        self.host.succeed("verify", "--oci-layout", "--scope", "local/e2e", artifact.reference)

    def tickets(self):
        listed = self.approvals("list", "--json")
        assert listed.code == 0, listed
        return conforms("approvals-list", listed.out)["requests"]

    @property
    def state(self):
        return pathlib.Path(self.host.environment["XDG_STATE_HOME"]) / "notation-pkcs11"

    def log(self):
        path = self.state / "notation-pkcs11.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def calls(self, route):
        return self.standin.journal.count(route)

    def open_requests(self, digest=None):
        return [one for one in self.standin.open_requests() if digest in (None, digest_of(one))]

    def normalise(self, text):
        text = text.replace(f"127.0.0.1:{self.standin.port}", "<service>")
        text = text.replace(str(self.standin.folder), "<service's folder>")
        if self.key:
            text = text.replace(key_hash(self.key), "<public key>")
        text = re.sub(r"(?<=: )( *)[0-9a-f]{64}$", r"\1<other key>", text, flags=re.MULTILINE)
        text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id at the service>", text)
        text = re.sub(r"(?<!:)\b[0-9a-f]{32}\b", "<request>", text)
        text = re.sub(r"(request |approvals \w+ |^)[0-9a-f]{8}\b", r"\1<id>", text, flags=re.MULTILINE)
        text = re.sub(r"sha256:[0-9a-f]{12}\b", "sha256:<digest>", text)
        text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "<time>", text)
        return self.host.normalise(text)

    def reads(self, name, text):
        self.check(text, "a golden text")
        golden.compare(f"tsb/{name.replace(' ', '-')}", self.normalise(text))

    # Leaving.

    def check(self, text, where):
        for name, value in self.secrets.items():
            assert value not in text, f"the secret {name} stands in {where}: {text}"

    def leave(self):
        """No secret was printed, logged or kept."""
        for text in self.seen:
            self.check(text, "what was printed")
        for path in [path for path in self.state.rglob("*") if path.is_file()]:
            self.check(path.read_bytes().decode(errors="replace"), path.name)


def pem(key):
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*form).decode()


def digest_of(request):
    """Which artifact a request at the service is for, out of the bytes to be signed: JWS or COSE."""
    payload = request.order.payload
    if b"sha256:" not in payload:
        part = payload.split(b".")[1]
        payload = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    return re.search(rb"sha256:[0-9a-f]{64}", payload)[0].decode()


def make_scene(folder, libexec, keys, root, token=None, **standin):
    """A scene and its service; close both with scene.standin.close()."""
    host = Host(folder, libexec, token)
    host.trust([root])
    return Scene(host, Standin(folder=folder / "service", **standin), keys, root)


@pytest.fixture
def make(tmp_path, libexec, keys, root):
    """Makes scenes with a stand-in of the given options; all are left at the end."""
    scenes = []

    def call(**options):
        folder = tmp_path / f"scene{len(scenes)}"
        folder.mkdir()
        scenes.append(make_scene(folder, libexec, keys, root, **options))
        return scenes[-1]

    yield call
    for scene in scenes:
        scene.standin.close()
        scene.leave()


@pytest.fixture
def scene(make):
    return make()


@pytest.fixture
def image(scene):
    return scene.artifact()


@pytest.fixture
def asked(scene, image):
    """A run that waits for two of three, and its request at the service."""
    scene.hold(rule=TWO_OF_THREE)
    run = scene.sign(image)
    return run, scene.standin.wait_for_request()


@pytest.fixture
def asking(scene):
    """A key that one person has to agree to."""
    scene.hold(rule=ONE)
    scene.settings["approval_wait"] = 30
    scene.configure()
    return scene
