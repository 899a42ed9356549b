"""token list, init, set-pin, unlock and reset-failures, on SoftHSM and on the scripted module.

The texts are in expected/; UPDATE=1 rewrites them, to be read again."""

import json
import pathlib
import re
import time
import types

import pytest
from desk import WRONG_PIN, Desk
from harness import tools
from harness.fake import FakeModule
from harness.screen import Screen
from harness.shapes import conforms
from harness.token import PIN, Token

SO_PIN = "87654321"
NEW_PIN = "246813"
P11_KIT = pathlib.Path("/usr/share/p11-kit/modules/softhsm2.module")


@pytest.fixture
def bare(tmp_path):
    """SoftHSM without a token of ours, and the PINs in files."""
    token = Token(tmp_path)
    (tmp_path / "tokens").mkdir()
    token._configure()
    return with_pins(Desk(tmp_path, token))


@pytest.fixture
def fake(tmp_path):
    return with_pins(Desk(tmp_path, FakeModule(tmp_path)))


def with_pins(desk):
    for name, pin in (("so", SO_PIN), ("pin", PIN), ("new", NEW_PIN), ("wrong", WRONG_PIN), ("short", "12")):
        path = desk.folder / name
        path.write_text(pin + "\n")
        path.chmod(0o600)
    return desk


def compare(desk, name, result):
    """Like Desk.compare; SoftHSM draws its slot ids, and our messages show a module's real path."""
    text = (result.out + result.err).replace(str(pathlib.Path(desk.token.module).resolve()), "<module>")
    text = re.sub(r"slot \d{4,}: SoftHSM slot ID 0x[0-9a-f]+", "slot <slot>: SoftHSM slot ID <slot>", text)
    desk.compare(name, types.SimpleNamespace(out=text, err=""))


