"""The executable driven directly: what notation itself never sends, byte for byte."""

import base64
import json
import resource
import threading

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from harness import contract, tools
from harness.contract import Plugin, describe_key, generate_signature
from harness.faked import host, token  # noqa: F401

KEY_WORDS = ["describe-key", "generate-signature"]
WORDS = ["get-plugin-metadata", *KEY_WORDS]
NOT_JSON = b'{"errorCode":"VALIDATION_ERROR","errorMessage":"Input is not a valid JSON"}'


@pytest.fixture
def plugin(host):
    return Plugin(tools.product(), host.environment, host.folder)


def request_for(word):
    return {
        "get-plugin-metadata": {},
        "describe-key": describe_key("release"),
        "generate-signature": generate_signature("release", "EC-256"),
    }[word]


def test_metadata_says_what_notation_needs(plugin, token):
    answer = plugin.answer("get-plugin-metadata", {})
    assert answer["name"] == "pkcs11"
    assert answer["supportedContractVersions"] == ["1.0"]
    assert answer["capabilities"] == ["SIGNATURE_GENERATOR.RAW"]
    assert answer["description"] and answer["url"]
    assert [part.isdigit() for part in answer["version"].split("-")[0].split(".")] == [True] * 3
    assert not token.log.exists()


def test_a_signature_comes_with_everything_the_contract_asks_for(plugin, keys):
    payload = contract.jws_payload("EC-256")
    answer = plugin.answer("generate-signature", generate_signature("release", "EC-256", payload))
    assert answer["keyId"] == "release"
    assert answer["signingAlgorithm"] == "ECDSA-SHA-256"
    assert len(answer["certificateChain"]) == 2
    signature = base64.b64decode(answer["signature"], validate=True)
    assert len(signature) == 64
    der = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    keys("EC-256").private.public_key().verify(der, payload, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("word", WORDS)
def test_unknown_members_are_ignored(plugin, word):
    plugin.answer(word, {**request_for(word), "later": {"versions": ["may", "add", 1]}, "x": None})


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("space", [b"\n", b" \t\r\n "])
def test_white_space_around_the_request_is_fine(plugin, word, space):
    code, _, err = plugin.say(word, space + json.dumps(request_for(word)).encode() + space)
    assert (code, err) == (0, b"")


@pytest.mark.parametrize("key_id", ["a b", "<&>", "naïve \U0001f511", 'quote" and \\'])
def test_the_key_id_comes_back_as_it_was(host, plugin, key_id):
    host.configure_key(key_id, **host.keys["release"])
    assert plugin.answer("describe-key", describe_key(key_id)) == {"keyId": key_id, "keySpec": "EC-256"}
    escaped = json.dumps(describe_key(key_id)).replace("&", "\\u0026").encode()
    assert json.loads(plugin.say("describe-key", escaped)[1])["keyId"] == key_id


def spoil(word):
    text = json.dumps(request_for(word)).encode()
    return {
        "empty": b"",
        "blank": b" \n",
        "text": b"hello",
        "array": b"[]",
        "string": b'"release"',
        "cut": text[:-1],
        "trailing text": text + b"x",
        "two values": text + text,
        "trailing comma": text[:-1] + b",}",
        "comment": text + b"// done",
        "member twice": text[:-1]
        + (b', "keyId": "a", "keyId": "a"}' if word == "get-plugin-metadata" else b', "keyId": "a"}'),
        "nested member twice": text[:-1] + b', "pluginConfig": {"a": "1", "a": "2"}}',
        "nested member twice in an unknown one": text[:-1] + b', "later": [{"a": 1, "a": 1}]}',
        "not utf-8": text[:-1] + b', "later": "\xff"}',
        "byte order mark": b"\xef\xbb\xbf" + text,
        "config is no object": text[:-1] + b', "pluginConfig": "a=b"}',
        "config value is no string": text[:-1] + b', "pluginConfig": {"a": 1}}',
        "very deep": b'{"later": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    }


@pytest.mark.parametrize("case", spoil("describe-key"))
@pytest.mark.parametrize("word", WORDS)
def test_what_is_not_one_json_object_gets_the_frameworks_answer(plugin, word, case):
    assert plugin.say(word, spoil(word)[case]) == (1, b"", NOT_JSON)


@pytest.mark.parametrize(
    "word, members",
    [
        ("describe-key", ["contractVersion", "keyId"]),
        ("generate-signature", ["contractVersion", "keyId", "keySpec", "hashAlgorithm", "payload"]),
    ],
)
def test_missing_members_are_named_in_the_frameworks_order(plugin, word, members):
    request = {}
    for member in members:
        expected = (
            f'{{"errorCode":"VALIDATION_ERROR","errorMessage":"Input is not a valid JSON: {member} cannot be empty"}}'
        )
        assert plugin.say(word, request) == (1, b"", expected.encode())
        assert plugin.say(word, {**request, member: ""}) == (1, b"", expected.encode())
        request[member] = request_for(word)[member]


@pytest.mark.parametrize("word", KEY_WORDS)
@pytest.mark.parametrize("version", ["2.0", "1", "1.1", "1.0 "])
def test_another_contract_version_is_refused(plugin, word, version):
    assert (
        plugin.error(word, {**request_for(word), "contractVersion": version})["errorCode"]
        == "UNSUPPORTED_CONTRACT_VERSION"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"keySpec": "rsa-2048"},
        {"keySpec": "EC_256"},
        {"keySpec": "EC-512"},
        {"hashAlgorithm": "SHA-1"},
        {"hashAlgorithm": "SHA-512"},
        {"keySpec": "EC-384", "hashAlgorithm": "SHA-384"},
        {"payload": "bm90IGEgbm90YXJ5IHBheWxvYWQ="},
    ],
)
def test_a_request_that_does_not_fit_the_key_is_refused_before_login(plugin, token, changes):
    assert (
        plugin.error("generate-signature", {**request_for("generate-signature"), **changes})["errorCode"]
        == "VALIDATION_ERROR"
    )
    assert token.calls("C_Login") == 0


