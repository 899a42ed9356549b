"""Who may call the broker, whom it is called for, and what is found out before anybody is asked to approve."""

import datetime
import json
import os
import pathlib

import pytest
from cryptography.hazmat.primitives import serialization
from harness import certs, process
from harness.certs import Certificate, Profile
from harness.host import PLUGIN
from harness.token import PIN, Token
from harness.tsb import (  # noqa: F401
    CERTIFICATE,
    ONE,
    POLL,
    SIGN,
    asked,
    asking,
    image,
    make,
    scene,
)

MARGIN = 6  # seconds that a run which nobody is asked for may take, on a busy machine


# Who may call


def test_a_token_that_is_replaced_while_the_run_waits(scene, asked, image):
    run, request = asked
    scene.standin.journal.wait_for(POLL)
    scene.secrets["next jwt"] = "eyJhbGciOiJFUzI1NiJ9.bmV4dA.bmV4dC1zaWduYXR1cmU"
    scene.standin.access.demand_tokens(scene.secrets["jwt"], scene.secrets["next jwt"])
    scene.private_file("jwt.new", scene.secrets["next jwt"]).replace(scene.host.folder / "jwt")
    scene.standin.access.demand_tokens(scene.secrets["next jwt"])
    polls = scene.calls(POLL)
    scene.standin.journal.wait_for(POLL, polls + 1)
    scene.approve(request, "anna", "bert")
    scene.succeed(run)
    scene.verify(image)


def test_a_token_that_ends_while_the_run_waits_ends_it(scene, asked, image):
    """Nothing can be withdrawn without it, which the next run makes up for."""
    run, request = asked
    scene.standin.journal.wait_for(POLL)
    scene.standin.access.demand_tokens("another")
    scene.fails_with("token ended", run)
    assert request.open and "is not withdrawn, the next run tries again" in scene.log()
    scene.standin.access.demand_tokens(scene.secrets["jwt"])
    again = scene.sign(image)
    second = scene.standin.wait_for_request(2)
    assert request.status == "CANCELLED"
    scene.approve(second, "anna", "bert")
    scene.succeed(again)
    scene.verify(image)


def test_secrets_may_come_from_the_environment(scene, image):
    scene.hold()
    names = {"token": "jwt", "key_password": "key-password"}
    scene.host.environment |= {f"TSB_{name.upper()}": scene.secrets[file] for name, file in names.items()}
    scene.configure(**{name: f"env:TSB_{name.upper()}" for name in names})
    scene.succeed(scene.sign(image))
    scene.verify(image)


@pytest.mark.parametrize("route, after", [(CERTIFICATE, 0), (SIGN, 1), (POLL, 2), (POLL, 3)])
def test_an_api_key_that_ends_gives_way_to_the_next(scene, image, route, after):
    """The call that was refused is repeated with the next key; the one request is the only one."""
    scene.hold(rule=ONE)
    scene.secrets["next operation-key"] = "secret-operation-key-next-e0c2"
    old, new = scene.secrets["operation-key"], scene.secrets["next operation-key"]
    scene.private_file("operation-key", f"{old}\n{new}")
    scene.standin.access.api_keys["keyOperationToken"].append(new)
    scene.standin.access.end_api_key(old, after)
    run = scene.sign(image)
    request = scene.standin.wait_for_request()
    if route == POLL:
        scene.standin.journal.wait_for(POLL, after - 1)
    scene.approve(request, "anna")
    scene.succeed(run)
    scene.verify(image)
    refused = [entry for entry in scene.standin.journal.entries() if entry.code == 631]
    assert [entry.route for entry in refused] == [route]
    assert len(scene.standin.requests()) == 1


@pytest.mark.parametrize("encrypted", [False, True], ids=["in clear", "encrypted"])
def test_a_client_certificate_opens_the_connection(make, encrypted):
    scene = make(mutual_tls=True)
    certificate, key = scene.standin.client_certificate()
    password = None
    if encrypted:
        scene.secrets["client-password"] = "secret-client-password-40d1"
        password = f"file:{scene.private_file('client-password', scene.secrets['client-password'])}"
        key = encrypt(key, scene.secrets["client-password"], scene.host.folder / "client.key")
    scene.hold(rule=None)
    scene.configure(client_certificate=certificate, client_key=key, client_key_password=password)
    image = scene.artifact()
    scene.succeed(scene.sign(image))
    scene.verify(image)


def test_without_the_client_certificate_that_is_demanded(make):
    scene = make(mutual_tls=True).hold(rule=ONE)
    outcome = scene.call()
    assert outcome.code == "ERROR"
    assert outcome.message.split(": ")[-1] in (
        "it demands a client certificate",
        "the connection broke before the answer was complete",  # and with it went the service's alert
    )
    assert scene.standin.requests() == []


