"""Values that nobody means, files that are none, and answers that nobody could read."""

import os
import stat

import pytest
from harness import process, tools


def run_into(desk, command, *arguments):
    """Through a shell whose standard output is what `command` makes of it."""
    line = f'"$@" {command}'
    return process.run(["/bin/bash", "-c", line, "shell", tools.product(), *arguments], desk.environment, cwd=desk.folder)


def generate(desk, *more):
    return ["key", "generate", "--module", desk.token.module, "--token", "e2e", "--label", "release", "--spec", "EC-256",
            *more]  # fmt: skip


# --- empty and unreadable values


@pytest.mark.parametrize("flag", ["--label", "--token", "--id", "--record", "--attribute", "--pin-source", "--module"])
def test_a_variable_of_the_shell_that_is_not_set_makes_no_key(scripted, flag):
    answer = scripted.run(*generate(scripted), f"{flag}=", status=2).err
    assert flag in answer
    answer = scripted.run(*generate(scripted), flag, "", status=2).err
    assert flag in answer
    assert scripted.token.calls("C_GenerateKeyPair") == 0


def test_an_empty_value_is_told_with_its_flag(scripted):
    scripted.compare("empty-value", scripted.run("key", "register", "release", "--name", "", status=2))
    scripted.compare("empty-key", scripted.run("key", "describe", "", status=2))


@pytest.mark.parametrize("label", [b"\xff\xfe", b"a\nb", b"a\x07b", "a\u202eb".encode()])
def test_a_label_that_nobody_can_read_is_refused(scripted, label):
    arguments = [word if word != "release" else os.fsdecode(label) for word in generate(scripted)]
    assert "--label" in scripted.run(*arguments, status=2).err
    assert scripted.token.calls("C_GenerateKeyPair") == 0


# --- files that are none


def request(desk, path, *more, **options):
    desk.token.write("token label=e2e", "key P-256 label=release id=01 private=visible")
    uri = f"pkcs11:token=e2e;object=release?module-path={desk.token.module}"
    return desk.run("cert", "csr", uri, "--subject", "CN=release", "--out", path, *more, **options)


@pytest.mark.parametrize("more", [[], ["--force"]])
@pytest.mark.parametrize("kind", ["pipe", "link to a pipe", "link to a device"])
def test_what_is_no_file_is_never_replaced(scripted, kind, more):
    path = scripted.folder / "out"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        os.mkfifo(scripted.folder / "pipe")
        path.symlink_to("pipe" if kind == "link to a pipe" else "/dev/null")
    before = os.lstat(path)
    answer = request(scripted, "out", *more, status=2).err
    assert "--force" not in answer
    after = os.lstat(path)
    assert (after.st_mode, after.st_ino, after.st_rdev) == (before.st_mode, before.st_ino, before.st_rdev)
    if kind == "pipe" and not more:
        scripted.compare("no-regular-file", request(scripted, "out", status=2))


@pytest.mark.parametrize("path", ["/dev/null", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_a_device_is_no_place_for_a_file_and_force_is_not_advised(scripted, path):
    answer = request(scripted, path, status=2).err
    assert "--force" not in answer and path in answer
    uri = f"pkcs11:token=e2e;object=release?module-path={scripted.token.module}"
    into_file = run_into(scripted, "> kept.txt", "cert", "csr", uri, "--subject", "CN=release", "--out", path)
    assert into_file.code == 2 and "--force" not in into_file.err
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


# --- standard output that fails


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_the_answer_about_a_new_key_is_not_lost_with_standard_output(scripted, more):
    result = run_into(scripted, "> /dev/full", *generate(scripted, *more))
    assert result.code == 1
    assert "the answer could not be written to standard output: No space left on device" in result.err
    assert "object=release" in result.err


def test_a_closed_standard_output_is_told(scripted):
    result = run_into(scripted, ">&-", "version")
    assert result.code == 1
    assert result.err == (
        "notation-pkcs11: the answer could not be written to standard output: Bad file descriptor\n"
    )


def test_a_reader_that_has_gone_is_no_fault_of_a_command_that_tells_but_of_one_that_changes(scripted):
    gone = "| (exec <&-; sleep 0.5); exit ${PIPESTATUS[0]}"
    told = run_into(scripted, gone, "completion", "bash")
    assert (told.code, told.err) == (1, "")
    changed = run_into(scripted, gone, *generate(scripted))
    assert changed.code == 1
    assert "Broken pipe" in changed.err and "object=release" in changed.err


# --- certificates


def test_cert_lint_of_a_word_that_is_neither_file_nor_key_says_both(scripted):
    (scripted.folder / "folder").mkdir()
    scripted.compare("cert-lint-neither", scripted.run("cert", "lint", "nosuchfile.pem", status=3))
    scripted.compare("cert-lint-folder", scripted.run("cert", "lint", "folder", status=3))


# --- PINs


def test_a_variable_without_the_so_pin_is_told_as_that_of_its_token(scripted):
    unlock = ["token", "unlock", "--module", scripted.token.module, "--token", "e2e", "--new-pin-source", "env:NEW"]
    scripted.compare("no-so-pin", scripted.run(*unlock, "--so-pin-source", "env:NOPE", status=4))
    scripted.token.write("token label=e2e", "key P-256 label=release id=01 private=visible")
    listing = ["key", "list", "--module", scripted.token.module, "--login", "--pin-source", "env:NOPE"]
    scripted.compare("no-pin", scripted.run(*listing, status=4))


def test_where_pins_are_withheld_the_command_is_told_as_it_must_be_typed(scripted):
    listing = ["key", "list", "--module", scripted.token.module, "--login"]
    for _ in range(2):
        scripted.run(*listing, pin="7391", status=4)
    answer = scripted.run(*listing, status=4)
    assert "at a terminal with --pin-source prompt" in " ".join(answer.err.split())
    line = next(line for line in answer.err.splitlines() if "reset-failures" in line).strip()
    assert line == f"notation-pkcs11 token reset-failures --module {scripted.token.module} --token e2e"
    scripted.run(*line.split()[1:])
    scripted.run(*listing)


# --- keys


def test_a_key_that_signs_wrongly_is_not_said_to_have_a_wrong_certificate(scripted):
    scripted.token.write("token label=e2e", "quirk quick-generate", "quirk signature wrong-key")
    scripted.compare("key-generate-wrong-signature", scripted.run(*generate(scripted), status=5))


def test_a_mechanism_that_was_not_needed_is_said_to_be_unused(scripted):
    answer = scripted.run(*generate(scripted), "--mechanism", "0x80000001").out
    assert "made with CKM_EC_KEY_PAIR_GEN: --mechanism was not needed" in answer
    assert "--mechanism" not in scripted.run(*[*generate(scripted)[:-3], "other", "--spec", "EC-256"]).out


def test_no_attribute_far_away_is_guessed(scripted):
    assert "did you mean" not in scripted.run(*generate(scripted), "--attribute", "private:CKA_FOO=true", status=2).err
    assert "CKA_UNWRAP?" in scripted.run(*generate(scripted), "--attribute", "private:CKA_UNWARP=true", status=2).err
