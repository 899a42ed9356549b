"""Several runs at once, and one key by many names: never more than one question, never a signature without the gate."""

import concurrent.futures
import json
import os
import random
import subprocess

import pytest
from harness import certs
from harness.approvals import (  # noqa: F401
    Signing,
    eventually,
    fake_scene,
    gate,
    golden_token,
    key_hash,
    scene,
    token,
)
from harness.host import PLUGIN
from harness.token import Token

RANDOM = random.Random(int(os.environ.get("E2E_SEED", "1")))
NO_WAIT = ["--plugin-config", "approval_wait=0"]


# Several runs, one artifact. Each has a layout of its own, since notation does not lock layouts.


@pytest.fixture
def copies(fake_scene, tmp_path):  # noqa: F811
    image = fake_scene.artifact()
    return [image.copy(tmp_path / f"copy-{number}") for number in range(4)]


@pytest.fixture
def runs(fake_scene, copies):  # noqa: F811
    """All wait for the same answer."""
    started = [fake_scene.sign(copy) for copy in copies]
    fake_scene.gate.wait_for_question("poll", count=len(copies))
    return started


def approve(scene, image):  # noqa: F811
    scene.gate.approve("anna", image.digest)
    scene.gate.approve("carl", image.digest)


def test_runs_at_once_share_one_request_and_all_sign(fake_scene, copies, runs):  # noqa: F811
    approve(fake_scene, copies[0])
    for run, copy in zip(runs, copies):
        run.succeed()
        fake_scene.verify(copy)
    assert len(fake_scene.gate.asked()) == 1
    assert len(fake_scene.gate.questions("submit")) == 1


def test_runs_at_once_all_end_with_one_refusal(fake_scene, copies, runs):  # noqa: F811
    fake_scene.gate.reject("bert", copies[0].digest, "no")
    texts = {run.fail().err for run in runs}
    assert len(texts) == 1 and "was refused by bert: no" in texts.pop()
    assert not any(copy.signatures() for copy in copies)
    assert len(fake_scene.gate.asked()) == 1


@pytest.mark.parametrize("state", ["expired", "withdrawn"])
def test_runs_at_once_all_end_when_the_request_does(fake_scene, copies, runs, state):  # noqa: F811
    fake_scene.gate.finish(copies[0].digest, state)
    for run in runs:
        run.fail()
    assert fake_scene.requests() == []
    assert len(fake_scene.gate.asked()) == 1


def test_the_others_go_on_when_the_run_that_asked_is_killed(fake_scene, copies):  # noqa: F811
    first = fake_scene.sign(copies[0])
    fake_scene.gate.wait_for_question("submit")
    others = [fake_scene.sign(copy) for copy in copies[1:]]
    fake_scene.gate.wait_for_question("poll", count=len(copies))
    first.kill()
    first.end()
    approve(fake_scene, copies[0])
    for run, copy in zip(others, copies[1:]):
        run.succeed()
        fake_scene.verify(copy)
    assert len(fake_scene.gate.asked()) == 1


def test_runs_for_different_artifacts_do_not_wait_for_each_other(fake_scene):  # noqa: F811
    slow, quick = fake_scene.artifact("slow"), fake_scene.artifact("quick")
    waiting = fake_scene.sign(slow)
    fake_scene.gate.wait_for_question("submit", slow.digest)
    approve(fake_scene, quick)
    fake_scene.sign(quick).succeed()
    approve(fake_scene, slow)
    waiting.succeed()
    assert len(fake_scene.gate.asked()) == 2


@pytest.mark.parametrize("runs_at_once", [2, 3, 4])
def test_a_window_counts_whatever_the_interleaving(fake_scene, runs_at_once):  # noqa: F811
    """Three of seven artifacts, which come in random order, each twice."""
    window = 3
    fake_scene.gate.change(window=window)
    images = [fake_scene.artifact(f"image-{number}") for number in range(7)]
    jobs = [image.copy(image.folder.with_name(f"{image.folder.name}-{turn}")) for image in images for turn in (1, 2)]
    RANDOM.shuffle(jobs)
    with concurrent.futures.ThreadPoolExecutor(runs_at_once) as pool:
        results = list(pool.map(lambda job: fake_scene.sign(job).end(), jobs))
    signed = {job.digest for job, result in zip(jobs, results) if result.code == 0}
    assert len(signed) == window
    for job, result in zip(jobs, results):
        assert (result.code == 0) == (job.digest in signed) == bool(job.signatures())
        if result.code != 0:
            assert "was refused by the gate: the window is used up: 3 artifacts" in result.err
    assert {path.name for path in (fake_scene.gate.folder / "used").iterdir()} == signed


