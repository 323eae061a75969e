"""An organization's own prefixes in the hub's buckets, with no other right than that to them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from errno import EEXIST
from pathlib import Path
from typing import Any
from uuid import uuid4

from mdmr_cli.exits import ExitCode, fail

_BLOCK = 1 << 18


@dataclass(frozen=True)
class Delivered:
    """An object that the hub has for an organization."""

    key: str
    size: int
    at: datetime

    @property
    def name(self) -> str:
        """The file's name: the key without the prefix."""
        return self.key.partition("/")[2]


class Transport:
    """The two buckets of an environment, reached with S3 alone.

    They are named by rule (environment, account, region), so that no right to look at the
    stack is needed.
    """

    def __init__(self, environment: str, s3: Any, account: str) -> None:  # noqa: ANN401 - boto3's
        place = f"{account}-{s3.meta.region_name}"
        self.inbound = f"mdmr-{environment}-inbound-{place}"
        self.outbound = f"mdmr-{environment}-outbound-{place}"
        self._s3 = s3

    def upload(self, path: Path, org: str, note: Callable[[int], None]) -> str:
        """Put a file into an organization's inbound prefix and return its key."""
        key = f"{org}/{path.name}"
        self._s3.upload_file(str(path), self.inbound, key, Callback=note)
        return key

    def delivered(
        self, org: str, since: datetime | None = None, names: str = ""
    ) -> Iterator[Delivered]:
        """Yield what lies in an organization's outbound prefix, by name.

        `names` is how the names begin; `since` when they were delivered at the earliest.
        """
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.outbound, Prefix=f"{org}/{names}"
        )
        for page in pages:
            for each in page.get("Contents", ()):
                if since is None or each["LastModified"] >= since:
                    yield Delivered(each["Key"], each["Size"], each["LastModified"])

    def newest(self, org: str) -> Iterator[tuple[str, str, str]]:
        """Yield ("inbound" or "outbound", key, version id) of what lies in both prefixes."""
        for what, bucket in (("inbound", self.inbound), ("outbound", self.outbound)):
            pages = self._s3.get_paginator("list_object_versions").paginate(
                Bucket=bucket, Prefix=f"{org}/"
            )
            for page in pages:
                for each in page.get("Versions", ()):
                    if each["IsLatest"]:
                        yield what, each["Key"], each["VersionId"]

    def download(self, found: Delivered, to: Path, note: Callable[[int], None]) -> None:
        """Write an object to a path, which never holds a part of it.

        What lies there by then is not replaced. Raises FileExistsError, OSError.
        """
        # A new file whose name nobody can guess: no link that lies there is written through.
        part = to.with_name(f".mdmr-{uuid4().hex}.part")
        try:
            with part.open("xb") as file:
                body = self._s3.get_object(Bucket=self.outbound, Key=found.key)["Body"]
                for piece in body.iter_chunks(_BLOCK):
                    note(len(piece))
                    file.write(piece)
            if os.path.lexists(to):
                raise FileExistsError(EEXIST, os.strerror(EEXIST), str(to))
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)

    def head(self, key: str, size: int) -> bytes:
        """Return the first bytes of an object, at most `size`."""
        asked = {"Bucket": self.outbound, "Key": key, "Range": f"bytes=0-{size - 1}"}
        content: bytes = self._s3.get_object(**asked)["Body"].read()
        return content


@contextmanager
def transport_of(environment: str, region: str | None = None) -> Iterator[Transport]:
    """Give the buckets of an environment, in the region of the usual settings unless given.

    What goes wrong with them ends the command with 1.
    """
    import boto3
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        account = boto3.client("sts").get_caller_identity()["Account"]
        yield Transport(environment, boto3.client("s3", region_name=region), account)
    except (Boto3Error, BotoCoreError, ClientError) as error:
        fail(ExitCode.FAILED, [str(error)])
    except OSError as error:
        fail(ExitCode.FAILED, [f"{error.filename}: {error.strerror}"])
