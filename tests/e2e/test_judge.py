"""Whether a chain is good for a signature is judged as notation judges it: notation-core-go is asked about the same
chains, hundreds of random ones. Where we refuse what it accepts, docs/certificates.md says so."""

import base64
import collections
import datetime
import json
import os
import random
import re
import subprocess
import time

import pytest
from harness import contract, fake, process, random_chains, tools
from harness.shapes import conforms

COUNT = 600
SIGNED = 60
AT_LEAST = 100  # of each kind

# The stricter rules that the generator meets: what our text says, and the row of the documentation.
STRICTER = {
    r"anyExtendedKeyUsage": "`anyExtendedKeyUsage` on the leaf",
    r"does not know: RSA with (204[1-7]|306[5-9]|307[01]|4089|409[0-5]) bits": "RSA leaf of 2041 to 2047",
    r"a URI": "URI in a subject alternative name",
}


def judge():
    return tools.need("judge", "scripts/test builds it where Go 1.24 is installed")


def chains(count, seed, leaf_kind=None):
    now = datetime.datetime.fromtimestamp(int(time.time()), datetime.timezone.utc).replace(tzinfo=None)
    maker = random_chains.Maker(random.Random(seed), random_chains.Keys(), now)
    return [maker.chain(leaf_kind) for _ in range(count)]


def verdicts(made):
    """What notation-core-go says of each chain now."""
    now = int(time.time())
    questions = [{"now": now, "chain": [base64.b64encode(der).decode() for der in ders]} for ders, _ in made]
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    answer = subprocess.run([judge()], input=lines, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in answer.stdout.splitlines()]


def pem(ders):
    block = "-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n"
    return "".join(block.format(base64.encodebytes(der).decode()) for der in ders)


def lint(path, environment):
    result = process.run([tools.product(), "cert", "lint", path, "--json"], environment)
    report = json.loads(result.out)
    wrong = report["violations"] + [one for each in report["certificates"] for one in each["violations"]]
    assert result.code == (2 if wrong else 0), (result.code, report, result.err)
    assert not (report["accepted"] and wrong), report
    return report, [one["message"] for one in wrong]


def documented(messages):
    documentation = (tools.SOURCE / "docs/certificates.md").read_text(encoding="utf-8")
    for pattern, row in STRICTER.items():
        if any(re.search(pattern, message) for message in messages):
            assert f"| {row}" in documentation, f"docs/certificates.md has no row {row!r}"
            return row
    return None


def show(made, verdict, messages):
    ders, done = made
    return f"done: {done}\nnotation: {verdict}\nours: {messages}\n{pem(ders)}"


@pytest.fixture
def environment(tmp_path):
    return {**os.environ, "HOME": tmp_path, "NOTATION_PKCS11_PIN": "1234"}


def test_lint_accepts_what_notation_accepts(tmp_path, environment, capsys):
    made = chains(COUNT, seed=20261121)
    asked = verdicts(made)
    path = tmp_path / "chain.pem"
    seen = collections.Counter()
    for index, (chain, verdict) in enumerate(zip(made, asked)):
        path.write_text(pem(chain[0]))
        report, messages = lint(path, environment)
        if index % 20 == 0:
            conforms("cert-lint", report)
        if report["accepted"] == verdict["accepted"]:
            seen["accepted" if report["accepted"] else "refused"] += 1
            continue
        assert not report["accepted"], f"too lax\n{show(chain, verdict, messages)}"
        rule = documented(messages)
        assert rule, f"stricter than notation, and not documented\n{show(chain, verdict, messages)}"
        seen[f"stricter: {rule}"] += 1
    with capsys.disabled():
        print(f"\nof {COUNT} random chains: {dict(seen)}")
    assert seen["accepted"] >= AT_LEAST
    assert seen["refused"] >= AT_LEAST


def test_a_signature_is_made_for_the_chains_that_lint_accepts(tmp_path, environment, capsys):
    module = fake.FakeModule(tmp_path)
    key = random_chains.ready_key("EC-256")
    module.write("token label=e2e", f'key P-256 label=release id=01 pem="{key}"')
    plugin = contract.Plugin(tools.product(), {**environment, **module.environment}, tmp_path)
    uri = f"pkcs11:token=e2e;object=release?module-path={module.module}"
    made = chains(SIGNED, seed=421, leaf_kind="EC-256")
    path = tmp_path / "chain.pem"
    own = random_chains.spki(random_chains.Keys().get("EC-256", 0))
    seen = collections.Counter()
    for chain, verdict in zip(made, verdicts(made)):
        path.write_text(pem(chain[0]))
        if own not in chain[0][0]:
            continue  # the leaf is for another key, or comes later
        report, messages = lint(path, environment)
        request = contract.generate_signature(uri, "EC-256", chain_file=str(path))
        code, out, err = plugin.say("generate-signature", request)
        assert (code == 0) == report["accepted"], f"{show(chain, verdict, messages)}\n{out}\n{err}"
        if code == 0:
            assert verdict["accepted"], show(chain, verdict, messages)
        elif verdict["accepted"]:
            assert documented(messages), show(chain, verdict, messages)
        seen["signed" if code == 0 else "refused"] += 1
    with capsys.disabled():
        print(f"\nof {SIGNED} chains for one key: {dict(seen)}")
    assert seen["signed"] >= 10
    assert seen["refused"] >= 10