def children_of(process):
    return [int(child) for child in pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def token(desk, verb, *more, **options):
    return desk.run("token", verb, "--module", desk.token.module, *more, **options)


def initialise(desk, *more, **options):
    sources = ("--so-pin-source", "file:so", "--pin-source", "file:pin")
    return token(desk, "init", "--label", "e2e", *sources, *more, **options)


def set_pin(desk, old, new, *more, **options):
    sources = ("--pin-source", f"file:{old}", "--new-pin-source", f"file:{new}")
    return token(desk, "set-pin", *sources, *more, **options)


def unlock(desk, *more, so="so", new="new", **options):
    return token(desk, "unlock", "--so-pin-source", f"file:{so}", "--new-pin-source", f"file:{new}", *more, **options)


def key_works_with(desk, pin):
    desk.generate("EC-256", f"made-with-{pin}", "--pin-source", f"file:{pin}")


def states(desk):
    return conforms("token-list", token(desk, "list", "--json").out)["modules"][0]["tokens"]


class TestOnSoftHsm:
    def test_a_bare_token_is_initialised_without_a_question(self, bare):
        compare(bare, "token-init", initialise(bare))
        key_works_with(bare, "pin")

    def test_the_answer_as_json(self, bare):
        made = conforms("token-init", initialise(bare, "--json").out)
        assert made["token"]["label"] == "e2e" and made["token"]["pin"] == "set"
        assert made["next"].startswith("notation-pkcs11 key generate --module ")
        changed = conforms("token-set-pin", set_pin(bare, "pin", "new", "--json").out)
        assert changed["token"]["uri"] == made["token"]["uri"]
        conforms("token-unlock", unlock(bare, "--json").out)

    def test_the_list_of_a_module(self, bare):
        compare(bare, "token-list-bare", token(bare, "list"))
        initialise(bare)
        compare(bare, "token-list", token(bare, "list"))
        listed = states(bare)
        assert [each["initialised"] for each in listed] == [True, False]
        assert listed[1]["uri"].startswith("pkcs11:slot-id=") and listed[1]["pin"] == listed[1]["soPin"] == "not set"

    def test_a_uri_from_the_list_names_the_token(self, bare):
        initialise(bare)
        uri = states(bare)[0]["uri"]
        set_pin(bare, "pin", "new", "--token", uri)
        compare(bare, "token-no-such", set_pin(bare, "new", "pin", "--token", "other", status=3))

    def test_the_modules_of_p11_kit(self, bare):
        if not P11_KIT.exists():
            pytest.skip("SoftHSM is not registered with p11-kit here")
        initialise(bare)
        modules = conforms("token-list", bare.run("token", "list", "--json").out)["modules"]
        softhsm = next(module for module in modules if module["name"] == "softhsm2")
        assert softhsm["fault"] == "" and softhsm["tokens"][0]["label"] == "e2e"
        assert "p11-kit-trust" not in [module["name"] for module in modules]

    def test_a_module_that_fails_is_shown_and_is_a_failure_where_a_flag_names_it(self, bare):
        text = bare.folder / "module.so"
        text.write_text("no module")
        listed = bare.run("token", "list", "--module", text, "--module", bare.token.module, status=5)
        assert f"module {text}\n  it cannot be used: " in listed.out
        assert "token that is not initialised" in listed.out
        assert f"1 of 2 modules cannot be used: {text}" in listed.err
        absent = bare.run("token", "list", "--module", "/nope", "--json", status=5)
        assert conforms("token-list", absent.out)["modules"][0]["fault"] != ""
        assert "1 of 1 module cannot be used: /nope" in absent.err

    def test_two_tokens_of_one_label_are_told_apart_by_their_uris(self, bare):
        initialise(bare)
        warned = initialise(bare)
        uris = [each["uri"] for each in states(bare) if each["initialised"]]
        assert len(uris) == 2
        assert 'another token is labelled "e2e", too: pkcs11:token=e2e;serial=' in warned.out
        next_command = warned.out.splitlines()[-1]
        assert any(f"--token '{uri}'" in next_command for uri in uris)
        module = ("--module", bare.token.module)
        generate = ("--label", "release", "--spec", "EC-256", "--pin-source", "file:pin")
        by_label = bare.run("key", "generate", *module, "--token", "e2e", *generate, status=3)
        assert all(uri in by_label.err for uri in uris)
        bare.run("key", "generate", *module, "--token", uris[1], *generate)
        login = ("--login", "--pin-source", "file:pin", "--json")
        keys = [
            conforms("key-list", bare.run("key", "list", *module, "--token", uri, *login).out)["tokens"][0]["keys"]
            for uri in uris
        ]
        assert [len(each) for each in keys] == [0, 1]
        checked = bare.run("doctor", *module, "--token", uris[1], "--json", status=5)
        token_check = next(each for each in json.loads(checked.out)["checks"] if each["check"] == "token")
        assert token_check["text"].startswith('"e2e", serial ')

    def test_a_pin_is_changed_and_the_old_one_is_no_good(self, bare):
        initialise(bare)
        compare(bare, "token-set-pin", set_pin(bare, "pin", "new"))
        key_works_with(bare, "new")
        compare(bare, "token-set-pin-wrong", set_pin(bare, "pin", "new", status=4))

    def test_the_security_officer_changes_the_so_pin(self, bare):
        initialise(bare)
        sources = ["--so-pin-source", "file:so", "--new-pin-source", "file:new"]
        compare(bare, "token-set-so-pin", token(bare, "set-pin", "--so", *sources))
        unlock(bare, so="new", new="pin")
        compare(bare, "token-set-so-pin-wrong", token(bare, "set-pin", "--so", *sources, status=4))

    def test_the_security_officer_sets_a_new_pin(self, bare):
        initialise(bare)
        compare(bare, "token-unlock", unlock(bare))
        key_works_with(bare, "new")

    def test_a_token_with_keys_is_destroyed_only_when_told(self, bare):
        initialise(bare)
        key_works_with(bare, "pin")
        compare(bare, "token-init-no-terminal", initialise(bare, "--token", "e2e", status=2))
        initialise(bare, "--token", "e2e", "--yes")
        assert "no key is visible" in bare.run("key", "list", "--module", bare.token.module, "--token", "e2e").out

    def test_the_wrong_so_pin_is_counted_apart(self, bare):
        initialise(bare)
        sources = ("--so-pin-source", "file:wrong", "--pin-source", "file:pin")
        wrong = ("--token", "e2e", "--yes", "--label", "e2e", *sources)
        compare(bare, "token-init-wrong-so-pin", token(bare, "init", *wrong, status=4))
        token(bare, "init", *wrong, status=4)
        compare(bare, "token-init-withheld", token(bare, "init", *wrong, status=4))
        assert states(bare)[0]["refusedSoPins"] == 2
        key_works_with(bare, "pin")
        assert states(bare)[0]["refusedPins"] == 0

    def test_counted_refusals_are_forgotten_on_demand(self, bare):
        initialise(bare)
        for _ in range(2):
            set_pin(bare, "wrong", "new", status=4)
        compare(bare, "token-set-pin-withheld", set_pin(bare, "pin", "new", status=4))
        compare(bare, "token-reset-failures", token(bare, "reset-failures"))
        set_pin(bare, "pin", "new")
        assert conforms("token-reset-failures", token(bare, "reset-failures", "--json").out)["refusedPins"] == 0

    def test_unlocking_forgets_what_the_user_mistyped(self, bare):
        initialise(bare)
        for _ in range(2):
            set_pin(bare, "wrong", "new", status=4)
        unlock(bare)
        key_works_with(bare, "new")

    def test_a_pin_of_a_length_that_the_token_does_not_take_destroys_nothing(self, bare):
        initialise(bare)
        key_works_with(bare, "pin")
        sources = ("--so-pin-source", "file:so", "--pin-source", "file:short")
        refused = token(bare, "init", "--label", "x", "--token", "e2e", "--yes", *sources, status=2)
        compare(bare, "token-init-short-pin", refused)
        assert "pkcs11:token=e2e" in bare.run("key", "list", "--module", bare.token.module).out

    def test_a_configured_key_names_module_token_and_sources(self, bare):
        initialise(bare)
        key_works_with(bare, "pin")
        key = {"uri": "pkcs11:token=e2e;object=made-with-pin", "module": str(bare.token.module),
               "pin_command": ["/bin/cat", str(bare.folder / "pin")], "so_pin_source": "file:so"}  # fmt: skip
        path = bare.folder / "config.json"
        path.write_text(json.dumps({"version": 1, "keys": {"release": key}}))
        path.chmod(0o600)
        bare.environment["NOTATION_PKCS11_CONFIG"] = path
        bare.run("token", "set-pin", "--key", "release", "--new-pin-source", "file:new")
        bare.run("token", "unlock", "--key", "release", "--new-pin-source", "file:pin")
        path.chmod(0o644)
        refused = bare.run("token", "set-pin", "--key", "release", "--new-pin-source", "file:new", status=2)
        assert "configuration file with pin_command" in refused.err and "chmod 600" in refused.err

    def test_a_credential_of_systemd_gives_the_pin(self, bare):
        initialise(bare)
        credential = ("--pin-source", "credential:pin", "--new-pin-source", "file:new")
        compare(bare, "token-no-credential", token(bare, "set-pin", *credential, status=4))
        bare.environment["CREDENTIALS_DIRECTORY"] = bare.folder
        token(bare, "set-pin", *credential)
        key_works_with(bare, "new")


class TestOnScriptedTokens:
    def test_states_of_pins_in_words(self, fake):
        fake.token.write(
            "token label=one count-low", "token label=two serial=2 final-try", "token label=three serial=3 locked",
            "token label=four serial=4 no-user-pin so-locked", "token label=five serial=5 to-be-changed so-final-try",
            "token label=six serial=6 no-login write-protected protected-path", "token uninitialised", "empty-slot",
        )  # fmt: skip
        compare(fake, "token-list-states", token(fake, "list"))
        assert [each["pin"] for each in states(fake)] == [
            "count low", "final try", "locked", "not set", "to be changed", "set", "not set",
        ]  # fmt: skip
        assert fake.token.calls("C_Login") == 0 and fake.token.calls("C_OpenSession") == 0

    def test_which_token_must_be_plain(self, fake):
        fake.token.write("token label=one", "token label=two serial=2", "token uninitialised", "token uninitialised")
        compare(fake, "token-ambiguous", set_pin(fake, "pin", "new", status=3))
        compare(fake, "token-init-ambiguous", initialise(fake, status=3))
        (fake.folder / "objects").mkdir()
        fake.token.write(f"state {fake.folder}/objects", *["token uninitialised"] * 2)
        assert "slot 1:" in initialise(fake, "--slot", "1").out

    def test_no_module_is_named(self, fake):
        compare(fake, "token-no-module", fake.run("token", "unlock", status=2))

    def test_a_locked_pin_is_not_tried_and_unlocked_by_the_security_officer(self, fake):
        fake.token.write(f"state {fake.folder}/objects", f"token label=e2e so-pin={SO_PIN} locked locks-after=3")
        (fake.folder / "objects").mkdir()
        compare(fake, "token-locked", set_pin(fake, "pin", "new", status=4))
        assert fake.token.calls("C_Login") == 0
        unlock(fake)
        key_works_with(fake, "new")

    def test_the_last_try_is_for_a_person(self, fake):
        fake.token.write(f"token label=e2e so-pin={SO_PIN} final-try so-final-try")
        compare(fake, "token-final-try", set_pin(fake, "pin", "new", status=4))
        compare(fake, "token-so-final-try", unlock(fake, status=4))
        assert fake.token.calls("C_Login") == 0

    def test_a_write_protected_token_is_left_alone(self, fake):
        fake.token.write(f"token label=e2e so-pin={SO_PIN} write-protected")
        compare(fake, "token-write-protected", set_pin(fake, "pin", "new", status=5))
        unlock(fake, status=5)
        assert fake.token.calls("C_Login") == 0

    def test_a_pin_to_be_changed_is_changed(self, fake):
        (fake.folder / "objects").mkdir()
        fake.token.write(f"state {fake.folder}/objects", "token label=e2e to-be-changed")
        set_pin(fake, "pin", "new")

    def test_a_pin_that_is_too_short_is_told_with_the_lengths(self, fake):
        fake.token.write(f"token label=e2e so-pin={SO_PIN} pin-min=6 pin-max=8")
        compare(fake, "token-short-pin", set_pin(fake, "pin", "short", status=2))
        assert fake.token.calls("C_SetPIN") == 0 and fake.token.calls("C_Login") == 0

    def test_sessions_of_others_keep_a_token_from_being_initialised(self, fake):
        fake.token.write(f"token label=e2e so-pin={SO_PIN}", "fail C_InitToken CKR_SESSION_EXISTS")
        compare(fake, "token-sessions", initialise(fake, "--token", "e2e", "--yes", status=5))

    def test_a_token_that_is_initialised_but_without_a_pin_says_how_to_go_on(self, fake):
        (fake.folder / "objects").mkdir()
        fake.token.write(f"state {fake.folder}/objects", "token uninitialised", "fail C_InitPIN CKR_DEVICE_ERROR")
        compare(fake, "token-half-initialised", initialise(fake, status=5))

    def test_pins_from_variables_reach_no_other_process(self, fake):
        fake.token.write(f"token label=e2e so-pin={SO_PIN}", "hang C_InitPIN")
        variables = {"SO": SO_PIN, "NEW": NEW_PIN}
        words = ("--so-pin-source", "env:SO", "--new-pin-source", "env:NEW")
        argv = [tools.product(), "token", "unlock", "--module", fake.token.module, *words]
        screen = Screen(argv, {**fake.environment, **variables}, fake.folder)
        try:
            end = time.monotonic() + 30
            while fake.token.calls("C_InitPIN") == 0:
                assert time.monotonic() < end, screen.text
                time.sleep(0.01)
            processes = [screen.pid, *children_of(screen.pid)]
            assert len(processes) == 2
            for process in processes:
                environment = pathlib.Path(f"/proc/{process}/environ").read_bytes()
                command = pathlib.Path(f"/proc/{process}/cmdline").read_bytes()
                assert not [pin for pin in variables.values() if pin.encode() in environment + command]
        finally:
            screen.close()

    def test_a_token_with_a_pad_of_its_own_is_asked_there(self, fake):
        fake.token.write(f"token label=e2e so-pin={SO_PIN} protected-path")
        screen = Screen(
            [tools.product(), "token", "unlock", "--module", fake.token.module], fake.environment, fake.folder
        )
        try:
            screen.wait_for('enter the SO PIN at the pad of token "e2e"')
            assert screen.end() == 0, screen.text
        finally:
            screen.close()


class TestAtTheTerminal:
    def dialogue(self, desk, words, *answers, status=0, environment=None):
        """Answers each prompt; gives back what was on the screen."""
        variables = {name: value for name, value in desk.environment.items() if name != "NOTATION_PKCS11_PIN"}
        screen = Screen([tools.product(), *words], {**variables, **(environment or {})}, desk.folder)
        try:
            for prompt, keys in answers:
                screen.wait_for(prompt)
                if "[y/N]" not in prompt and "(type yes)" not in prompt:
                    screen.wait_for_echo(on=False)
                screen.type(keys + "\r")
            assert screen.end() == status, screen.text
        finally:
            screen.close()
        for secret in (PIN, NEW_PIN, SO_PIN):
            assert secret not in screen.text
        return screen.text

    def words(self, desk, verb, *more):
        return ["token", verb, "--module", desk.token.module, *more]

    def test_pins_are_typed_twice_and_their_lengths_are_shown(self, bare):
        shown = self.dialogue(
            bare, self.words(bare, "init", "--label", "e2e"),
            ("new SO PIN for the token (4 to 255 characters): ", SO_PIN), ("the same new SO PIN again: ", SO_PIN),
            ("new PIN for the token (4 to 255 characters): ", PIN), ("the same new PIN again: ", PIN),
        )  # fmt: skip
        assert 'initialised token "e2e"' in shown
        key_works_with(bare, "pin")
        shown = self.dialogue(
            bare, self.words(bare, "set-pin"),
            ('PIN for token "e2e": ', PIN), ('new PIN for token "e2e" (4 to 255 characters): ', NEW_PIN),
            ("the same new PIN again: ", NEW_PIN),
        )  # fmt: skip
        key_works_with(bare, "new")
        self.dialogue(
            bare, self.words(bare, "unlock"),
            ('SO PIN for token "e2e": ', SO_PIN), ('new PIN for token "e2e" (4 to 255 characters): ', PIN),
            ("the same new PIN again: ", PIN),
        )  # fmt: skip
        bare.generate("EC-256", "last", "--pin-source", "file:pin")

    def test_two_different_new_pins_change_nothing(self, bare):
        initialise(bare)
        shown = self.dialogue(
            bare, self.words(bare, "set-pin"),
            ('PIN for token "e2e": ', PIN), ("new PIN", NEW_PIN), ("the same new PIN again: ", NEW_PIN + "0"), status=2,
        )  # fmt: skip
        assert "was typed in two ways; nothing was changed" in shown
        key_works_with(bare, "pin")

    def test_a_token_that_holds_something_is_destroyed_after_a_yes(self, bare):
        initialise(bare)
        key_works_with(bare, "pin")
        words = self.words(bare, "init", "--token", "e2e", "--label", "e2e", "--so-pin-source", "file:so",
                           "--pin-source", "file:pin")  # fmt: skip
        shown = self.dialogue(bare, words, ("(type yes) ", "y"), status=4)
        assert "destroys every key and certificate on it" in shown and "visible without a login" in shown
        assert "made-with-pin" in bare.run("key", "list", "--module", bare.token.module).out
        self.dialogue(bare, words, ("(type yes) ", "yes"))
        assert "made-with-pin" not in bare.run("key", "list", "--module", bare.token.module).out


def test_a_pin_source_that_would_not_be_used_is_refused(scripted):
    scripted.token.write("token label=e2e")
    result = scripted.run(
        "token", "unlock", "--module", scripted.token.module, "--token", "e2e", "--pin-source", "file:/absent", status=2
    )
    assert "--pin-source" in result.err and scripted.token.calls("C_Initialize") == 0
    assert "--pin-source" not in scripted.run("token", "unlock", "--help").out
