"""Commands about keys: what they print and how they end, on SoftHSM and on the scripted module."""

import json
import re

import pytest
from desk import WRONG_PIN
from harness import tools
from harness.screen import Screen
from harness.shapes import conforms


def test_key_list_shows_uris_to_copy(desk):
    desk.generate("EC-256", "release", "--id", "0a01")
    desk.compare("key-list", desk.run("key", "list", "--module", desk.token.module, "--token", "e2e", "--login"))


def test_key_list_as_json_has_the_documented_members(desk):
    desk.generate("EC-384", "release", "--id", "0a01")
    result = desk.run("key", "list", "--module", desk.token.module, "--token", "e2e", "--json")
    listed = conforms("key-list", result.out)
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
    made = conforms("key-generate", desk.generate("EC-521", "release", "--json").out)
    assert (made["keySpec"], made["token"], made["proved"]) == ("EC-521", "e2e", True)
    assert (made["sensitive"], made["extractable"], made["local"]) == (True, False, True)
    described = desk.run("key", "describe", made["key"], "--json")
    assert conforms("key-describe", described.out)["spkiSha256"] == made["spkiSha256"]


def test_extra_attributes_reach_the_halves_that_they_name(desk):
    extra = ["--attribute", "private:CKA_DECRYPT=false", "--attribute", "public:CKA_ENCRYPT=false"]
    made = json.loads(desk.generate("RSA-2048", "release", *extra, "--json").out)
    described = json.loads(desk.run("key", "describe", made["key"], "--login", "--json").out)
    attributes = {object["type"]: object["attributes"] for object in described["objects"]}
    assert attributes["private key"]["CKA_DECRYPT"] == "false"
    assert attributes["public key"]["CKA_ENCRYPT"] == "false"


def test_an_extra_attribute_that_nobody_knows_is_refused_before_the_pin(scripted):
    refused = scripted.generate("EC-256", "release", "--attribute", "private:CKA_UNWARP=false", status=2)
    assert "CKA_UNWRAP" in refused.err
    assert scripted.token.calls("C_Login") == 0


def test_a_mechanism_is_a_number(scripted):
    assert "--mechanism" in scripted.generate("RSA-2048", "release", "--mechanism", "CKM_RSA", status=2).err


def test_a_vendors_mechanism_makes_the_key_where_the_usual_ones_are_missing(scripted):
    scripted.token.write(
        "token label=e2e",
        "quirk quick-generate",
        "mechanisms raw,hashed",
        "mechanism 0x80000142 generates=RSA",
    )
    scripted.generate("RSA-2048", "release", status=5)
    made = json.loads(scripted.generate("RSA-2048", "release", "--mechanism", "0x80000142", "--json").out)
    assert made["mechanism"] == "0x80000142"


def test_a_dry_run_shows_templates_and_makes_nothing(desk):
    arguments = ["--id", "0a01", "--attribute", "private:CKA_UNWRAP=false", "--dry-run"]
    desk.compare("key-generate-dry-run", desk.generate("RSA-3072", "release", *arguments))
    plan = conforms("key-generate-dry-run", desk.generate("RSA-3072", "release", *arguments, "--json").out)
    assert plan["privateTemplate"]["CKA_UNWRAP"] == "false" and plan["privateTemplate"]["CKA_SENSITIVE"] == "true"
    listed = desk.run("key", "list", "--module", desk.token.module, "--token", "e2e", "--login", "--json")
    assert json.loads(listed.out)["tokens"][0]["keys"] == []


def test_a_dry_run_needs_no_pin_and_finds_the_token(scripted):
    scripted.generate("EC-256", "release", "--dry-run", pin="")
    assert scripted.token.calls("C_Login") == scripted.token.calls("C_GenerateKeyPair") == 0
    scripted.run("key", "generate", "--module", scripted.token.module, "--token", "nope", "--label", "release",
                 "--spec", "EC-256", "--dry-run", status=3)  # fmt: skip


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


