"""The audit log under parallel writers, SIGKILL at random points and disks that are full: no line is lost that was
acknowledged, and none that was cut short passes for a line."""

import base64
import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import threading
import time

import pytest
from harness import certs, contract, tools
from harness.audit_log import lines_of
from harness.certs import Certificate, Key, Profile
from harness.fake import FakeModule

WRITERS = 8
MOUNT = 'mount -t tmpfs -o size=96k,mode=0700 tmpfs "$0" && exec "$@"'


class Journal:
    def __init__(self, folder):
        self.home = folder / "state"
        self.home.mkdir(mode=0o700)
        self.path = self.home / "notation-pkcs11/audit.jsonl"
        self.probe = tools.from_environment("NOTATION_PKCS11_AUDIT_PROBE", "the program that adds lines")
        self.environment = {**os.environ, "XDG_STATE_HOME": str(self.home)}

    def start(self, count, size=0, writer="whole", **options):
        words = [str(self.probe), str(count), str(size), writer]
        return subprocess.Popen(
            words, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
        )

    def add(self, count, size=0, **options):
        """Gives back the heads that were acknowledged and what was told of the others."""
        writer = self.start(count, size, **options)
        out, err = writer.communicate(timeout=120)
        assert writer.returncode in (0, 3), err
        return out.split(), err.splitlines()

    def verify(self, *flags):
        words = [str(tools.product()), "audit", "verify", "--json", *flags]
        run = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=120)
        return {**json.loads(run.stdout), "status": run.returncode}

    def check(self, acknowledged):
        """The product and the other reader agree on the log, and every acknowledged line is in it."""
        lines = lines_of(self.path)
        heads = {f"{line['sequence']}:{line['hash']}" for line in lines}
        assert set(acknowledged) <= heads
        verified = self.verify()
        assert (verified["status"], verified["fault"]) == (0, "")
        assert verified["lines"] == len(lines)
        for head in random.sample(sorted(acknowledged), min(3, len(acknowledged))):
            assert self.verify("--head", head)["status"] == 0
        return lines, verified


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path)


def test_eight_writers_lose_no_line(journal):
    writers = [journal.start(40, size) for size in (0, 10, 200, 3000, 8000, 16000, 500, 4000)]
    acknowledged = [head for writer in writers for head in writer.communicate(timeout=120)[0].split()]
    assert len(acknowledged) == len(set(acknowledged)) == WRITERS * 40
    lines, verified = journal.check(acknowledged)
    assert len(lines) == WRITERS * 40 and verified["fragments"] == 0


