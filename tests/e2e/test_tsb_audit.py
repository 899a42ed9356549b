"""The audit log of a key behind a transaction security broker: its request is the order to sign."""

from harness.audit_log import lines_of
from harness.tsb import ONE, image, make, scene  # noqa: F401


def test_a_request_is_recorded_before_it_goes_out_and_its_signature_when_it_comes(scene, image):  # noqa: F811
    scene.hold(rule=ONE)
    log = scene.state / "audit.jsonl"
    run = scene.sign(image)
    request = scene.standin.wait_for_request()
    (intent,) = lines_of(log)
    assert (intent["event"], intent["by"], intent["purpose"]) == ("intent", "service", "artifact")
    assert intent["artifact"]["digest"] == image.digest
    scene.approve(request, "anna")
    scene.succeed(run)
    _, outcome = lines_of(log)
    assert (outcome["intent"], outcome["result"], outcome["by"]) == (1, "signed", "service")
    assert len(outcome["approval"]["request"]) == 32 and "mechanism" not in outcome


def test_a_key_that_its_service_lets_sign_at_once_is_recorded_as_well(scene, image):  # noqa: F811
    scene.hold()
    scene.succeed(scene.sign(image))
    intent, outcome = lines_of(scene.state / "audit.jsonl")
    assert (intent["event"], outcome["result"], outcome["by"]) == ("intent", "signed", "service")
