"""What the plugin asks of a module, counted in the scripted module's call log: on a network HSM every call costs."""

import re

import pytest
from harness import certs, tools
from harness.certs import Certificate, Profile
from harness.contract import Plugin, describe_key, generate_signature
from harness.faked import host, token  # noqa: F401

MOST_CALLS = 20


@pytest.fixture
def plugin(host):
    settings = dict(host.keys["release"])
    del settings["chain_file"]
    host.configure_key("bare", **settings)
    return Plugin(tools.product(), host.environment, host.folder)


def fill(token, keys, root, fillers=0):
    leaf = token.folder / "leaf.pem"
    certs.write_chain(leaf, [Certificate(Profile(), keys("EC-256"), root), root])
    token.with_key(keys("EC-256"), f'certificate pem="{leaf}" all label=release id=01', f"filler {fillers}")


def sign_and_count(plugin, token):
    if token.log.exists():
        token.log.unlink()
    plugin.answer("generate-signature", generate_signature("release", "EC-256"))
    calls = re.findall(r" enter (\w+)", token.log.read_text())
    return {name: calls.count(name) for name in calls}


def test_metadata_loads_no_module(plugin, token, keys, root):
    fill(token, keys, root)
    plugin.answer("get-plugin-metadata", {})
    assert not token.log.exists()


def test_describe_key_with_a_chain_file_loads_no_module(plugin, token, keys, root):
    fill(token, keys, root)
    plugin.answer("describe-key", describe_key("release"))
    assert not token.log.exists()


def test_describe_key_without_a_chain_file_does_not_log_in(plugin, token, keys, root):
    fill(token, keys, root)
    plugin.answer("describe-key", describe_key("bare"))
    assert token.calls("load") == 1
    assert token.calls("C_Login") == 0


def test_a_signature_takes_one_load_one_login_and_few_calls(plugin, token, keys, root):
    fill(token, keys, root)
    counts = sign_and_count(plugin, token)
    for function in ("load", "C_Initialize", "C_Login", "C_SignInit", "C_Sign", "C_Finalize"):
        assert counts[function] == 1, counts
    assert counts["C_FindObjectsInit"] <= 2, counts
    calls = sum(count for name, count in counts.items() if name.startswith("C_") and name != "C_GetAttributeValue")
    assert calls <= MOST_CALLS, counts


def test_a_full_token_takes_no_more_calls(plugin, token, keys, root):
    fill(token, keys, root, fillers=0)
    few = sign_and_count(plugin, token)
    fill(token, keys, root, fillers=1000)
    assert sign_and_count(plugin, token) == few
