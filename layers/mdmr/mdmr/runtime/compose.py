"""The composition root: which adapter stands behind each port of a deployed hub."""

from __future__ import annotations

import os
from functools import cache

from mdmr.continuity.gate import TableGate
from mdmr.continuity.lease import TableLease
from mdmr.ports.hub import Hub
from mdmr.runtime import clients
from mdmr.runtime.clock import SystemClock
from mdmr.runtime.settings import Settings
from mdmr.stores.conductor import StepFunctionsProcesses
from mdmr.stores.dynamodb.table import DynamoState
from mdmr.stores.messages import BusNotifications, SqsOrderedQueue, SqsQueue
from mdmr.stores.s3 import S3Objects
from mdmr.stores.secret import ManagedSecret


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
        state=state,
        directory=DynamoState(clients.dynamodb, settings.master_directory_table, indexes={}),
        inbound=S3Objects(clients.s3, settings.inbound_bucket),
        outbound=S3Objects(clients.s3, settings.outbound_bucket),
        data=S3Objects(clients.s3, settings.data_bucket),
        arrivals_queue=SqsQueue(clients.sqs, settings.arrivals_queue_url),
        intake_queue=SqsOrderedQueue(clients.sqs, settings.intake_queue_url),
        publish_queue=SqsQueue(clients.sqs, settings.publish_queue_url),
        notifications=BusNotifications(clients.events, settings.notification_bus),
        processes=StepFunctionsProcesses(
            clients.stepfunctions,
            {
                "identifiers": settings.identifiers_machine_arn,
                "gateway": settings.gateway_machine_arn,
            },
        ),
        identifier_secret=ManagedSecret(clients.secretsmanager, settings.identifier_secret_arn),
        lease=TableLease(state, clock, settings.aws_region),
        gate=TableGate(state),
    )