def test_with_the_wrong_password_of_the_client_key(make):
    scene = make(mutual_tls=True).hold(rule=ONE)
    certificate, key = scene.standin.client_certificate()
    scene.secrets["client-password"] = "secret-client-password-40d1"
    scene.private_file("client-password", scene.secrets["client-password"])
    key = encrypt(key, "another", scene.host.folder / "client.key")
    scene.configure(client_certificate=certificate, client_key=key, client_key_password="file:client-password")
    scene.fails_with("wrong client password", scene.sign(scene.artifact()))


def encrypt(key, password, path):
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(private.private_bytes(pem, pkcs8, serialization.BestAvailableEncryption(password.encode())))
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("member", ["digestAlgorithm", "signatureAlgorithm"])
@pytest.mark.parametrize("spec", ["RSA-2048", "EC-256"])
def test_requests_are_signed_where_the_service_demands_it(scene, keys, root, spec, member):
    application = keys(spec, f"application {spec}")
    scene.hold(rule=ONE)
    scene.secrets["application-password"] = "secret-application-password-bb31"
    scene.private_file("application-password", scene.secrets["application-password"])
    path = encrypt(application.path, scene.secrets["application-password"], scene.host.folder / "application.key")
    scene.configure(
        application_key=path, application_key_password="file:application-password", signature_member=member
    )
    if member == "signatureAlgorithm":
        scene.standin.knobs.request_signature_member = None
    else:
        scene.standin.knobs.request_signature_member = member
    scene.standin.access.demand_request_signatures(Certificate(Profile(), application, root).der)
    image = scene.artifact()
    run = scene.sign(image)
    request = scene.standin.wait_for_request()
    assert request.order.metadata_signature
    scene.approve(request, "anna")
    scene.succeed(run)
    scene.verify(image)


def test_a_request_without_the_signature_that_is_demanded(scene, image, keys, root):
    scene.hold(rule=ONE)
    scene.standin.access.demand_request_signatures(Certificate(Profile(), keys("EC-256", "application"), root).der)
    scene.fails_with("no request signature", scene.sign(image))
    assert scene.standin.requests() == []


def test_approvers_see_what_the_requester_says(scene, image):
    scene.host.environment |= {"GITHUB_TOKEN": "secret", "GITHUB_RUN_ID": "4711", "NOTATION_PKCS11_PIN": PIN}
    scene.hold(rule=ONE)
    scene.approval["claims"] = {"change": "CHG-1"}
    scene.configure(metadata={"team": "platform <b>", "app": "not this one"})
    run = scene.sign(image)
    request = scene.standin.wait_for_request()
    task = scene.person("anna").tasks(requestId=request.id)[0]
    shown = json.loads(request.order.metadata)
    assert "metaData" in json.dumps(task)
    assert {name: shown[name] for name in ("app", "team", "change")} == {
        "app": "notation-pkcs11",
        "team": "platform <b>",
        "change": "CHG-1",
    }
    assert "4711" in shown.values() and "secret" not in request.order.metadata.decode()
    scene.approve(request, "anna")
    scene.succeed(run)


# Before anybody is asked


def authority_alone(scene):
    return [scene.root]


def leaf_alone(scene):
    return [scene.leaf]


def expired(scene):
    return [Certificate(Profile(not_after=-datetime.timedelta(hours=1)), scene.key, scene.root), scene.root]


def of_another_key(scene):
    return [Certificate(Profile(), scene.keys("EC-256", "another"), scene.root), scene.root]


@pytest.mark.parametrize("chain", [authority_alone, leaf_alone, expired, of_another_key], ids=lambda one: one.__name__)
def test_with_a_broken_chain_nobody_is_asked(scene, image, chain):
    scene.hold(rule=ONE)
    certs.write_chain(scene.host.folder / "chain.pem", chain(scene))
    scene.fails_with(f"chain {chain.__name__.replace('_', ' ')}", scene.sign(image))
    assert scene.call().code == "VALIDATION_ERROR"
    assert scene.standin.requests() == [] and scene.calls(SIGN) == 0


def test_with_the_public_key_of_another_key_nobody_is_asked(scene, image):
    scene.hold(rule=ONE)
    scene.approval["public_key"] = "0" * 64
    scene.configure()
    scene.fails_with("other public key", scene.sign(image))
    assert scene.calls(SIGN) == 0


def test_a_key_that_the_service_holds_under_another_name_is_not_asked_for(scene, image):
    scene.hold(rule=ONE)
    scene.standin.add_key("staging", "EC-256", ONE, password=scene.secrets["key-password"])
    scene.configure(key="staging")
    scene.fails_with("another key at the service", scene.sign(image))
    assert scene.calls(SIGN) == 0


# Trust


