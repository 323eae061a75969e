"""Subscriptions as SNS lists them: many pages, some not confirmed, some gone meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from mdmr.ports.outside import Subscription
from mdmr.stores.subscriptions import TopicSubscriptions

TOPIC = "arn:aws:sns:ca-central-1:111122223333:notifications"


class Topic:
    """A topic with one subscription a page; `told` are their attributes by id, or a code."""

    def __init__(self, told: dict[str, dict[str, str] | str]) -> None:
        self._told = told

    def get_paginator(self, operation: str) -> Topic:
        assert operation == "list_subscriptions_by_topic"
        return self

    def paginate(self, **asked: str) -> list[dict[str, Any]]:
        assert asked == {"TopicArn": TOPIC}
        return [
            {"Subscriptions": [{"SubscriptionArn": arn, "Protocol": "sqs", "Endpoint": "a-queue"}]}
            for arn in self._told
        ]

    def get_subscription_attributes(self, **asked: str) -> dict[str, Any]:
        told = self._told[asked["SubscriptionArn"]]
        if isinstance(told, str):
            raise ClientError({"Error": {"Code": told, "Message": ""}}, "GetSubscriptionAttributes")
        return {"Attributes": told}


def read(told: dict[str, dict[str, str] | str]) -> list[Subscription]:
    topic: Any = Topic(told)
    return TopicSubscriptions(lambda: topic, TOPIC).read()


def test_all_pages_are_read_with_filter_and_scope() -> None:
    filtered = {"FilterPolicy": "{}", "FilterPolicyScope": "MessageBody"}
    assert read({f"{TOPIC}:two": {}, f"{TOPIC}:one": filtered, "PendingConfirmation": "never"}) == [
        Subscription("PendingConfirmation", "sqs", "a-queue", confirmed=False),
        Subscription("one", "sqs", "a-queue", confirmed=True, policy="{}", scope="MessageBody"),
        Subscription("two", "sqs", "a-queue", confirmed=True, scope="MessageAttributes"),
    ]


def test_one_that_waits_for_its_subscriber_is_not_confirmed() -> None:
    (found,) = read({f"{TOPIC}:one": {"PendingConfirmation": "true"}})
    assert not found.confirmed


def test_one_that_ends_meanwhile_is_left_out() -> None:
    assert read({f"{TOPIC}:one": "NotFound"}) == []


def test_a_denial_is_no_empty_list() -> None:
    with pytest.raises(ClientError):
        read({f"{TOPIC}:one": "AuthorizationError"})
