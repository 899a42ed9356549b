"""The release archive, and notation's own installation of it."""

import os
import tarfile

import pytest
from harness import process, tools

CHECK = tools.SOURCE / "packaging/check-archive"


@pytest.fixture
def installer(tmp_path):
    environment = {
        **os.environ,
        "NOTATION_CONFIG": str(tmp_path / "notation"),
        "NOTATION_LIBEXEC": str(tmp_path / "notation"),
    }
    return lambda *arguments: process.succeed([tools.notation(), *arguments], environment).out


def check(path):
    return process.run([CHECK, path], os.environ)


def repack(archive, target, change):
    """Empty files under the names and modes that `change` makes of each member's."""
    with tarfile.open(archive) as source, tarfile.open(target, "w:gz") as copy:
        for member in source.getmembers():
            for name, mode in change(member.name, member.mode):
                made = tarfile.TarInfo(name)
                made.mode = mode
                copy.addfile(made)
    return target


def test_the_archive_is_flat_and_holds_three_files(archive):
    with tarfile.open(archive) as members:
        assert [(member.name, oct(member.mode), member.isfile()) for member in members] == [
            ("LICENSE", "0o644", True),
            ("NOTICE", "0o644", True),
            ("notation-pkcs11", "0o755", True),
        ]
    assert check(archive).code == 0


def test_the_same_input_gives_the_same_archive(archive, scratch, tmp_path):
    arguments = archive.name.removesuffix(".tar.gz").split("_")
    process.succeed(
        [tools.SOURCE / "packaging/make-archive", scratch / "notation-pkcs11", arguments[1], arguments[3], tmp_path],
        {**os.environ, "TZ": "Asia/Kolkata"},
    )
    assert (tmp_path / archive.name).read_bytes() == archive.read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        lambda name, mode: [("notation-pkcs11/" + name, mode)],
        lambda name, mode: [("./" + name, mode)],
        lambda name, mode: [(name, mode), ("notation-other", mode)] if name == "notation-pkcs11" else [(name, mode)],
        lambda name, mode: [(name, mode), ("libhelper.so", 0o644)] if name == "notation-pkcs11" else [(name, mode)],
        lambda name, mode: [] if name == "NOTICE" else [(name, mode)],
        lambda name, mode: [(name, 0o644)],
        lambda name, mode: [(name, 0o777)],
    ],
    ids=["folder", "dot folder", "second plugin", "library", "no notice", "not executable", "writable"],
)
def test_the_checker_refuses_another_archive(archive, tmp_path, change):
    result = check(repack(archive, tmp_path / "other.tar.gz", change))
    assert result.code == 1
    assert "members are not the three of a release" in result.err


def test_notation_installs_and_lists_it(archive, installer):
    version = archive.name.split("_")[1]
    assert f"Successfully installed plugin pkcs11, version {version}" in installer(
        "plugin", "install", "--file", archive
    )
    (line,) = [line for line in installer("plugin", "list").splitlines() if line.startswith("pkcs11 ")]
    assert version in line
    assert "[SIGNATURE_GENERATOR.RAW]" in line
    assert line.rstrip().endswith("<nil>")
