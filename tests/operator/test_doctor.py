"""`doctor`: a set-up in which all is well, and every fault that it must find, planted one at a time."""

import json
import re

import pytest
from clinic import KEY, Clinic, first_finding
from harness import certs, tools
from harness.approvals import key_hash
from harness.certs import Profile
from harness.screen import Screen
from harness.shapes import conforms
from harness.token import PIN
from planted_faults import FAILED, FAULTS, WARNED
from tsb_standin import Standin


@pytest.fixture
def clinic(tmp_path):
    return Clinic(tmp_path)


def states(report):
    return {check["check"]: check["state"] for check in report["checks"]}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_named_and_cured(clinic, fault):
    fault.plant(clinic)
    arguments = fault.arguments or [KEY]
    result = clinic.doctor(*arguments)
    line = first_finding(result.out, fault.mark)
    assert line and fault.says in line, result.out + result.err
    assert result.code == (5 if fault.mark == FAILED else 0), result.out + result.err
    if fault.mark == WARNED:
        assert first_finding(result.out, FAILED) is None, result.out

    report = conforms("doctor", clinic.report(*arguments))
    wanted = "failed" if fault.mark == FAILED else "warning"
    first = next(check for check in report["checks"] if check["state"] == wanted)
    assert (first["check"], report["healthy"]) == (fault.check, fault.mark == WARNED)
    assert bool(first["fix"]) == fault.cured, first
    if fault.cured:
        cured = clinic.shell(first["fix"])
        assert cured.code == 0, f"{first['fix']}\n{cured.out}\n{cured.err}"
        after = clinic.doctor(*arguments)
        assert fault.says not in (first_finding(after.out, fault.mark) or ""), after.out
        assert states(clinic.report(*arguments))[fault.check] == "passed", after.out


def test_there_are_enough_faults():
    assert sum(fault.mark == FAILED for fault in FAULTS) >= 25
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_a_healthy_set_up_passes_every_check(clinic):
    result = clinic.doctor(KEY, "--sign")
    assert (result.code, result.err) == (0, ""), result.out + result.err
    clinic.compare("doctor", result)
    marks = {line[0] for line in result.out.splitlines() if not line.startswith(" ")}
    assert marks == {"\u2713"}, result.out
    report = conforms("doctor", clinic.report(KEY, "--sign"))
    assert report["healthy"] and set(states(report).values()) == {"passed"}


def test_a_healthy_set_up_on_softhsm(clinic):
    clinic.use_softhsm()
    result = clinic.doctor(KEY, "--sign")
    assert result.code == 0 and first_finding(result.out, WARNED) is None, result.out + result.err


def test_no_pin_is_tried_unless_asked(clinic):
    assert clinic.doctor().code == 0
    assert clinic.doctor("--module", clinic.token.module, "--token", "e2e").code == 0
    assert clinic.token.calls("C_Login") == 0 and clinic.token.calls("C_Sign") == 0
    assert clinic.doctor(KEY, "--login").code == 0
    assert clinic.token.calls("C_Login") == 1 and clinic.token.calls("C_Sign") == 0
    assert clinic.doctor(KEY, "--sign").code == 0
    assert clinic.token.calls("C_Sign") == 1


def test_a_token_in_danger_is_never_offered_a_pin(clinic):
    clinic.token.with_key(clinic.key, token="final-try")
    assert clinic.doctor(KEY, "--sign").code == 5
    assert clinic.token.calls("C_Login") == 0


def test_the_machine_alone(clinic):
    clinic.configure(module=None)
    report = conforms("doctor", json.loads(clinic.run("doctor", "--json").out))
    assert report["key"] == "" and {"configuration", "notation", "plugin", "load"} <= set(states(report))


def test_without_any_configuration(clinic):
    clinic.config.unlink()
    del clinic.environment["NOTATION_PKCS11_CONFIG"]
    result = clinic.doctor("--module", clinic.token.module)
    assert result.code == 0 and 'token "e2e"' in re.sub(" +", " ", result.out), result.out


def test_a_key_by_uri_and_flags(clinic):
    clinic.config.unlink()
    del clinic.environment["NOTATION_PKCS11_CONFIG"]
    uri = "pkcs11:token=e2e;object=release"
    flags = ["--module", clinic.token.module, "--chain-file", "chain.pem", "--pin-source", "file:pin"]
    result = clinic.doctor(uri, *flags, "--sign")
    assert result.code == 0 and "none has the id" in re.sub(r"\s+", " ", result.out)


def test_a_key_by_its_name_in_notation(clinic):
    clinic.register("image-key", default="image-key")
    result = clinic.doctor("image-key")
    assert result.code == 0 and '"image-key", id "release"' in result.out


@pytest.mark.parametrize("rules, name", [("locked", "pin-locked"), ("uninitialised", "uninitialised")])
def test_what_a_sick_token_looks_like(clinic, rules, name):
    clinic.token.with_key(clinic.key, token=rules)
    clinic.compare(f"doctor-{name}", clinic.doctor())


