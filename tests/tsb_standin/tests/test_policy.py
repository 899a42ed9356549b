import itertools

import pytest

from .. import use_policy
from ..errors import ServiceError
from ..policy import Group, PolicyReader, Rule, Token

A, B, C = b"a", b"b", b"c"


def rule(quorum=2, timelock=0, timeout=0, approvers=(A, B, C)):
    return Rule((Token(timelock, timeout, (Group(quorum, frozenset(approvers)),)),))


def test_a_quorum_is_reached_by_any_of_its_people_in_any_order():
    for first, second in itertools.permutations((A, B, C), 2):
        assert rule().usable_from({first: 10}, 0) is None
        assert rule().usable_from({first: 10, second: 20}, 0) == 20


def test_every_group_of_a_token_counts_and_one_token_is_enough():
    both = Token(0, 0, (Group(1, frozenset({A})), Group(1, frozenset({B}))))
    alone = Token(0, 0, (Group(1, frozenset({C})),))
    assert Rule((both,)).usable_from({A: 1}, 0) is None
    assert Rule((both,)).usable_from({A: 1, B: 2}, 0) == 2
    assert Rule((both, alone)).usable_from({C: 3}, 0) == 3


def test_a_timelock_delays_and_a_timeout_ends():
    assert rule(timelock=60).usable_from({A: 1, B: 2}, 0) == 60
    assert rule(timeout=60).usable_from({A: 1, B: 60}, 0) == 60
    assert rule(timeout=60).usable_from({A: 1, B: 61}, 0) is None
    assert not rule(timeout=60).expired(60, 0)
    assert rule(timeout=60).expired(61, 0)


def test_a_refusal_denies_when_no_quorum_can_be_reached_any_more():
    assert not rule().denied({A: 1}, 0, 0)
    assert rule().denied({A: 1, B: 1}, 0, 0)


def test_a_token_without_groups_needs_nobody():
    assert Rule((Token(60, 0, ()),)).usable_from({}, 0) == 60


@pytest.mark.parametrize(
    "member, value, code",
    [
        ("timelock", 59, 600),
        ("timelock", -60, 600),
        ("timelock", True, 600),
        ("timelock", None, 600),
        ("timeout", 61, 600),
        ("timeout", "60", 600),
        ("groups", {}, 600),
        ("extra", 1, 600),
    ],
)
def test_a_token_is_read_strictly(people, member, value, code):
    policy = use_policy(2, [key.public_key() for key in people])
    policy["ruleUse"]["tokens"][0][member] = value
    with pytest.raises(ServiceError) as caught:
        PolicyReader().policy(policy)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "change, code",
    [
        ({"type": "person"}, 501),
        ({"type": "certificate"}, 409),
        ({"type": "onboarded_approver_certificate", "value": None}, 413),
        ({"value": "AAAA"}, 407),
        ({"value": "AAA"}, 600),
        ({"value": None}, 600),
    ],
)
def test_an_approver_is_read_strictly(people, change, code):
    policy = use_policy(1, [people[1].public_key()])
    policy["ruleUse"]["tokens"][0]["groups"][0]["approvals"][0].update(change)
    with pytest.raises(ServiceError) as caught:
        PolicyReader().policy(policy)
    assert caught.value.code == code


def test_a_quorum_above_its_people_is_refused_for_use_and_freezes_other_operations(people):
    policy = use_policy(2, [people[1].public_key()])
    frozen, policy["ruleUse"] = policy["ruleUse"], None
    policy["ruleModify"] = frozen
    PolicyReader().policy(policy)
    policy["ruleUse"] = frozen
    with pytest.raises(ServiceError):
        PolicyReader().policy(policy)


def test_key_status_is_needed(people):
    policy = use_policy(1, [people[1].public_key()])
    del policy["keyStatus"]
    with pytest.raises(ServiceError):
        PolicyReader().policy(policy)
