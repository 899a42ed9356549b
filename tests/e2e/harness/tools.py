"""Finds the programs the tests drive. A missing one skips the test; where CI=true it fails it."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[3]
TOOLS = SOURCE / "build" / "tools"


def unavailable(reason):
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def need(name, hint):
    for folder in (str(TOOLS), *os.get_exec_path()):
        candidate = shutil.which(name, path=folder)
        if candidate:
            return candidate
    unavailable(f"{name} is not there: {hint}")


def notation():
    path = need("notation", "scripts/test puts version 1.3.2 into build/tools")
    text = subprocess.run([path, "version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    if not re.search(r"^Version:\s+v?1\.3\.2\b", text, re.MULTILINE):
        unavailable(f"{path} is not notation 1.3.2: scripts/test puts that into build/tools")
    return path


def oras():
    return need("oras", "scripts/test builds it where Go 1.25.7 or later is installed")


def docker_registry():
    return need("docker-registry", "scripts/test unpacks Debian's package into build/tools")


def referrers_registry():
    return need("referrers", "scripts/test builds it where Go 1.24 or later is installed")


def softhsm_util():
    return need("softhsm2-util", "apt-get install softhsm2")


def first_existing(paths, hint):
    for path in paths:
        if path.exists():
            return path
    unavailable(f"{paths[0].name} is not there: {hint}")


def softhsm_module():
    return first_existing([pathlib.Path("/usr/lib/softhsm/libsofthsm2.so")], "apt-get install softhsm2")


def spy_module():
    return first_existing(
        sorted(pathlib.Path("/usr/lib").glob("*/pkcs11/pkcs11-spy.so")) or [pathlib.Path("pkcs11-spy.so")],
        "apt-get install opensc-pkcs11",
    )


def from_environment(variable, what):
    """Files of the build tree: ctest hands them in."""
    value = os.environ.get(variable)
    if not value or not os.path.exists(value):
        unavailable(f"{variable} does not name {what}: run through ctest")
    return pathlib.Path(value)


def product():
    return from_environment("NOTATION_PKCS11_EXECUTABLE", "the plugin's executable")


def fake_module():
    return from_environment("NOTATION_PKCS11_FAKE_MODULE", "the scripted PKCS#11 module")
