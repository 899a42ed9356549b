"""Commands about keys: what they print and how they end, on SoftHSM and on the scripted module."""

import json

import pytest
from desk import WRONG_PIN


def test_key_list_shows_uris_to_copy(desk):
    desk.generate("EC-256", "release", "--id", "0a01")
    desk.compare("key-list", desk.run("key", "list", "--module", desk.token.module, "--token", "e2e", "--login"))


def test_key_list_as_json_has_the_documented_members(desk):
    desk.generate("EC-384", "release", "--id", "0a01")
    result = desk.run("key", "list", "--module", desk.token.module, "--token", "e2e", "--json")
    listed = json.loads(result.out)
    assert set(listed) >= {"module", "moduleDescription", "tokens", "remarks"}
    (token,) = listed["tokens"]
    assert (token["label"], token["initialised"]) == ("e2e", True)
    (key,) = token["keys"]
    assert (key["keySpec"], key["usable"], key["public"]) == ("EC-384", True, True)
    assert "object=release" in key["uri"] and len(key["spkiSha256"]) == 64


def test_a_blank_slot_is_no_token_to_choose_from(desk):
    module = desk.token.module
    assert "not initialised" in desk.run("key", "list", "--module", module).out
    desk.run("key", "list", "--module", module, "--login")
    desk.run("key", "generate", "--module", module, "--label", "release", "--spec", "EC-256")


def test_a_token_that_is_not_there_is_status_3(desk):
    desk.compare(
        "key-list-no-token", desk.run("key", "list", "--module", desk.token.module, "--token", "nope", status=3)
    )
    arguments = ["--module", desk.token.module, "--token", "nope", "--label", "release", "--spec", "EC-256"]
    desk.compare("key-generate-no-token", desk.run("key", "generate", *arguments, status=3))


@pytest.mark.parametrize("spec", ["EC-256", "RSA-2048"])
def test_key_generate_makes_and_proves_a_key(desk, spec):
    desk.compare(f"key-generate-{spec}", desk.generate(spec, "release", "--id", "0a01"))


def test_key_generate_as_json_tells_what_was_read_back(desk):
    made = json.loads(desk.generate("EC-521", "release", "--json").out)
    assert (made["keySpec"], made["token"], made["proved"]) == ("EC-521", "e2e", True)
    assert (made["sensitive"], made["extractable"]) == (True, False)


def test_a_label_that_is_taken_is_refused(desk):
    desk.generate("EC-256", "release", "--id", "0a01")
    desk.compare("key-generate-taken", desk.generate("EC-256", "release", "--id", "0a02", status=2))


def test_a_wrong_pin_is_status_4(desk):
    desk.compare("key-generate-wrong-pin", desk.generate(pin=WRONG_PIN, status=4))


def test_a_spec_in_the_wrong_case_brings_a_suggestion(desk):
    desk.compare("key-generate-spec", desk.generate("ec-256", status=2))


def test_a_key_that_fails_its_proof_is_removed(scripted):
    scripted.token.write("token label=e2e", "quirk quick-generate", "quirk signature wrong-key")
    text = scripted.generate("EC-256", "release", "--id", "01", status=5).err
    assert "does not verify" in text and "was removed again" in text
    assert scripted.token.calls("C_DestroyObject") == 2


def test_a_key_that_can_neither_be_proved_nor_removed_is_named(scripted):
    rules = ["token label=e2e", "quirk quick-generate", "quirk signature wrong-key"]
    scripted.token.write(*rules, "fail C_DestroyObject CKR_DEVICE_ERROR")
    text = scripted.generate("EC-256", "release", "--id", "01", status=5).err
    assert "does not verify" in text.splitlines()[0] and "is still on the token, unproved" in text.splitlines()[0]
    assert "object=release" in text and "CKR_DEVICE_ERROR" in text


def test_a_key_whose_proof_nobody_knows_stays(scripted):
    scripted.token.write("token label=e2e", "quirk quick-generate", "crash C_Sign")
    text = scripted.generate("EC-256", "release", "--id", "01", status=5).err
    assert "is still on the token, unproved" in text and "object=release" in text
    assert scripted.token.calls("C_DestroyObject") == 0


def test_a_vendors_role_logs_in(scripted):
    scripted.token.write("token label=e2e user-type=0x80000001", "quirk quick-generate")
    scripted.generate("EC-256", "release", "--user-type", "0x80000001")
    refused = scripted.generate("EC-256", "other", "--user-type", "0", status=2)
    assert "--user-type" in refused.err


def test_key_generate_asks_for_a_pin_only_where_it_logs_in(scripted):
    scripted.token.write("token label=e2e no-login", "quirk quick-generate")
    assert "CKR_USER_NOT_LOGGED_IN" in scripted.generate(pin="", status=5).err
    assert scripted.token.calls("C_Login") == 0
    scripted.generate("EC-256", "release", "--quirk", "force-login")
    assert scripted.token.calls("C_Login") > 0


def test_an_unknown_quirk_brings_a_suggestion(scripted):
    refused = scripted.run("key", "list", "--module", scripted.token.module, "--quirk", "rw-sesion", status=2)
    assert "did you mean rw-session?" in refused.err
