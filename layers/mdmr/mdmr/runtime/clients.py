"""The boto3 clients, each made when it is first used and kept."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from mdmr.stores.dynamodb.table import CONNECTIONS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

# A request that hangs is better made anew than waited for.
_CONFIG = Config(
    connect_timeout=3, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 4}
)

# The adapter checks keys and values itself, tries again itself, and makes very many requests.
_TABLES = _CONFIG.merge(
    Config(
        max_pool_connections=CONNECTIONS,
        parameter_validation=False,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
)

# The other region may be down: what is asked of it is answered soon or not now.
_PEER = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2}
)


@cache
def dynamodb() -> DynamoDBClient:
    """Return the client of the tables."""
    made: DynamoDBClient = boto3.client("dynamodb", config=_TABLES)
    return made


@cache
def s3() -> S3Client:
    """Return the client of the buckets."""
    made: S3Client = boto3.client("s3", config=_CONFIG)
    return made


@cache
def sqs() -> SQSClient:
    """Return the client of the queues."""
    made: SQSClient = boto3.client("sqs", config=_CONFIG)
    return made


@cache
def events() -> EventBridgeClient:
    """Return the client of the notification bus."""
    made: EventBridgeClient = boto3.client("events", config=_CONFIG)
    return made


@cache
def sns() -> SNSClient:
    """Return the client of the notification topic."""
    made: SNSClient = boto3.client("sns", config=_CONFIG)
    return made


@cache
def stepfunctions() -> SFNClient:
    """Return the client of the state machines."""
    made: SFNClient = boto3.client("stepfunctions", config=_CONFIG)
    return made


@cache
def secretsmanager() -> SecretsManagerClient:
    """Return the client of the secrets."""
    made: SecretsManagerClient = boto3.client("secretsmanager", config=_CONFIG)
    return made


@cache
def peer_dynamodb(region: str) -> DynamoDBClient:
    """Return the client of the tables in another region."""
    made: DynamoDBClient = boto3.client("dynamodb", region_name=region, config=_PEER)
    return made


@cache
def peer_s3(region: str) -> S3Client:
    """Return the client of the buckets in another region."""
    made: S3Client = boto3.client("s3", region_name=region, config=_PEER)
    return made