@pytest.mark.parametrize("writer", ["whole", "slow"])
def test_writers_that_are_killed_lose_no_line_that_they_acknowledged(journal, writer):
    kills, acknowledged, lock = 320, [], threading.Lock()

    def keep_killing(seed):
        chance = random.Random(seed)
        for _ in range(kills // WRITERS):
            child = journal.start(10_000, chance.choice([0, 300, 5000, 16000]), writer)
            killer = threading.Timer(chance.uniform(0.004, 0.06), child.send_signal, [signal.SIGKILL])
            killer.start()
            out, err = child.communicate(timeout=120)
            assert child.returncode == -signal.SIGKILL, err
            with lock:
                acknowledged.extend(line for line in out.splitlines(keepends=True) if line.endswith("\n"))

    threads = [threading.Thread(target=keep_killing, args=(seed,)) for seed in range(WRITERS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.7)
        assert journal.verify()["status"] == 0  # at every moment
    for thread in threads:
        thread.join()
    journal.check([head.strip() for head in acknowledged])
    assert len(acknowledged) > 20
    last, _ = journal.add(1)
    lines, verified = journal.check([*(head.strip() for head in acknowledged), *last])
    assert verified["tornBytes"] == 0
    if writer == "slow":
        assert verified["fragments"] > 5, "no writer was killed in mid-write"
    recoveries = [line for line in lines if line["event"] == "recovery"]
    assert verified["fragments"] == len(recoveries)
    assert verified["fragmentBytes"] == sum(line["fragment"]["size"] for line in recoveries)


def limit_files(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_file_size_limit_refuses_lines_and_loses_none(journal):
    acknowledged, told = journal.add(3, 700)
    for limit in (4000, 4321, 9000, 20_000):
        more, told = journal.add(20, 700, preexec_fn=limit_files(limit))
        acknowledged += more
        assert told and all(line.endswith(": File too large") for line in told)
        journal.check(acknowledged)
    more, told = journal.add(3, 700)
    assert told == []
    _, verified = journal.check([*acknowledged, *more])
    assert verified["fragments"] >= 1


def test_a_full_disk_refuses_lines_and_loses_none(journal, tmp_path):
    script = f"""
set -e
state="$XDG_STATE_HOME/notation-pkcs11"
{journal.probe} 5 700 whole >>"{tmp_path}/acknowledged"
head -c 30000 /dev/zero >"$XDG_STATE_HOME/ballast"
{journal.probe} 200 700 whole >>"{tmp_path}/acknowledged" 2>"{tmp_path}/told" && exit 9
"{tools.product()}" audit verify --json >"{tmp_path}/full.json"
cp "$state/audit.jsonl" "{tmp_path}/full.jsonl"
rm "$XDG_STATE_HOME/ballast"
{journal.probe} 5 700 whole >>"{tmp_path}/acknowledged"
cp "$state/audit.jsonl" "{tmp_path}/after.jsonl"
"""
    words = ["unshare", "--map-root-user", "--mount", "sh", "-c", MOUNT, str(journal.home)]
    if subprocess.run([*words, "true"], capture_output=True).returncode != 0:
        pytest.skip("a small file system cannot be mounted here")
    run = subprocess.run(
        [*words, "sh", "-c", script], env=journal.environment, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert "No space left on device" in (tmp_path / "told").read_text()
    assert json.loads((tmp_path / "full.json").read_text())["fault"] == ""
    acknowledged = set((tmp_path / "acknowledged").read_text().split())
    heads = {f"{line['sequence']}:{line['hash']}" for line in lines_of(tmp_path / "after.jsonl")}
    assert acknowledged <= heads and len(acknowledged) > 20
    full = {f"{line['sequence']}:{line['hash']}" for line in lines_of(tmp_path / "full.jsonl")}
    assert len(acknowledged - full) == 5
    verified = journal.verify("--file", str(tmp_path / "after.jsonl"))
    assert verified["status"] == 0 and verified["lines"] == len(heads)


def test_doctor_finds_a_full_disk_before_a_signature_goes_unrecorded(journal, tmp_path):
    token = FakeModule(tmp_path)
    token.write("token label=e2e", "key P-256 label=release id=01")
    keys = {"release": {"uri": "pkcs11:token=e2e;object=release", "module": str(token.module)}}
    (tmp_path / "config.json").write_text(json.dumps({"version": 1, "keys": keys}))
    (tmp_path / "config.json").chmod(0o600)
    script = f"""
{journal.probe} 5 700 whole >"{tmp_path}/acknowledged"
cat /dev/zero >"$XDG_STATE_HOME/ballast" 2>"{tmp_path}/told"
"{tools.product()}" doctor release --json >"{tmp_path}/report.json"
"""
    words = ["unshare", "--map-root-user", "--mount", "sh", "-c", MOUNT, str(journal.home)]
    if subprocess.run([*words, "true"], capture_output=True).returncode != 0:
        pytest.skip("a small file system cannot be mounted here")
    environment = {**journal.environment, **token.environment, "NOTATION_PKCS11_CONFIG": str(tmp_path / "config.json")}
    subprocess.run([*words, "sh", "-c", script], env=environment, capture_output=True, timeout=120)
    (check,) = [one for one in json.loads((tmp_path / "report.json").read_text())["checks"] if "audit" in one["check"]]
    assert "No space left on device" in json.dumps(check)


def test_parallel_runs_of_the_plugin_some_of_them_killed_record_every_signature(journal, tmp_path):
    key, root_key = Key("EC-256", tmp_path / "release.key"), Key("EC-256", tmp_path / "root.key")
    root = Certificate(certs.authority(), root_key)
    chain = certs.write_chain(tmp_path / "chain.pem", [Certificate(Profile(), key, root), root])
    (tmp_path / "pin").write_text("1234\n")
    (tmp_path / "pin").chmod(0o600)
    fake = FakeModule(tmp_path).with_key(key)
    fake.write("token label=e2e pin=1234", f'key P-256 label=release id=01 pem="{key.path}"')
    plugin = contract.Plugin(tools.product(), {**journal.environment, "HOME": tmp_path, **fake.environment}, tmp_path)
    uri = f"pkcs11:token=e2e;object=release?module-path={fake.module}&pin-source={tmp_path}/pin"
    request = json.dumps(contract.generate_signature(uri, "EC-256", chain_file=str(chain))).encode()
    signatures, killed, lock, numbers = [], [], threading.Lock(), iter(range(100))

    def keep_signing():
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            child = plugin.start(contract_word)
            doomed = number % 3 == 2
            killer = threading.Timer(random.uniform(0, 0.04), os.killpg, [child.pid, signal.SIGKILL])
            if doomed:
                killer.start()
            out, err = child.communicate(request, 120)
            killer.cancel()
            with lock:
                if child.returncode == 0:
                    signatures.append(base64.b64decode(json.loads(out)["signature"]))
                else:
                    assert doomed and child.returncode == -signal.SIGKILL, err
                    killed.append(number)

    contract_word = "generate-signature"
    threads = [threading.Thread(target=keep_signing) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(signatures) + len(killed) == 100 and len(signatures) >= 67

    lines, verified = journal.check([])
    intents = [line for line in lines if line["event"] == "intent"]
    recorded = {line["signatureSha256"] for line in lines if line.get("result") == "signed"}
    assert {hashlib.sha256(signature).hexdigest() for signature in signatures} <= recorded
    assert len(intents) >= fake.calls("C_Sign") >= len(recorded)
    assert verified["signed"] == len(recorded) and verified["failed"] == 0
    assert len(verified["unknown"]) == len(intents) - len(recorded) <= len(killed)