def test_key_describe_tells_everything_in_words(desk):
    desk.generate("EC-256", "release", "--id", "0a01")
    uri = f"pkcs11:token=e2e;object=release?module-path={desk.token.module}"
    desk.compare("key-describe", desk.run("key", "describe", uri, "--login"))
    described = conforms("key-describe", desk.run("key", "describe", uri, "--login", "--json").out)
    assert described["remarks"] == ["the key can do more than sign: CKA_SIGN_RECOVER, CKA_DECRYPT, CKA_UNWRAP"]
    assert described["private"] is True


def test_key_describe_without_a_login_says_what_stays_hidden(scripted):
    scripted.token.write("token label=e2e", "key P-256 label=release id=01")
    uri = f"pkcs11:token=e2e;object=release?module-path={scripted.token.module}"
    described = conforms("key-describe", scripted.run("key", "describe", uri, "--json").out)
    assert described["private"] is False and "--login" in described["remarks"][0]
    assert scripted.token.calls("C_Login") == 0


def test_key_describe_says_what_is_odd(scripted):
    scripted.token.write(
        "token label=e2e",
        "key P-256 label=release id=01 sensitive=no extractable",
    )
    uri = f"pkcs11:token=e2e;object=release?module-path={scripted.token.module}"
    scripted.compare("key-describe-odd", scripted.run("key", "describe", uri, "--login"))


def test_key_describe_of_a_key_that_is_not_there_is_status_3(desk):
    uri = f"pkcs11:token=e2e;object=nope?module-path={desk.token.module}"
    desk.compare("key-describe-nothing", desk.run("key", "describe", uri, status=3))


def delete(desk, *more, **options):
    uri = f"pkcs11:token=e2e;object=release?module-path={desk.token.module}"
    return desk.run("key", "delete", uri, *more, **options)


def labels(desk):
    listed = desk.run("key", "list", "--module", desk.token.module, "--token", "e2e", "--login", "--json")
    return [key["uri"].split("object=")[1].split(";")[0] for key in json.loads(listed.out)["tokens"][0]["keys"]]


def test_key_delete_destroys_this_key_and_no_other(desk):
    desk.generate("EC-256", "release", "--id", "0a01")
    desk.generate("EC-256", "other", "--id", "0a02")
    desk.compare("key-delete", delete(desk, "--yes"))
    assert labels(desk) == ["other"]
    desk.compare("key-delete-gone", delete(desk, "--yes", status=3))


def test_key_delete_without_a_terminal_and_without_yes_destroys_nothing(desk):
    desk.generate("EC-256", "release", "--id", "0a01")
    desk.compare("key-delete-no-terminal", delete(desk, status=2))
    assert labels(desk) == ["release"]


@pytest.mark.parametrize(("answer", "status", "left"), [("yes\n", 0, []), ("y\n", 4, ["release"]), ("\n", 4, ["release"])])
def test_key_delete_takes_the_whole_word_at_the_terminal(desk, answer, status, left):
    desk.generate("EC-256", "release", "--id", "0a01")
    uri = f"pkcs11:token=e2e;object=release?module-path={desk.token.module}"
    screen = Screen([tools.product(), "key", "delete", uri], {**desk.environment, "TERM": "dumb"}, desk.folder)
    try:
        screen.wait_for("(type yes) ")
        assert "object=release" in screen.text and "EC-256" in screen.text
        screen.type(answer)
        assert screen.end() == status
    finally:
        screen.close()
    assert labels(desk) == left


def test_key_delete_leaves_certificates_unless_told(desk):
    desk.generate("EC-256", "release", "--id", "0a01")
    uri = f"pkcs11:token=e2e;object=release?module-path={desk.token.module}"
    desk.run("cert", "self-sign", uri, "--subject", "CN=release,O=Example,C=CH", "--out", "release.pem")
    desk.run("cert", "import", uri, "--chain", "release.pem", "--to-token")
    kept = conforms("key-delete", delete(desk, "--yes", "--json").out)
    assert (kept["certificatesDestroyed"], kept["certificatesLeft"]) == (0, 1)


def test_key_delete_takes_the_certificates_along_when_told(desk):
    desk.generate("EC-256", "release", "--id", "0a01")
    uri = f"pkcs11:token=e2e;object=release?module-path={desk.token.module}"
    desk.run("cert", "self-sign", uri, "--subject", "CN=release,O=Example,C=CH", "--out", "release.pem")
    desk.run("cert", "import", uri, "--chain", "release.pem", "--to-token")
    gone = conforms("key-delete", delete(desk, "--yes", "--with-certificates", "--json").out)
    assert (gone["certificatesDestroyed"], gone["certificatesLeft"]) == (1, 0)


