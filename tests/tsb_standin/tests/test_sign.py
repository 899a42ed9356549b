import base64
import itertools

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from .. import Refused
from .conftest import base64_of, read, sign_request, submit


@pytest.mark.parametrize(
    "spec, algorithm, digest",
    [
        ("RSA-2048", "SHA256_WITH_RSA_PSS", hashes.SHA256()),
        ("RSA-3072", "SHA384_WITH_RSA_PSS", hashes.SHA384()),
        ("RSA-4096", "SHA512_WITH_RSA_PSS", hashes.SHA512()),
        ("EC-256", "SHA256_WITH_ECDSA", hashes.SHA256()),
        ("EC-384", "SHA384_WITH_ECDSA", hashes.SHA384()),
        ("EC-521", "SHA512_WITH_ECDSA", hashes.SHA512()),
    ],
)
def test_a_key_without_a_policy_signs_at_once(standin, client, spec, algorithm, digest):
    public = standin.add_key("plain", spec).public
    asked = {"signRequest": sign_request("plain", b"text", algorithm)}
    signature = base64.b64decode(client.call("POST", "/v1/synchronousSign", asked)["signature"])
    if spec.startswith("RSA"):
        public.verify(signature, b"text", padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    else:
        public.verify(signature, b"text", ec.ECDSA(digest))
    verify = {
        "signKeyName": "plain",
        "signatureAlgorithm": algorithm,
        "payload": base64_of(b"text"),
        "signature": base64_of(signature),
    }
    answer = client.call("POST", "/v1/verify", {"verifySignatureRequest": verify})
    assert answer == {"signatureValid": True}
    verify["payload"] = base64_of(b"other")
    answer = client.call("POST", "/v1/verify", {"verifySignatureRequest": verify})
    assert answer == {"signatureValid": False}


def test_any_two_of_three_people_lead_to_a_signature(standin, client, approvers, two_of_three):
    public = standin.add_key("release", policy=two_of_three()).public
    for first, second in itertools.permutations(approvers, 2):
        identifier = submit(client, payload=b"statement")
        first.approve_request(identifier)
        shown = read(client, identifier)
        assert shown["status"] == "PENDING" and shown["result"] is None
        assert shown["approvedBy"] == [first.public_key]
        assert sorted(shown["notYetApprovedBy"]) == sorted(
            approver.public_key for approver in approvers if approver is not first
        )
        second.approve_request(identifier)
        shown = read(client, identifier)
        assert shown["status"] == "EXECUTED"
        public.verify(base64.b64decode(shown["result"]), b"statement", ec.ECDSA(hashes.SHA256()))
        assert not standin.ledger.tasks


def test_a_policy_without_a_rule_for_use_executes_at_once(standin, client, two_of_three):
    standin.add_key("release", policy={**two_of_three(), "ruleUse": None})
    assert read(client, submit(client))["status"] == "EXECUTED"


def test_refusals_reject_when_the_quorum_is_out_of_reach(standin, client, approvers, two_of_three):
    standin.add_key("release", policy=two_of_three())
    identifier = submit(client)
    approvers[0].refuse_request(identifier)
    assert read(client, identifier)["status"] == "PENDING"
    approvers[1].refuse_request(identifier)
    shown = read(client, identifier)
    assert shown["status"] == "REJECTED"
    assert sorted(shown["rejectedBy"]) == sorted(approver.public_key for approver in approvers[:2])


def test_a_timelock_holds_an_approved_request(standin, client, clock, approvers, two_of_three):
    standin.add_key("release", policy=two_of_three(timelock=300, timeout=3600))
    identifier = submit(client)
    for approver in approvers[:2]:
        approver.approve_request(identifier)
    assert read(client, identifier)["status"] == "APPROVED"
    clock.advance(299)
    assert read(client, identifier)["status"] == "APPROVED"
    clock.advance(1)
    assert read(client, identifier)["status"] == "EXECUTED"


def test_a_request_expires_with_its_token(standin, client, clock, approvers, two_of_three):
    standin.add_key("release", policy=two_of_three(timeout=600))
    identifier = submit(client)
    approvers[0].approve_request(identifier)
    clock.advance(601)
    assert read(client, identifier)["status"] == "EXPIRED"
    assert approvers[1].tasks() == []


def test_a_cancelled_request_has_no_tasks_and_cannot_be_cancelled_again(standin, client, approvers, two_of_three):
    standin.add_key("release", policy=two_of_three())
    identifier = submit(client)
    assert client.call("DELETE", f"/v1/request/{identifier}") is None
    assert read(client, identifier)["status"] == "CANCELLED"
    assert approvers[0].tasks() == []
    with pytest.raises(Refused) as caught:
        client.call("DELETE", f"/v1/request/{identifier}")
    assert (caught.value.status, caught.value.code) == (400, 611)


def test_deleting_a_key_cancels_its_requests(standin, client, two_of_three):
    standin.add_key("release", policy=two_of_three())
    identifier = submit(client)
    client.call("DELETE", "/v1/key/release")
    assert read(client, identifier)["status"] == "CANCELLED"
    assert client.call("GET", "/v1/key") == []


def test_requests_are_found_by_status(standin, client, two_of_three):
    standin.add_key("release", policy=two_of_three())
    first, second = submit(client), submit(client)
    client.call("DELETE", f"/v1/request/{first}")
    found = client.call("POST", "/v1/filteredRequests", {"requestStatusList": ["PENDING", "APPROVED"]})
    assert found == {"requests": [{"id": second, "status": "PENDING"}]}
    assert [request.id for request in standin.open_requests()] == [second]


def test_collected_approvals_make_a_synchronous_signature(standin, client, people, two_of_three):
    ann, dan = standin.approver(people[0]), standin.approver(standin.keys.timestamp_key)
    policy = two_of_three(timeout=600)
    group = policy["ruleUse"]["tokens"][0]["groups"][0]
    group["approvals"][1]["value"] = dan.public_key
    standin.add_key("release", policy=policy)
    token = standin.ledger.requests[submit(client)].token

    def asked(*approvals):
        signed = [approver.signed_approval(token) for approver in approvals]
        return {"signRequest": sign_request(signedApprovals=signed)}

    for too_few in ([], [ann], [ann, ann]):
        with pytest.raises(Refused) as caught:
            client.call("POST", "/v1/synchronousSign", asked(*too_few))
        assert (caught.value.status, caught.value.code) == (400, 401)
    assert client.call("POST", "/v1/synchronousSign", asked(ann, dan))["signature"]
    other = asked(ann, dan)
    other["signRequest"]["payload"] = base64_of(b"other")
    with pytest.raises(Refused) as caught:
        client.call("POST", "/v1/synchronousSign", other)
    assert caught.value.code == 403


def test_a_raw_signature_has_two_numbers_of_fixed_width(standin, client):
    standin.add_key("plain", "EC-521")
    asked = {"signRequest": sign_request("plain", algorithm="SHA512_WITH_ECDSA", signatureType="RAW")}
    assert len(base64.b64decode(client.call("POST", "/v1/synchronousSign", asked)["signature"])) == 132


def test_a_blocked_key_refuses_and_fails_what_is_waiting(standin, client, approvers, two_of_three):
    standin.add_key("release", policy=two_of_three())
    identifier = submit(client)
    standin.block_key("release")
    for approver in approvers[:2]:
        approver.approve_request(identifier)
    assert read(client, identifier)["status"] == "FAILED"
    with pytest.raises(Refused) as caught:
        submit(client)
    assert caught.value.code == 614
