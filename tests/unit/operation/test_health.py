"""Who hears the events of other organizations is found."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mdmr.operation.commands import answer
from mdmr.ports.outside import Subscription
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock

from tests.support.market import NOON

ORGANIZATIONS = [
    {"org_id": "ORG11111", "name": "Example Hydro", "roles": ["LDC"]},
    {"org_id": "ORG22222", "name": "Billing Services", "roles": ["AGENT"]},
]


@pytest.fixture
def hub() -> MemoryHub:
    made = memory_hub(FixedClock(NOON))
    document = {"organizations": ORGANIZATIONS}
    assert answer(made, {"action": "apply", "by": "kim", "document": document}, "here")["ok"]
    return made


def found(hub: MemoryHub, *those: Subscription) -> list[str]:
    hub.subscriptions.those = list(those)
    told: dict[str, Any] = answer(hub, {"action": "health", "by": "kim"}, "here")
    (check,) = told["checks"]
    assert check["examined"] == len(those)
    findings: list[str] = check["findings"]
    return findings


def subscribed(
    policy: object, scope: str = "MessageBody", *, confirmed: bool = True
) -> Subscription:
    text = policy if isinstance(policy, str | None) else json.dumps(policy)
    return Subscription("an-id", "email", "desk@example.org", confirmed, text, scope)


@pytest.mark.parametrize(
    "policy",
    [
        {"organization": ["ORG11111"]},
        {"organization": ["ORG11111", "ORG22222"], "kind": ["FILE_DELIVERED"]},
    ],
    ids=str,
)
def test_who_names_registered_organizations_hears_what_is_its_own(
    hub: MemoryHub, policy: dict[str, Any]
) -> None:
    assert found(hub, subscribed(policy)) == []


def test_what_is_not_confirmed_hears_nothing_yet(hub: MemoryHub) -> None:
    assert found(hub, subscribed(None, confirmed=False)) == []


@pytest.mark.parametrize(
    ("subscription", "told"),
    [
        (subscribed(None, ""), "has no filter"),
        (subscribed(""), "has no filter"),
        (subscribed({"organization": ["ORG11111"]}, "MessageAttributes"), "MessageAttributes"),
        (subscribed({"kind": ["FILE_DELIVERED"]}), "names no organization"),
        (subscribed({"organization": []}), "names no organization"),
        (subscribed({"organization": "ORG11111"}), "names no organization"),
        (subscribed("no JSON"), "names no organization"),
        (subscribed([]), "names no organization"),
        (subscribed({"$or": [{"organization": ["ORG11111"]}, {"kind": ["x"]}]}), "names no"),
        (subscribed({"organization": [{"prefix": "ORG"}]}), '{"prefix": "ORG"}'),
        (subscribed({"organization": [{"anything-but": ["ORG11111"]}]}), "anything-but"),
        (subscribed({"organization": [{"exists": True}]}), "exists"),
        (subscribed({"organization": ["ORG1111"]}), "must be an ORG ID"),
        (subscribed({"organization": ["x" * 5000]}), "must be an ORG ID"),
        (subscribed({"organization": ["ORG33333"]}), "no registered organization"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_who_hears_others_or_nobody_is_found_with_what_to_do(
    hub: MemoryHub, subscription: Subscription, told: str
) -> None:
    (finding,) = found(hub, subscription)
    assert told in finding
    assert finding.startswith("subscription an-id (email, desk@example.org): ")
    assert "FilterPolicyScope MessageBody" in finding
    assert len(finding) < 400


def test_each_subscription_is_judged_by_itself(hub: MemoryHub) -> None:
    right = subscribed({"organization": ["ORG11111"]})
    assert len(found(hub, subscribed(None), right, subscribed({"kind": ["x"]}))) == 2
