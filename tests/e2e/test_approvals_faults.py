"""A gate that does not work, and keys that must never reach one: bounded time, one clear text, no signature. The texts
are in messages/approvals."""

import concurrent.futures
import time

import pytest
from harness import certs, golden
from harness.approvals import eventually, fake_scene_in
from harness.certs import Certificate, Profile
from harness.contract import Plugin, generate_signature

WAIT = 3  # seconds of approval_wait
TIMEOUT = 3  # seconds that the program has for an answer
LONGEST = WAIT + 2 * TIMEOUT + 8  # seconds for a run; much of it for the machine's other work
ENDLESS = 1_000_000

FAULTS = {
    "hangs": {"seconds": 60},
    "hangs after half an answer": {"text": '{"status":', "then": 60},
    "prints rubbish": {"text": "yes, go ahead\n"},
    "prints nothing": {"times": 0},
    "prints too much": {"text": "a" * 1024, "times": ENDLESS},
    "writes too many errors": {"errors": "no room left\n" * 100_000, "status": 3},
    "exits with an error": {"errors": "cannot reach the chat server\n", "status": 3},
    "is busy": {"errors": "the chat server is restarted\n", "status": 75},
    "answers in another version": {"text": '{"version": 2, "status": "permitted"}'},
    "answers with an unknown status": {"text": '{"status": "maybe"}'},
    "answers with an unknown member": {"text": '{"status": "permitted", "forever": true}'},
    "claims to have signed": {"text": '{"status": "signed", "signature": "AAAA"}'},
    "answers twice": {"text": '{"status": "permitted"}', "times": 2},
}


@pytest.fixture
def make_scene(libexec, keys, root):
    keys("EC-256")

    def make(folder):
        scene = fake_scene_in(folder, libexec, keys, root)
        scene.approval["exec"]["timeout"] = TIMEOUT
        scene.keys["release"]["approval_wait"] = WAIT
        scene.configure()
        return scene

    return make


@pytest.fixture
def scene(make_scene, tmp_path):
    return make_scene(tmp_path)


@pytest.fixture
def image(scene):
    return scene.artifact()


def signs_after_all(scene, image):
    """With the gate as it should be, the same command goes on, and nobody is asked twice."""
    scene.gate.change(faults={})
    scene.sign(image).succeed()
    scene.verify(image)
    assert len(scene.gate.asked()) == 1


def approved(scene, image):
    scene.gate.approve("anna", image.digest)
    scene.gate.approve("carl", image.digest)


def play(scene, fault, verb):
    """Gives back what the user reads."""
    image = scene.artifact()
    scene.gate.change(faults={verb: FAULTS[fault]})
    if verb == "redeem":
        approved(scene, image)
    begun = time.monotonic()
    result = scene.sign(image).fail()
    assert time.monotonic() - begun < LONGEST
    assert scene.gate.questions(verb), "the fault was never met"
    assert not image.signatures() and scene.host.token.calls("C_Sign") == 0
    eventually(lambda: not scene.programs())
    text = scene.normalise(result.out + result.err)
    approved(scene, image)
    signs_after_all(scene, image)
    return text


@pytest.mark.parametrize("fault", FAULTS)
def test_a_program_that(make_scene, tmp_path, fault):
    verbs = ["submit", "poll", "redeem"]
    with concurrent.futures.ThreadPoolExecutor(len(verbs)) as pool:
        texts = list(pool.map(lambda verb: play(make_scene(tmp_path / verb), fault, verb), verbs))
    golden.compare(
        f"approvals/gate-{fault.replace(' ', '-')}",
        "\n".join(f"when asked to {verb}:\n{text}" for verb, text in zip(verbs, texts)),
    )


def test_a_question_without_an_answer_does_not_end_the_wait(scene, image):
    scene.keys["release"]["approval_wait"] = 20
    scene.configure()
    scene.gate.change(faults={"poll": {"status": 3}})
    run = scene.sign(image)
    scene.gate.wait_for_question("poll")
    approved(scene, image)
    scene.gate.change(faults={})
    run.succeed()
    scene.verify(image)


def test_a_program_that_cannot_withdraw_keeps_the_request_known(scene, image):
    scene.sign(image, "--plugin-config", "approval_wait=0").fail()
    scene.gate.change(faults={"withdraw": FAULTS["exits with an error"]})
    request = scene.gate.asked()[0]
    scene.reads_of("cancel without the gate", scene.approvals("cancel", request), 5)
    assert [known["id"] for known in scene.requests()] == [request]
    scene.gate.change(faults={})
    assert scene.approvals("cancel", request).code == 0
    assert scene.gate.still_open() == [] and scene.requests() == []


def test_a_program_that_is_missing(scene, image):
    scene.program.unlink()
    scene.reads_of("gate is missing", scene.sign(image).end())


def test_a_program_that_others_may_write(scene, image):
    scene.program.chmod(0o777)
    scene.reads_of("gate is writable by others", scene.sign(image).end())
    assert scene.gate.questions() == []