@pytest.mark.parametrize("flaw", ["expired", "wrong host", "unknown authority"])
def test_a_service_that_is_not_trusted_is_told_nothing(make, flaw):
    scene = make(flaw=flaw).hold(rule=ONE)
    outcome = scene.call()
    assert outcome.code == "ERROR" and outcome.seconds < MARGIN
    scene.reads(f"fault tls {flaw}", outcome.text)
    assert [entry.route for entry in scene.standin.journal.entries()] in ([], ["connection"])


def test_with_the_systems_authorities_a_private_one_is_not_trusted(asking):
    asking.configure(ca_file=None)
    outcome = asking.call()
    assert outcome.code == "ERROR"
    asking.reads("fault tls system", outcome.text)


@pytest.mark.parametrize(
    "name, change, code",
    [
        ("no token", {"token": None}, "ACCESS_DENIED"),
        ("wrong token", {"token": "file:operation-key"}, "ACCESS_DENIED"),
        ("no operation key", {"key_operation_api_keys": None}, "ACCESS_DENIED"),
        ("wrong operation key", {"key_operation_api_keys": ["file:jwt", "file:management-key"]}, "ACCESS_DENIED"),
        ("wrong management key", {"key_management_api_keys": ["file:jwt"]}, "ACCESS_DENIED"),
        ("no password", {"key_password": None}, "ACCESS_DENIED"),
        ("wrong password", {"key_password": "file:jwt"}, "ACCESS_DENIED"),
        ("no such key", {"key": "nothing"}, "VALIDATION_ERROR"),
        ("no token file", {"token": "file:gone"}, "VALIDATION_ERROR"),
        ("no ca file", {"ca_file": "gone.pem"}, "ERROR"),
    ],
)
def test_settings_that_the_service_does_not_accept(asking, name, change, code):
    asking.configure(**change)
    outcome = asking.call()
    assert outcome.code == code and outcome.seconds < MARGIN
    asking.reads(f"fault {name}", outcome.text)
    assert asking.standin.requests() == [] and asking.tickets() == []


@pytest.mark.parametrize("mode", [0o644, 0o660])
def test_a_secret_that_others_can_read_is_not_used(asking, mode):
    (asking.host.folder / "jwt").chmod(mode)
    outcome = asking.call()
    assert outcome.code == "VALIDATION_ERROR"
    asking.reads(f"fault open secret {mode:o}", outcome.text)
    assert asking.standin.journal.count() == 0


# Without libcurl


HIDE = """
set -e
mount --bind "$1" "$2/all"
mount --bind "$2/rest" "$1"
shift 2
exec "$@"
"""


def without_libcurl(folder):
    """Words to put before a command, so that it finds no libcurl.so.4: its folder is another one, of links to all the
    other files. Skips where that cannot be arranged."""
    if os.path.exists("/usr/sbin/ldconfig"):
        cache = process.succeed(["/usr/sbin/ldconfig", "-p"], {}).out
    else:
        pytest.skip("there is no ldconfig that tells where libcurl is")
    libraries = [pathlib.Path(line.split(" => ")[1]) for line in cache.splitlines() if "libcurl.so.4 " in line]
    assert libraries, "the machine has no libcurl"
    words = ["unshare", "--map-root-user", "--mount"]
    for number, place in enumerate(sorted({library.parent.resolve() for library in libraries})):
        view = folder / f"view{number}"
        (view / "all").mkdir(parents=True)
        (view / "rest").mkdir()
        for entry in os.listdir(place):
            if not entry.startswith("libcurl.so.4"):
                (view / "rest" / entry).symlink_to(view / "all" / entry)
        words += ["sh", "-c", HIDE, "sh", place, view]
    tried = process.run([*words, "true"], os.environ)
    if tried.code != 0:
        pytest.skip(f"files cannot be hidden from a program here: {tried.err.strip()}")
    return words


def test_without_libcurl_an_approval_key_names_the_package_and_a_plain_key_signs(make, tmp_path, keys, root):
    token = Token(tmp_path).create()
    token.import_key(keys("EC-384"), "plain", "01")
    scene = make(token=token).hold(rule=ONE)
    scene.host.pin_file(PIN)
    certs.write_chain(scene.host.folder / "plain.pem", [Certificate(Profile(), keys("EC-384"), root), root])
    scene.more_keys["plain"] = {
        "uri": "pkcs11:token=e2e;object=plain",
        "module": token.module,
        "chain_file": "plain.pem",
        "pin_source": "file:pin",
    }
    scene.configure()
    image = scene.artifact()
    hidden = without_libcurl(tmp_path)
    for key in ("plain", "release"):
        words = [scene.host.notation, "sign", "--oci-layout", "--plugin", PLUGIN, "--id", key, image.reference]
        result = process.run([*hidden, *words], scene.host.environment, cwd=scene.host.folder)
        assert result.code == (key == "release"), result
    scene.reads("no libcurl", result.err)
    scene.verify(image)
    assert scene.standin.journal.count() == 0