def test_flags_that_contradict_each_other_are_refused(clinic):
    for arguments in (
        [KEY, "--token", "e2e"], ["--sign"], ["--module", clinic.token.module, "--sign"], ["--login"],
        ["--token", "e2e"], ["--module", clinic.token.module, "--chain-file", "chain.pem"],
    ):  # fmt: skip
        result = clinic.doctor(*arguments) if KEY in arguments else clinic.run("doctor", *arguments)
        assert (result.code, result.out) == (2, ""), result.out + result.err
    assert clinic.token.calls("C_Initialize") == 0
    assert "nothing to report" in clinic.doctor("--report", "r.json").err


def test_a_module_alone_is_looked_at_up_to_its_token(clinic):
    module = ["--module", clinic.token.module]
    assert "no token has the label" in (first_finding(clinic.doctor(*module, "--token", "e2f").out, FAILED))
    assert clinic.token.calls("C_OpenSession") == 0
    clinic.environment["NOTATION_PKCS11_PIN"] = PIN
    result = clinic.doctor(*module, "--token", "e2e", "--login")
    assert result.code == 0 and "the PIN is accepted" in result.out and clinic.token.calls("C_Login") == 1


def test_without_a_home_no_file_is_promised(clinic):
    for name in ("HOME", "XDG_CONFIG_HOME", "NOTATION_PKCS11_CONFIG"):
        del clinic.environment[name]
    first = clinic.run("doctor").out.splitlines()[0]
    assert first == "\u2713 configuration   no file"


def test_what_cannot_be_checked_any_more_is_said_so(clinic):
    clinic.configure(module="/usr/lib/nowhere.so")
    after = clinic.report()
    assert states(after)["load"] == states(after)["signature"] == "not-checked"


def test_a_missing_module_of_a_known_name_is_found_elsewhere(clinic):
    clinic.configure(module="/usr/lib/nowhere/libsofthsm2.so")
    assert str(tools.softhsm_module()) in clinic.doctor().out


def test_what_the_module_printed_is_shown(clinic):
    clinic.token.with_key(clinic.key, 'print stderr C_Initialize "no licence"', "fail C_Initialize CKR_GENERAL_ERROR")
    assert "no licence" in clinic.doctor().out


def test_marks_are_ascii_where_the_locale_is(clinic):
    clinic.environment["LC_ALL"] = "C"
    text = clinic.doctor().out
    assert text.isascii() and all(line[0] in "+-! " for line in text.splitlines())


def test_lines_fit_eighty_columns_but_for_paths(clinic):
    clinic.issue(profile=Profile(name="a leaf with a rather long common name for one who signs releases"))
    clinic.token.with_key(clinic.key, token="locked")
    for line in clinic.doctor().out.splitlines():
        if len(line) > 80:
            is_command = line.startswith(("    fix: ", "      "))
            assert is_command or max(len(word) for word in line.split()) > 50, line


def test_a_pin_in_a_wrong_place_is_not_shown(clinic):
    uri = "pkcs11:token=e2e;object=release?pin-value=98765"
    for arguments in (
        ["doctor", uri, "--json"], ["doctor", uri], ["enroll", uri, "--module", clinic.token.module],
        ["key", "list", "--module", clinic.token.module, "--token", uri], ["explain", uri], ["cert", "lint", uri],
        ["doctor", "--module", clinic.token.module, "--token", uri], ["key", "describe", uri],
        ["key", "list", "--module", clinic.token.module, "--token", "e2e;pin-value=98765"],
    ):  # fmt: skip
        result = clinic.run(*arguments)
        assert result.code != 0 and "98765" not in result.out + result.err, result.out + result.err


def test_a_policy_that_trusts_somebody_elses_certificates_is_named(clinic):
    path = clinic.folder / "notation/trustpolicy.json"
    policy = json.loads(path.read_text())

    def trusted_root(*identities, scopes=("*",)):
        policy["trustPolicies"][0].update(trustedIdentities=identities, registryScopes=scopes)
        path.write_text(json.dumps(policy))
        (check,) = [check for check in clinic.report()["checks"] if check["check"] == "trusted-root"]
        return check

    leaf = "x509.subject: C=US, ST=WA, O=End to end"
    assert trusted_root(leaf)["state"] == trusted_root(leaf, "x509.subject: C=CH, ST=ZH, O=Other")["state"] == "passed"
    assert "for example.com/app" in trusted_root(leaf, scopes=["example.com/app"])["text"]
    other = trusted_root("x509.subject: C=CH, ST=ZH, O=Other")
    assert (other["state"], other["text"]) == ("warning", "the trust policy trusts this root, but not this certificate")
    assert "  x509.subject: C=CH, ST=ZH, O=Other" in other["details"]
    assert any("O=End to end" in detail for detail in other["details"])