def test_a_run_that_is_killed_between_redeem_and_signature_uses_no_second_place(fake_scene, keys):  # noqa: F811
    fake_scene.gate.change(window=1)
    fake_scene.host.token.with_key(keys("EC-256"), "sleep C_SignInit 60000")
    image = fake_scene.artifact()
    run = fake_scene.sign(image)
    eventually(lambda: fake_scene.host.token.calls("C_SignInit") == 1)
    run.kill()
    run.end()
    fake_scene.host.token.with_key(keys("EC-256"))
    fake_scene.sign(image).succeed()
    fake_scene.verify(image)
    fake_scene.sign(fake_scene.artifact("another")).fail()


# One key, many ways to it.


@pytest.fixture
def ways(scene, gate, keys, root):  # noqa: F811
    """Options of notation by the name of the way. A second token holds the same key pair under another label."""
    host = scene.host
    twin = Token(host.folder).create("twin")
    twin.import_key(keys("EC-256"), "nightly", "0a", token="twin")
    twin.import_certificate(certs.Certificate(certs.Profile(), keys("EC-256"), root), "nightly", "0a", token="twin")
    twin.import_certificate(root, "root", "0b", token="twin")
    other = certs.Certificate(certs.Profile(name="renewed"), keys("EC-256"), root)
    certs.write_chain(host.folder / "renewed.pem", [other, root])
    scene.keys["alias"] = scene.settings()
    scene.keys["renewed"] = scene.settings(chain_file="renewed.pem")
    scene.keys["twin"] = scene.settings(uri="pkcs11:token=twin;object=nightly")
    scene.keys["from token"] = scene.settings(uri="pkcs11:token=twin;id=%0A")
    scene.keys["from token"].pop("chain_file")
    scene.configure()
    source = f"module-path={host.token.module}&pin-source=file:{host.folder}/pin"
    chain = ["--plugin-config", f"chain_file={host.folder}/chain.pem"]
    return {
        "configured name": ["--id", "release"],
        "another name": ["--id", "alias"],
        "another certificate": ["--id", "renewed"],
        "uri": ["--id", f"pkcs11:token=e2e;object=release?{source}", *chain],
        "uri with an id": ["--id", f"pkcs11:token=e2e;id=%01?{source}", *chain],
        "another token": ["--id", "twin"],
        "another token by uri": ["--id", f"pkcs11:token=twin;object=nightly?{source}", *chain],
        "certificate on the token": ["--id", "from token"],
    }


def signing(scene, image, way, prefix=()):  # noqa: F811
    words = ["sign", "--oci-layout", "--plugin", PLUGIN, *way, *NO_WAIT, image.reference]
    return Signing(scene.host, words, prefix)


def test_the_policy_holds_for_every_way_to_the_key(scene, gate, ways):  # noqa: F811
    for name, way in ways.items():
        image = scene.artifact(name.replace(" ", "-"))
        assert "is not complete: nobody has approved it" in signing(scene, image, way).fail().err, name
        assert not image.signatures(), name
        assert len(gate.asked(image.digest)) == 1, name
        approve(scene, image)
        signing(scene, image, way).succeed()
        scene.verify(image)


def test_a_yes_holds_for_every_way_to_the_key(scene, gate, ways):  # noqa: F811
    image = scene.artifact()
    scene.sign(image, *NO_WAIT).fail()
    approve(scene, image)
    for number, (name, way) in enumerate(ways.items()):
        copy = image.copy(image.folder.with_name(f"copy-{number}"))
        signing(scene, copy, way).succeed()
        scene.verify(copy)
    assert len(gate.asked()) == 1


def test_a_no_holds_for_every_way_to_the_key(scene, gate, ways):  # noqa: F811
    image = scene.artifact()
    gate.reject("bert", image.digest, "no")
    for name, way in ways.items():
        assert "was refused by bert: no" in signing(scene, image, way).fail().err, name
    assert not image.signatures()
    assert len(gate.asked()) == 1


def test_an_approval_asked_ahead_by_uri_serves_the_name(scene, gate, ways):  # noqa: F811
    image = scene.artifact()
    approve(scene, image)
    uri = f"pkcs11:token=twin;object=nightly?pin-source=file:{scene.host.folder}/pin"
    asked = scene.approvals("request", uri, "--module", str(scene.host.token.module), stdin=image.descriptor)
    assert asked.code == 0, asked
    scene.sign(image, *NO_WAIT).succeed()
    assert len(gate.asked()) == 1


