import json
import os
import pathlib
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .. import Approver, Client
from .conftest import read, submit

TESTS = pathlib.Path(__file__).resolve().parents[2]


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "tsb_standin", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def control(address, command):
    try:
        with urllib.request.urlopen(address, command and json.dumps(command).encode()) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


@pytest.fixture
def people(tmp_path):
    """Two keys whose public halves are in files."""
    made = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    for key, name in zip(made, ("ann", "bob")):
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        (tmp_path / f"{name}.pem").write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, form))
    return made


@pytest.fixture
def configuration(tmp_path, people):
    approvals = [{"type": "public_key", "name": name, "file": f"{name}.pem"} for name in ("ann", "bob")]
    token = {"timelock": 60, "timeout": 0, "groups": [{"quorum": 2, "approvals": approvals}]}
    policy = {"ruleUse": {"tokens": [token]}, "keyStatus": {"blocked": False}}
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"keys": [{"label": "release", "spec": "EC-256", "policy": policy}]}))
    return path


def test_a_process_serves_and_is_controlled_from_outside(tmp_path, configuration, people):
    with start("--config", configuration, "--folder", tmp_path / "state") as process:
        where = json.loads(process.stdout.readline())
        client = Client(where["url"], where["ca_file"])
        identifier = submit(client)
        for key in people:
            Approver(key, where["url"], where["ca_file"]).approve_request(identifier)
        assert read(client, identifier)["status"] == "APPROVED"
        state = control(where["control"], {"advance": 60, "knobs": {"result_once": True}})
        assert state["requests"][0]["status"] == "EXECUTED" and state["open"] == 0
        assert read(client, identifier)["result"]
        assert read(client, identifier)["result"] is None
        assert control(where["control"], None)["calls"][0]["route"] == "POST /v1/sign"
        assert "nonsense" in control(where["control"], {"nonsense": 1})["error"]
        process.terminate()
        assert process.wait(10) == 0


def test_a_wrong_configuration_is_told_in_a_line(tmp_path, configuration):
    configuration.write_text('{"key":[]}')
    with start("--config", configuration) as process:
        assert process.wait(10) == 1
        assert process.stderr.read() == "tsb_standin: unknown member 'key'\n"
