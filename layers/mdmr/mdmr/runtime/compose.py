"""The composition root: which adapter stands behind each port of a deployed hub."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from mdmr.continuity.gate import TableGate
from mdmr.continuity.lease import TableLease
from mdmr.ports.hub import Hub
from mdmr.ports.peer import Peer
from mdmr.processes.on_demand import RegisterOnDemand
from mdmr.runtime import clients
from mdmr.runtime.backoff import CountedBackoff
from mdmr.runtime.clock import SystemClock
from mdmr.runtime.settings import Settings
from mdmr.stores.conductor import StepFunctionsProcesses
from mdmr.stores.dynamodb.table import DynamoState
from mdmr.stores.dynamodb.views import DynamoViews
from mdmr.stores.messages import BusNotifications, SqsOrderedQueue, SqsQueue
from mdmr.stores.no_peer import NoPeer
from mdmr.stores.patience import Patience
from mdmr.stores.peer import RegionPeer
from mdmr.stores.s3 import S3Objects
from mdmr.stores.secret import ManagedSecret
from mdmr.stores.subscriptions import TopicSubscriptions

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

# The other region may be down: it is asked again at another time.
_NOT_FOR_LONG = Patience(attempts=2)


@cache
def hub() -> Hub:
    """Return the hub of this process, made on the first call from its environment.

    Raises SettingMissingError. No client is made before it is used.
    """
    return hub_of(settings())


@cache
def settings() -> Settings:
    """Return the settings of this process. Raises SettingMissingError."""
    return Settings.read(os.environ)


def region() -> str:
    """Return the region that this process runs in."""
    return settings().aws_region


def hub_of(settings: Settings) -> Hub:
    """Return the hub that an environment names."""
    clock = SystemClock()
    state = DynamoState(clients.dynamodb, settings.hub_state_table)
    return Hub(
        environment=settings.environment_code,
        clock=clock,
        backoff=CountedBackoff(),
        state=state,
        views=DynamoViews(clients.dynamodb, settings.hub_state_table),
        directory=DynamoState(clients.dynamodb, settings.master_directory_table, indexes={}),
        inbound=S3Objects(clients.s3, settings.inbound_bucket),
        outbound=S3Objects(clients.s3, settings.outbound_bucket),
        data=S3Objects(clients.s3, settings.data_bucket),
        evidence=S3Objects(clients.s3, settings.evidence_bucket),
        arrivals_queue=SqsQueue(clients.sqs, settings.arrivals_queue_url),
        intake_queue=SqsOrderedQueue(clients.sqs, settings.intake_queue_url),
        publish_queue=SqsQueue(clients.sqs, settings.publish_queue_url),
        notifications=BusNotifications(clients.events, settings.notification_bus),
        subscriptions=TopicSubscriptions(clients.sns, settings.notification_topic_arn),
        processes=StepFunctionsProcesses(
            clients.stepfunctions,
            {
                "identifiers": settings.identifiers_machine_arn,
                "gateway": settings.gateway_machine_arn,
                "schedules": settings.schedules_machine_arn,
                "synchronization": settings.synchronization_machine_arn,
            },
        ),
        identifier_secret=ManagedSecret(clients.secretsmanager, settings.identifier_secret_arn),
        lease=TableLease(state, clock, settings.aws_region),
        gate=TableGate(state),
        peer=_peer_of(settings),
        register=RegisterOnDemand(),
    )


def _peer_of(settings: Settings) -> Peer:
    region = settings.peer_region
    if not region:
        return NoPeer()

    def table() -> DynamoDBClient:
        return clients.peer_dynamodb(region)

    def buckets() -> S3Client:
        return clients.peer_s3(region)

    return RegionPeer(
        region,
        DynamoState(table, settings.hub_state_table, patience=_NOT_FOR_LONG),
        S3Objects(buckets, settings.peer_inbound_bucket, patience=_NOT_FOR_LONG),
        S3Objects(buckets, settings.peer_data_bucket, patience=_NOT_FOR_LONG),
    )
