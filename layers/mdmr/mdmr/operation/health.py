"""The action that examines a hub for what no alarm can see: who hears which notifications."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mdmr.exchange.files.layouts.types import ORG_ID
from mdmr.operation.faults import shown
from mdmr.operation.organizations import Told
from mdmr.organizations import registry
from mdmr.ports.hub import Hub
from mdmr.ports.outside import Subscription
from mdmr.ports.state import StateStore

FIELD = "organization"
SCOPE = "MessageBody"
_SET = (
    f"set FilterPolicyScope {SCOPE} and a FilterPolicy with {FIELD!r} and the ORG ID of who "
    "subscribes, or remove the subscription"
)


def health(hub: Hub, _: Mapping[str, Any]) -> Told:
    """Tell the findings of each check, and of how many things each was asked."""
    subscriptions = hub.subscriptions.read()
    findings = [line for each in subscriptions for line in subscription_findings(hub.state, each)]
    checks = [{"check": "subscriptions", "examined": len(subscriptions), "findings": findings}]
    return {"checks": checks}, []


def subscription_findings(state: StateStore, subscription: Subscription) -> Iterator[str]:
    """Yield what is wrong with what a subscription hears, one text each.

    Right is a filter on the body whose `organization` names registered organizations. Before it
    is confirmed it hears nothing, and what it will hear cannot be read.
    """
    if subscription.confirmed:
        for text in _filter_findings(state, subscription):
            address = f"{subscription.protocol}, {subscription.endpoint}"
            yield f"subscription {subscription.id} ({address}): {text}"


def _filter_findings(state: StateStore, subscription: Subscription) -> Iterator[str]:
    if not subscription.policy:
        yield f"has no filter, so that it hears the events of all organizations; {_SET}"
        return
    if subscription.scope != SCOPE:
        yield (
            f"its filter looks at {subscription.scope or 'nothing'}, "
            f"which no event of the hub has; {_SET}"
        )
        return
    try:
        wanted = json.loads(subscription.policy)
    except ValueError:
        wanted = None
    named = wanted.get(FIELD) if isinstance(wanted, dict) else None
    if not isinstance(named, list) or not named:
        yield f"its filter names no organization, so that it hears the events of all; {_SET}"
        return
    for value in named:
        if not isinstance(value, str) or not ORG_ID.accepts(value):
            told = shown(json.dumps(value))
            yield f"its filter takes {told} for an organization: must be an ORG ID; {_SET}"
        elif not registry.is_registered(state, value):
            yield f"its filter names {value!r}, which is no registered organization; {_SET}"


ACTIONS: dict[str, Callable[[Hub, Mapping[str, Any]], Told]] = {"health": health}