def test_a_program_in_no_runnable_format(scene, image):
    scene.program.write_text("no program\n")
    scene.reads_of("gate is no program", scene.sign(image).end())


def test_a_state_folder_that_cannot_be_written(scene, image):
    """A request that could not be noted down is not sent."""
    scene.host.environment["XDG_STATE_HOME"] = "/proc/nowhere"
    scene.reads_of("no state folder", scene.sign(image).end())
    assert scene.gate.questions() == []


# What cannot end in a signature never reaches people.


def broken_chain(scene, keys, root):
    certs.write_chain(scene.host.folder / "chain.pem", [Certificate(Profile(), keys("EC-256"), root)])


def chain_of_another_key(scene, keys, root):
    other = Certificate(Profile(), keys("EC-256", "another leaf"), root)
    certs.write_chain(scene.host.folder / "chain.pem", [other, root])


def leaf_expired(scene, keys, root):
    expired = Profile(not_before=-10 * certs.DAY, not_after=-certs.DAY)
    certs.write_chain(scene.host.folder / "chain.pem", [Certificate(expired, keys("EC-256"), root), root])


def no_chain(scene, keys, root):
    (scene.host.folder / "chain.pem").unlink()


def module_is_no_library(scene, keys, root):
    module = scene.host.folder / "module.so"
    module.write_text("GROUP ( libsofthsm2.so )\n")
    scene.keys["release"]["module"] = str(module)


def module_does_not_start(scene, keys, root):
    scene.host.token.with_key(keys("EC-256"), "fail C_Initialize CKR_DEVICE_ERROR")


def no_token(scene, keys, root):
    scene.host.token.write("empty-slot")


def no_such_key(scene, keys, root):
    scene.keys["release"]["uri"] = "pkcs11:token=e2e;object=other"


def pin_file_missing(scene, keys, root):
    (scene.host.folder / "pin").unlink()


def pin_file_readable(scene, keys, root):
    (scene.host.folder / "pin").chmod(0o644)


def approval_of_another_key(scene, keys, root):
    scene.approval["public_key"] = "0" * 64


def expiry_refused(scene, keys, root):
    soon = Profile(not_after=2 * certs.DAY)
    certs.write_chain(scene.host.folder / "chain.pem", [Certificate(soon, keys("EC-256"), root), root])
    scene.keys["release"]["leaf_expiry"] = {"days": 30, "refuse": True}


HOPELESS = [
    broken_chain,
    chain_of_another_key,
    leaf_expired,
    no_chain,
    module_is_no_library,
    module_does_not_start,
    no_token,
    no_such_key,
    pin_file_missing,
    pin_file_readable,
    approval_of_another_key,
    expiry_refused,
]


def sign_directly(scene, spec="EC-256", payload=None):
    """generate-signature alone, since notation gives up after a describe-key that failed."""
    plugin = Plugin(scene.plugin, scene.host.environment, scene.host.folder)
    return plugin.error("generate-signature", generate_signature("release", spec, payload))


@pytest.mark.parametrize("hopeless", HOPELESS, ids=lambda case: getattr(case, "__name__", "").replace("_", " "))
def test_nobody_is_asked_with(scene, image, keys, root, hopeless):
    hopeless(scene, keys, root)
    scene.configure()
    error = sign_directly(scene)
    assert error["errorCode"] in ("VALIDATION_ERROR", "ERROR", "ACCESS_DENIED") and error["errorMessage"]
    scene.sign(image).fail()
    assert scene.gate.questions() == [] and not image.signatures()
    assert scene.host.token.calls("C_Sign") == 0


def test_a_pin_is_tried_only_after_the_yes_and_the_yes_outlives_a_wrong_one(scene, image):
    scene.host.pin_file("4321")
    approved(scene, image)
    assert "CKR_PIN_INCORRECT" in scene.sign(image).fail().err
    scene.host.pin_file("1234")
    scene.sign(image).succeed()
    assert len(scene.gate.asked()) == 1


def test_nobody_is_asked_with_the_wrong_key_spec(scene):
    assert sign_directly(scene, "EC-384")["errorCode"] == "VALIDATION_ERROR"
    assert scene.gate.questions() == []


def test_nobody_is_asked_about_bytes_that_are_no_payload(scene):
    assert sign_directly(scene, payload=b"anything")["errorCode"] == "VALIDATION_ERROR"
    scene.keys["release"]["allow_opaque_payload"] = True
    scene.configure()
    assert sign_directly(scene, payload=b"anything")["errorCode"] == "VALIDATION_ERROR"
    assert scene.gate.questions() == []


def test_the_scene_of_these_tests_asks(scene, image):
    assert sign_directly(scene)["errorCode"] == "TIMEOUT"
    approved(scene, image)
    scene.sign(image).succeed()
    assert len(scene.gate.asked()) == 2
