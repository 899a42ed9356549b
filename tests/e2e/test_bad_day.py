"""Every function on the signing path goes wrong in every way: always one error or a valid answer, in bounded time."""

import base64
import concurrent.futures
import json
import re
import time

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from harness import contract, process
from harness.contract import Plugin, generate_signature
from harness.fake import FakeModule
from harness.faked import configure_release
from harness.host import Host

PIN = "73519842"
FUNCTIONS = [
    "load",
    "C_GetFunctionList",
    "C_Initialize",
    "C_GetSlotList",
    "C_GetTokenInfo",
    "C_OpenSession",
    "C_Login",
    "C_FindObjectsInit",
    "C_FindObjects",
    "C_FindObjectsFinal",
    "C_GetAttributeValue",
    "C_GetMechanismInfo",
    "C_SignInit",
    "C_Sign",
    "C_Finalize",
]
CODES = [
    "CKR_GENERAL_ERROR",
    "CKR_HOST_MEMORY",
    "CKR_FUNCTION_FAILED",
    "CKR_ARGUMENTS_BAD",
    "CKR_DEVICE_ERROR",
    "CKR_DEVICE_REMOVED",
    "CKR_TOKEN_NOT_PRESENT",
    "CKR_SESSION_HANDLE_INVALID",
    "CKR_USER_NOT_LOGGED_IN",
    "CKR_MECHANISM_INVALID",
    "0x80000102",
]
PROVE_NOTHING_WAS_SIGNED = [
    "CKR_TOKEN_NOT_PRESENT",
    "CKR_SESSION_HANDLE_INVALID",
    "CKR_USER_NOT_LOGGED_IN",
    "CKR_MECHANISM_INVALID",
]
COUNT_NO_WRONG_PIN = ["CKR_OK", "CKR_TOKEN_NOT_PRESENT", "CKR_SESSION_HANDLE_INVALID"]
MOST_SIGN_CALLS = 2  # one repetition, in the same worker or in a second one
MOST_LOGIN_CALLS = 3  # a second worker, or a lost session, and the login for the one signature
LONGEST = 30  # seconds: two workers, each phase late by its limit of one second


def faults(function):
    returns = [] if function == "load" else [f"fail {function} {code}" for code in CODES]
    return [
        *returns,
        f"hang {function}",
        f"crash {function}",
        f"abort {function}",
        f"exit {function}",
        f"exit-now {function} 7",
        f'print stdout {function} "{{}}"',
        f"print stdout {function} 10M",
        f"print stderr {function} 10M",
    ]


class Scene:
    """One run with one fault, in a folder of its own."""

    def __init__(self, folder, libexec, keys, root, fault):
        folder.mkdir()
        self.fake = FakeModule(folder).with_key(keys("EC-256"), fault, token=f"pin={PIN}")
        self.host = Host(folder, libexec, self.fake)
        phases = ["load", "initialise", "slots", "open", "login", "find", "sign"]
        configure_release(self.host, keys, root, pin=PIN, timeouts={phase: 1 for phase in phases})
        self.public_key = keys("EC-256").private.public_key()

    def run(self, executable, function):
        payload = contract.jws_payload("EC-256")
        begun = time.monotonic()
        code, out, err = Plugin(executable, self.host.environment, self.host.folder).say(
            "generate-signature", generate_signature("release", "EC-256", payload), timeout=2 * LONGEST
        )
        assert time.monotonic() - begun < LONGEST
        assert PIN.encode() not in out + err
        if code == 0:
            assert err == b""
            self.check_signature(json.loads(out), payload)
        else:
            assert code == 1 and out == b""
            answer = json.loads(err)
            assert answer["errorCode"] and answer["errorMessage"]
            assert PIN not in answer["errorMessage"]
        assert self.fake.calls(function) >= 1, "the fault was never met"
        self.check_calls(code)
        return code

    def check_signature(self, answer, payload):
        signature = base64.b64decode(answer["signature"])
        der = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
        self.public_key.verify(der, payload, ec.ECDSA(hashes.SHA256()))

    def check_calls(self, code):
        """No C_Sign after another, unless the answer to that one proves that nothing was signed; and no PIN after another
        that the token may have counted as wrong."""
        log = self.fake.log.read_text() if self.fake.log.exists() else ""
        assert PIN not in log
        calls = len(re.findall(r" enter C_Sign\b", log))
        answers = re.findall(r" leave C_Sign (\w+)", log)
        assert code != 0 or calls >= 1
        assert calls <= MOST_SIGN_CALLS, log
        assert len(answers) >= calls - 1, log
        assert all(answer in PROVE_NOTHING_WAS_SIGNED for answer in answers[: calls - 1]), log
        logins = self.fake.calls("C_Login")
        login_answers = re.findall(r" leave C_Login (\w+)", log)
        assert logins <= MOST_LOGIN_CALLS, log
        assert len(login_answers) >= logins - 1, log
        assert all(answer in COUNT_NO_WRONG_PIN for answer in login_answers[: logins - 1]), log


@pytest.mark.parametrize("function", FUNCTIONS)
def test_it_ends_well_or_with_one_error(tmp_path, libexec, keys, root, function):
    executable = libexec / "plugins/pkcs11/notation-pkcs11"
    keys("EC-256")
    scenes = {
        fault: Scene(tmp_path / str(number), libexec, keys, root, fault)
        for number, fault in enumerate(faults(function))
    }
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        runs = {fault: pool.submit(scene.run, executable, function) for fault, scene in scenes.items()}
    failed = {fault: run.exception() for fault, run in runs.items() if run.exception()}
    assert not failed, "\n".join(f"{fault}: {error!r}" for fault, error in failed.items())
    assert all(runs[fault].result() == 0 for fault in runs if fault.startswith("print"))
    end = time.monotonic() + 10
    while process.running(executable):
        assert time.monotonic() < end, "a process stays behind"
        time.sleep(0.02)
