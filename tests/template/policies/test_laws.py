"""Laws that hold of whatever policies, tried on random ones."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.template.policies.asking import BUCKET, OTHER, OWN, ROLE, ROOT, allow, decide, deny
from tools.policies.conditions import holds, read_condition
from tools.policies.decisions import Decision
from tools.policies.patterns import text_pattern

ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:Get*", "s3:*", "*", "s3:?etObject")
KEYS = ("a", "a/b", "b", "b/a", "ab")
RESOURCES = ("*", f"{BUCKET}/*", f"{BUCKET}/a/*", f"{BUCKET}/${{aws:PrincipalTag/org}}/*", BUCKET)
ORG = "aws:PrincipalTag/org"
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {"Null": {ORG: "false"}},
    {"Null": {ORG: "true"}},
    {"StringEquals": {ORG: "a"}},
    {"StringNotLike": {ORG: ["a*", "b"]}},
    {"StringLikeIfExists": {"s3:prefix": f"${{{ORG}}}/*"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"ArnNotEquals": {"aws:PrincipalArn": ROLE}},
)
PRINCIPALS: tuple[Any, ...] = ("*", {"AWS": ROLE}, {"AWS": ROOT}, {"Service": "s3.amazonaws.com"})


@st.composite
def statements(draw: st.DrawFn, *, of_resource: bool = False) -> dict[str, Any]:
    some = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(
            st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2)
        ),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(
            st.sampled_from(RESOURCES)
        ),
        "Condition": draw(st.sampled_from(CONDITIONS)),
    }
    return some | ({"Principal": draw(st.sampled_from(PRINCIPALS))} if of_resource else {})


policies = st.lists(statements(), max_size=4)
policies_of_resource = st.lists(statements(of_resource=True), max_size=3)
requests = st.fixed_dictionaries(
    {
        "action": st.sampled_from(["s3:GetObject", "s3:PutObject", "s3:ListBucket"]),
        "resource": st.sampled_from([BUCKET, *(f"{BUCKET}/{key}" for key in KEYS)]),
        "context": st.sampled_from(
            [{}, {"s3:prefix": "a/"}, {"aws:securetransport": "false"}, {"s3:prefix": ""}]
        ),
        "tags": st.sampled_from([{}, {"org": "a"}, {"org": "b"}, {"org": ""}]),
        "owner": st.sampled_from([OWN, OTHER]),
        "alone": st.booleans(),
    }
)
Policy = list[dict[str, Any]]
Asked = dict[str, Any]


@given(policies, policies_of_resource, requests)
def test_a_denial_of_everything_wins(own: Policy, put: Policy, asked: Asked) -> None:
    everything = deny(Action="*")
    assert decide([*own, everything], put, **asked) is Decision.DENIED
    put_on_all = everything | {"Principal": "*"}
    assert decide(own, [*put, put_on_all], **asked) is Decision.DENIED


@given(policies, policies_of_resource, statements(), requests)
def test_an_allowance_more_never_takes_away(
    own: Policy, put: Policy, more: dict[str, Any], asked: Asked
) -> None:
    before = decide(own, put, **asked)
    after = decide([*own, more | {"Effect": "Allow"}], put, **asked)
    assert after is before or (before, after) == (Decision.NOT_ALLOWED, Decision.ALLOWED)


@given(policies, policies_of_resource, statements(), requests)
def test_a_denial_more_never_gives(
    own: Policy, put: Policy, more: dict[str, Any], asked: Asked
) -> None:
    before = decide(own, put, **asked)
    after = decide([*own, more | {"Effect": "Deny"}], put, **asked)
    assert after in {before, Decision.DENIED}


@given(policies, policies_of_resource, requests, st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_matter(
    own: Policy, put: Policy, asked: Asked, chance: random.Random
) -> None:
    before = decide(own, put, **asked)
    assert decide(chance.sample(own, len(own)), chance.sample(put, len(put)), **asked) is before


@given(policies, policies_of_resource, requests)
def test_another_accounts_resource_is_given_by_both_sides_or_not_at_all(
    own: Policy, put: Policy, asked: Asked
) -> None:
    there = asked | {"owner": OTHER}
    if decide(own, put, **there) is Decision.ALLOWED:
        # Of what is asked there the owner is the only thing that the policies here do not see.
        assert decide(own, [], **(asked | {"owner": OWN, "alone": False})) is Decision.ALLOWED
        assert decide([allow(Action="*")], put, **there) is Decision.ALLOWED


@given(policies, policies_of_resource, requests)
def test_a_policy_that_counts_alone_gives_no_more_than_one_that_does_not(
    own: Policy, put: Policy, asked: Asked
) -> None:
    if decide(own, put, **(asked | {"alone": True})) is Decision.ALLOWED:
        assert decide(own, put, **(asked | {"alone": False})) is Decision.ALLOWED


@given(statements(), requests)
def test_an_action_is_meant_by_a_list_or_by_all_but_it(one: dict[str, Any], asked: Asked) -> None:
    names = one.get("Action", one.get("NotAction"))
    plain = {"Effect": "Allow", "Resource": "*"}
    here = asked | {"owner": OWN, "alone": False}
    outcomes = {decide([plain | {kind: names}], **here) for kind in ("Action", "NotAction")}
    assert outcomes == {Decision.ALLOWED, Decision.NOT_ALLOWED}


words = st.text("abA*?/", max_size=4)
PAIRS = [
    ("StringEquals", "StringNotEquals"),
    ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
    ("StringLike", "StringNotLike"),
]


@given(st.sampled_from(PAIRS), words, st.lists(words, min_size=1, max_size=3))
def test_a_negated_operator_is_the_other_turned_round(
    pair: tuple[str, str], value: str, texts: list[str]
) -> None:
    for context in ({"s3:prefix": value}, {}):
        one, other = (
            holds(read_condition(name, "s3:prefix", tuple(texts)), context) for name in pair
        )
        assert one is not other


@given(st.sampled_from([name for pair in PAIRS for name in pair]), words, words)
def test_if_exists_says_the_same_of_what_exists(name: str, value: str, text: str) -> None:
    plain, lenient = (
        read_condition(each, "s3:prefix", (text,)) for each in (name, f"{name}IfExists")
    )
    assert holds(plain, {"s3:prefix": value}) is holds(lenient, {"s3:prefix": value})
    assert holds(lenient, {})


@given(st.text(max_size=12))
def test_a_text_with_its_signs_quoted_matches_itself_and_nothing_longer(text: str) -> None:
    quoted = "".join(f"${{{each}}}" if each in "*?$" else each for each in text)
    pattern = text_pattern(quoted, {}, wildcards=True)
    assert pattern.fullmatch(text)
    assert not pattern.fullmatch(text + "x")


@given(words, words)
def test_wildcards_match_as_by_trying_every_way(value: str, text: str) -> None:
    assert (text_pattern(text, {}, wildcards=True).fullmatch(value) is not None) is _tried(
        value, text
    )


def _tried(value: str, text: str) -> bool:
    if not text:
        return not value
    if text[0] == "*":
        return any(_tried(value[at:], text[1:]) for at in range(len(value) + 1))
    return bool(value) and text[0] in ("?", value[0]) and _tried(value[1:], text[1:])