@pytest.mark.parametrize("word", WORDS)
def test_an_endless_request_is_refused(plugin, word):
    child = plugin.start(word)

    def feed():
        try:
            while True:
                child.stdin.write(b" " * 65536)
        except OSError:
            pass

    feeder = threading.Thread(target=feed)
    feeder.start()
    out, err = child.stdout.read(), child.stderr.read()
    assert child.wait(30) == 1 and out == b""
    assert json.loads(err)["errorCode"] == "VALIDATION_ERROR"
    feeder.join()


@pytest.mark.parametrize(
    "words", [["sign"], ["generate-envelope"], ["describe-key", "extra"], ["--generate-signature"]]
)
def test_other_words_get_usage_text(plugin, words):
    child = plugin.start(*words)
    out, err = child.communicate(b"{}")
    assert child.returncode == 1 and out == b""
    for word in WORDS:
        assert word in err.decode()


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("function", ["C_GetFunctionList", "C_Initialize", "C_Login", "C_Sign", "C_Finalize"])
def test_what_a_module_prints_stays_out_of_the_answer(plugin, token, keys, function, stream):
    token.with_key(
        keys("EC-256"), f'print {stream} {function} "{{\\"keyId\\":\\"rubbish\\"}}"', f"print {stream} {function} 1M"
    )
    assert plugin.answer("generate-signature", request_for("generate-signature"))["keyId"] == "release"


def test_the_answer_ends_with_the_process_although_the_module_left_a_child_behind(plugin, token, keys):
    """notation waits for the end of both pipes, so nothing that outlives us may hold them."""
    token.with_key(keys("EC-256"), "hang C_Finalize")
    plugin.answer("generate-signature", request_for("generate-signature"))


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("limit", [4, 6, 8, 10, 12, 16])
def test_a_low_limit_of_descriptors_ends_in_an_answer_or_one_error_object(plugin, word, limit):
    if b"__asan_init" in tools.product().read_bytes():
        pytest.skip("the sanitizers open descriptors of their own")
    child = plugin.start(word, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))
    out, err = child.communicate(json.dumps(request_for(word)).encode(), 60)
    assert (child.returncode, bool(out), bool(err)) in [(0, True, False), (1, False, True)], (out, err)
    json.loads(out or err)
