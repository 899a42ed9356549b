"""`explain`: what a key's name leads to, what it nearly leads to, and who set what."""

import json
import re

import pytest
from clinic import KEY, Clinic
from harness.shapes import conforms


@pytest.fixture
def clinic(tmp_path):
    return Clinic(tmp_path)


def explained(clinic, *arguments):
    value = json.loads(clinic.run("explain", *arguments, "--json").out)
    return conforms("explain", value)


def origins(report):
    return {setting["setting"]: (setting["value"], setting["origin"]) for setting in report["settings"]}


def test_a_key_its_settings_and_the_command(clinic):
    clinic.compare("explain", clinic.run("explain", KEY))


def test_every_setting_has_its_origin(clinic):
    clinic.configure(timeouts={"sign": 90}, quirks=["no-finalize"], pin_source=None)
    set_by = origins(explained(clinic, KEY, "--pin-source", "file:pin"))
    config = str(clinic.config)
    assert set_by["module"] == (str(clinic.token.module), config)
    assert set_by["timeouts.sign"] == ("90 s", config) and set_by["timeouts.load"] == ("30 s", "default")
    assert set_by["quirks"] == ("no-finalize", config)
    assert set_by["pin_source"] == (f"file {clinic.folder}/pin", "the command line")


def test_what_the_uri_and_the_environment_set(clinic):
    clinic.environment["NOTATION_PKCS11_PIN"] = "1234"
    uri = f"pkcs11:token=e2e;object=release?module-path={clinic.token.module}"
    report = explained(clinic, uri)
    assert origins(report)["module"][1] == "the key id"
    assert origins(report)["pin_source"] == ("environment variable NOTATION_PKCS11_PIN", "default")
    assert "1234" not in json.dumps(report) and "module-path" not in report["key"]
    assert report["command"].startswith("notation sign --plugin pkcs11 --id ")


def test_what_notation_hands_on_with_the_key(clinic):
    uri = "pkcs11:token=e2e;object=release"
    module = str(clinic.token.module)
    key = {"name": "image-key", "id": uri, "pluginName": "pkcs11", "pluginConfig": {"module": module}}
    clinic.write("notation/signingkeys.json", json.dumps({"keys": [key]}), 0o600)
    for name in (uri, "image-key"):
        report = explained(clinic, name)
        assert origins(report)["module"] == (module, 'key "image-key" of notation')
        assert report["command"] == "notation sign --key image-key REFERENCE"


NEAR = [
    ("pkcs11:token=e2f;object=release", "token", "e2f", "e2e"),
    ("pkcs11:token=e2e;object=Release", "object", "Release", "release"),
    ("pkcs11:token=e2e;object=relase", "object", "relase", "release"),
    ("pkcs11:token=e2e;object=release;id=%02", "id", "02", "01"),
    ("pkcs11:serial=0009;object=release", "serial", "0009", "0001"),
    ("pkcs11:model=other;object=release", "model", "other", "fake model"),
    ("pkcs11:slot-id=7;object=release", "slot-id", "7", "0"),
]


@pytest.mark.parametrize("uri, attribute, wanted, found", NEAR, ids=[case[0] for case in NEAR])
def test_the_attribute_that_differs_is_named(clinic, uri, attribute, wanted, found):
    clinic.configure(uri=uri)
    report = explained(clinic, KEY)
    assert report["matched"] == []
    (near,) = report["nearly"]
    assert near["differences"] == [{"attribute": attribute, "wanted": wanted, "found": found}]


def test_keys_of_other_names_are_no_near_matches(clinic):
    clinic.token.with_key(clinic.key, "key P-384 label=nightly id=02", "key P-384 label=relaese id=03")
    report = explained(clinic, KEY)
    assert len(report["matched"]) == 1
    assert [near["differences"][0]["found"] for near in report["nearly"]] == ["relaese"]


def test_a_near_match_on_the_screen(clinic):
    clinic.token.write(
        "token label=e2e", "key P-256 label=Release id=01", "key P-384 label=release-2 id=02",
        "token label=e2f serial=0002", "key P-256 label=release id=03",
    )  # fmt: skip
    clinic.compare("explain-near", clinic.run("explain", KEY))


def test_a_token_that_is_not_there_ends_as_a_signature_would(clinic):
    clinic.configure(uri="pkcs11:token=e2f;object=release")
    result = clinic.run("explain", KEY)
    assert result.code == 3 and "no such token is present" in result.err
    assert 'token is "e2e", wanted "e2f"' in result.out


def test_two_keys_of_one_label_both_match(clinic):
    clinic.token.with_key(clinic.key, "key P-384 label=release id=02")
    report = explained(clinic, KEY)
    assert len(report["matched"]) == 2 and "2 different keys match" in report["problem"]
    assert clinic.run("explain", KEY).code == 3


def test_settings_are_explained_where_the_module_does_not_load(clinic):
    clinic.configure(module="/usr/lib/nowhere.so")
    result = clinic.run("explain", KEY)
    assert result.code == 2 and "there is no such file" in result.err
    assert re.search(r"module +/usr/lib/nowhere.so", result.out)


def test_no_pin_is_spent(clinic):
    clinic.token.write("token label=e2e", "key P-256 label=release id=01 public=hidden")
    result = clinic.run("explain", KEY)
    assert result.code == 0 and "shows no key without a login" in result.out
    assert clinic.token.calls("C_Login") == 0


def test_a_name_that_is_not_configured(clinic):
    clinic.compare("explain-unknown", clinic.run("explain", "relase"))
