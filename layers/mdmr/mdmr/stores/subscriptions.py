"""Subscriptions to the notification topic, as SNS lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from mdmr.ports.outside import Subscription

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import SubscriptionTypeDef

# What SNS tells instead of an ARN before the subscriber has agreed, and after it has gone.
_WITHOUT_ARN = "arn:"
_GONE = frozenset({"NotFound", "NotFoundException"})


class TopicSubscriptions:
    """The Subscriptions of an SNS topic; `client` gives the boto3 client, made on first use."""

    def __init__(self, client: Callable[[], SNSClient], topic: str) -> None:
        self._make_client = client
        self._topic = topic

    @cached_property
    def _client(self) -> SNSClient:
        return self._make_client()

    def read(self) -> list[Subscription]:
        """Return all subscriptions, by id; one that ends meanwhile is left out."""
        return sorted(self._all(), key=lambda each: (each.id, each.endpoint))

    def _all(self) -> Iterator[Subscription]:
        pages = self._client.get_paginator("list_subscriptions_by_topic")
        for page in pages.paginate(TopicArn=self._topic):
            for listed in page["Subscriptions"]:
                found = self._one(listed)
                if found is not None:
                    yield found

    def _one(self, listed: SubscriptionTypeDef) -> Subscription | None:
        arn, protocol, endpoint = (
            listed["SubscriptionArn"],
            listed["Protocol"],
            listed["Endpoint"],
        )
        if not arn.startswith(_WITHOUT_ARN):
            return Subscription(arn, protocol, endpoint, confirmed=False)
        try:
            told = self._client.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        except ClientError as fault:
            if fault.response.get("Error", {}).get("Code") in _GONE:
                return None
            raise
        return Subscription(
            arn.rpartition(":")[2],
            protocol,
            endpoint,
            confirmed=told.get("PendingConfirmation") != "true",
            policy=told.get("FilterPolicy"),
            scope=told.get("FilterPolicyScope", "MessageAttributes"),
        )