def test_key_delete_tells_who_still_names_the_key(desk):
    desk.generate("EC-256", "release", "--id", "0a01")
    uri = "pkcs11:token=e2e;object=release"
    others = {"name": "other", "id": "pkcs11:token=e2e;object=other", "pluginName": "pkcs11"}
    keys = [{"name": "by-uri", "id": uri, "pluginName": "pkcs11"}, others]
    keys.append({"name": "by-name", "id": "app", "pluginName": "pkcs11"})
    home = desk.folder / ".config" / "notation"
    home.mkdir(parents=True)
    (home / "signingkeys.json").write_text(json.dumps({"default": "by-uri", "keys": keys}))
    settings = desk.folder / "config.json"
    entries = {"app": {"uri": uri}, "other": {"uri": others["id"]}}
    for entry in entries.values():
        entry["module"] = str(desk.token.module)
    settings.write_text(json.dumps({"version": 1, "keys": entries}))
    settings.chmod(0o600)
    desk.environment["NOTATION_PKCS11_CONFIG"] = settings
    report = conforms("key-delete", desk.run("key", "delete", "app", "--yes", "--json").out)
    assert (report["stillConfigured"], report["stillRegistered"]) == (["app"], ["by-uri", "by-name"])
    desk.generate("EC-256", "release", "--id", "0a01")
    desk.compare("key-delete-named", desk.run("key", "delete", "app", "--yes"))


def test_two_keys_of_one_label_are_not_deleted(scripted):
    scripted.token.write("token label=e2e", "key P-256 label=release id=01", "key P-384 label=release id=02")
    assert "id=%02" in delete(scripted, "--yes", status=3).err
    assert scripted.token.calls("C_DestroyObject") == 0


def test_a_key_made_by_script_can_be_deleted_by_script(desk):
    made = json.loads(desk.generate("EC-256", "release", "--json").out)
    desk.run("key", "delete", made["key"], "--yes", "--json")
    assert labels(desk) == []


def test_making_a_key_that_takes_long_is_seen_at_the_terminal(scripted):
    scripted.token.write("token label=e2e", "quirk quick-generate", "sleep C_GenerateKeyPair 3500")
    words = ["key", "generate", "--module", scripted.token.module, "--label", "release", "--spec", "RSA-4096"]
    screen = Screen([tools.product(), *words], {**scripted.environment, "TERM": "xterm"}, scripted.folder)
    try:
        assert screen.end() == 0
    finally:
        screen.close()
    seconds = re.findall(r'making RSA-4096 key on token "e2e": (\d+) s', screen.text)
    assert len(set(seconds)) >= 2 and "0" not in seconds, screen.text


def test_a_key_without_its_public_half_is_described_and_not_deleted(scripted):
    scripted.token.write("token label=e2e", "key P-256 label=release id=01 public=no")
    uri = f"pkcs11:token=e2e;object=release?module-path={scripted.token.module}"
    described = conforms("key-describe", scripted.run("key", "describe", uri, "--login", "--json").out)
    assert (described["private"], described["public"]) == (True, False)
    assert any("no public half" in remark for remark in described["remarks"])
    assert "public half" in delete(scripted, "--yes", status=3).err
    assert scripted.token.calls("C_DestroyObject") == 0


def test_a_key_that_the_token_refuses_to_destroy_is_status_5(scripted):
    rules = ["token label=e2e", "key P-256 label=release id=01"]
    scripted.token.write(*rules, "fail C_DestroyObject CKR_ACTION_PROHIBITED")
    assert "CKR_ACTION_PROHIBITED" in delete(scripted, "--yes", status=5).err


def test_a_wrong_pin_destroys_nothing(desk):
    desk.generate("EC-256", "release", "--id", "0a01")
    assert "CKR_PIN_INCORRECT" in delete(desk, "--yes", pin=WRONG_PIN, status=4).err
    assert labels(desk) == ["release"]