def test_another_key_on_the_same_token_needs_nobody(scene, gate, keys, root):  # noqa: F811
    """What the policy does not name stays as it was: the tests above show more than a plugin that always asks."""
    scene.host.token.import_key(keys("EC-256", "plain"), "plain", "77")
    leaf = certs.Certificate(certs.Profile(), keys("EC-256", "plain"), root)
    certs.write_chain(scene.host.folder / "plain.pem", [leaf, root])
    scene.keys["plain"] = scene.settings(uri="pkcs11:token=e2e;object=plain", chain_file="plain.pem")
    scene.configure()
    image = scene.artifact()
    scene.sign(image, key="plain").succeed()
    scene.verify(image)
    assert gate.questions() == []


def test_a_name_whose_approval_is_for_another_key(scene, gate, keys):  # noqa: F811
    """After a key was replaced under its name, nobody has decided yet who is asked for the new one."""
    right = scene.approval["public_key"]
    scene.approval["public_key"] = wrong = key_hash(keys("EC-256", "another leaf"))
    scene.configure()
    image = scene.artifact()
    result = scene.sign(image).fail()
    scene.reads("approval of another key", result.err.replace(right, "<this key>").replace(wrong, "<another key>"))
    assert gate.questions() == [] and not image.signatures()


def test_two_approvals_for_one_key(scene, gate):  # noqa: F811
    """Otherwise the laxer one could be chosen by name."""
    lax = {**scene.approval, "exec": {"command": ["/bin/true"]}}
    scene.keys["lax"] = scene.settings(approval=lax)
    scene.configure()
    image = scene.artifact()
    for key in ("release", "lax"):
        scene.reads_of("two approvals for one key", scene.sign(image, key=key).end())
    assert gate.questions() == [] and not image.signatures()


def test_a_plugin_configuration_cannot_name_another_gate(scene, gate):  # noqa: F811
    image = scene.artifact()
    for entry in ("approval=none", "approval.exec.command=/bin/true"):
        scene.sign(image, "--plugin-config", entry).fail()
    assert not image.signatures()


# What the administrator has decided.


@pytest.fixture
def administered(scene):  # noqa: F811
    """The approval stands in the administrator's file alone. Gives back the program that runs another with that file in
    its /etc, which nobody else sees."""
    folder = scene.host.folder / "etc/notation-pkcs11"
    folder.mkdir(parents=True)
    chain, pin = scene.host.folder / "chain.pem", scene.host.folder / "pin"
    ours = scene.settings(approval=scene.approval, chain_file=str(chain), pin_source=f"file:{pin}")
    (folder / "config.json").write_text(json.dumps({"version": 1, "keys": {"release": ours}}))
    scene.keys = {}
    scene.configure()
    mount = 'mount -t overlay overlay -o "lowerdir=$0:/etc" /etc && exec "$@"'
    prefix = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, str(folder.parent)]
    if os.geteuid() != 0 or subprocess.run([*prefix, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("needs root, and overlay file systems in a mount namespace")
    return prefix


def test_the_administrators_approval_holds_whatever_the_user_configures(scene, gate, administered):  # noqa: F811
    scene.keys["alias"] = scene.settings()
    scene.configure()
    source = f"module-path={scene.host.token.module}&pin-source=file:{scene.host.folder}/pin"
    chain = ["--plugin-config", f"chain_file={scene.host.folder}/chain.pem"]
    image = scene.artifact()
    for way in (["release"], ["alias"], [f"pkcs11:token=e2e;object=release?{source}", *chain]):
        result = signing(scene, image, ["--id", *way], administered).fail()
        assert "is not complete: nobody has approved it" in result.err, result
    assert not image.signatures() and len(gate.asked()) == 1
    approve(scene, image)
    signing(scene, image, ["--id", "alias"], administered).succeed()
    scene.verify(image)


def test_a_user_cannot_put_another_approval_beside_the_administrators(scene, gate, administered):  # noqa: F811
    lax = {**scene.approval, "exec": {"command": ["/bin/true"]}}
    scene.keys["lax"] = scene.settings(approval=lax)
    scene.configure()
    image = scene.artifact()
    for key in ("lax", "release"):
        result = signing(scene, image, ["--id", key], administered).fail()
        assert "one public key has two different approvals" in result.err, result
    assert gate.questions() == [] and not image.signatures()


def test_a_user_cannot_give_the_administrators_key_another_meaning(scene, gate, administered):  # noqa: F811
    """The same name in the user's file, without an approval."""
    scene.keys["release"] = scene.settings()
    scene.configure()
    image = scene.artifact()
    signing(scene, image, ["--id", "release"], administered).fail()
    assert not image.signatures()