def test_the_key_is_registered_with_what_doctor_was_given(clinic):
    clinic.config.write_text('{"version": 1}')
    uri = "pkcs11:token=e2e;object=release"
    flags = ["--module", clinic.token.module, "--chain-file", "chain.pem", "--pin-source", "file:pin"]
    (check,) = [one for one in clinic.report(uri, *flags)["checks"] if one["check"] == "notation-key"]
    assert clinic.shell(check["fix"]).code == 0
    name = check["fix"].split()[-1]
    assert clinic.doctor(name, "--sign").code == 0
    lost = clinic.report("pkcs11:token=e2e;id=%01", *flags, "--login-user", "me")
    (check,) = [one for one in lost["checks"] if one["check"] == "notation-key"]
    assert check["state"] == "warning" and not check["fix"] and "--login-user" in check["details"][1]


def test_a_report_that_was_written_is_said_so(clinic):
    module = ["--module", clinic.token.module]
    assert "wrote one.json\n" in clinic.doctor(*module, "--report", "one.json").out
    result = clinic.doctor(*module, "--report", "two.json", "--json")
    assert json.loads(result.out) and result.err == "wrote two.json\n"


def test_colours_are_for_a_terminal_that_shows_them(clinic):
    def shown(**environment):
        screen = Screen([tools.product(), "doctor", KEY], {**clinic.environment, **environment}, clinic.folder)
        try:
            screen.end()
        finally:
            screen.close()
        return screen.text

    clinic.trust(None, "other")
    text = shown(TERM="xterm")
    assert "\033[32m\u2713\033[0m configuration" in text and "\033[31m\u2717\033[0m trust policy" in text
    assert "\033[33m!\033[0m trusted root" in text and "\033[0m login" not in text
    for plain in ({"TERM": "dumb"}, {}, {"TERM": "xterm", "NO_COLOR": "1"}):
        assert "\033" not in shown(**plain)
    clinic.environment["TERM"] = "xterm"
    assert "\033" not in clinic.doctor().out


# a key at a service


@pytest.fixture
def at_service(clinic, tmp_path):
    """The clinic's key, held by a service that wants a token."""
    with Standin(folder=tmp_path / "service") as standin:
        standin.access.demand_tokens("secret-token")
        standin.add_key("release", clinic.key.private, None)
        clinic.write("jwt", "secret-token\n", 0o600)
        service = {"url": standin.url, "key": "release", "ca_file": str(standin.ca_file), "token": "file:jwt"}
        approval = {"public_key": key_hash(clinic.key), "backend": "securosys-tsb", "securosys_tsb": service}
        clinic.configure(uri=None, module=None, pin_source=None, approval=approval)
        yield clinic


def test_a_service_is_asked_for_its_key_and_for_no_approval(at_service):
    result = at_service.doctor(KEY, "--sign")
    assert result.code == 0, result.out + result.err
    report = at_service.report()
    assert states(report)["approval"] == states(report)["key-match"] == "passed"
    assert not {"module-file", "token", "pin-state", "login"} & set(states(report))
    text = at_service.run("explain", KEY).out
    assert "a service holds the key" in text and "notation sign --key release" in text


def test_a_service_that_refuses_the_token_is_named(at_service):
    at_service.write("jwt", "another\n", 0o600)
    result = at_service.doctor()
    assert result.code == 5 and "approval" in first_finding(result.out, FAILED), result.out


def test_a_chain_file_of_another_key_than_the_services_is_named(at_service):
    at_service.issue(key=certs.Key("EC-256", at_service.folder / "another.key"))
    assert "is for another key" in first_finding(at_service.doctor().out, FAILED)


# the report to send in


def test_the_report_tells_nothing_of_whose_token_it_is(clinic):
    label, serial = "Q7-label", "Q7SERIAL"
    clinic.token.write(
        f"token label={label} serial={serial}",
        f'key P-256 label=Q7-key id=51370a pem="{clinic.key.path}" private=visible',
        f'certificate pem="{clinic.folder}/chain.pem" label=Q7-key id=51370a',
        "quirk list-version 2.1",
    )
    path = clinic.folder / "report.json"
    result = clinic.doctor("--module", clinic.token.module, "--token", label, "--report", path)
    assert result.code == 0, result.out + result.err
    text = path.read_text()
    der = clinic.key.private.public_key().public_numbers().x.to_bytes(32, "big").hex()
    for secret in ("Q7", "51370a", "51:37", PIN, str(clinic.folder), str(clinic.token.module), der, "End to end"):
        assert not re.search(rf"(?<![0-9a-f]){re.escape(secret)}", text, re.IGNORECASE), secret
    assert not re.search(r"[0-9a-f]{32}", text, re.IGNORECASE)
    report = conforms("doctor-report", json.loads(text))
    (token,) = report["tokens"]
    (key,) = token["keys"]
    private = next(one for one in key["objects"] if one["type"] == "private key")
    assert private["attributes"]["CKA_SENSITIVE"] == "true"
    assert key["keySpec"] == "EC-256" and key["mechanisms"]
    assert "CKM_ECDSA" in [one["name"] for one in token["mechanisms"]]
    assert {"load", "initialise"} <= {one["phase"] for one in report["times"]}


def test_a_report_is_not_written_over_a_file(clinic):
    clinic.write("report.json", "mine")
    result = clinic.doctor("--module", clinic.token.module, "--report", "report.json")
    assert result.code == 2 and (clinic.folder / "report.json").read_text() == "mine"
