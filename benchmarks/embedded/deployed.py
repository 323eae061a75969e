"""The sets on the deployed hub: the project's template on the embedded AWS, in virtual time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import NamedTuple

from mdmr.exchange.files.names import FileName
from mdmr.synchronization.sets import rows
from mdmr.synchronization.sets.states import SetState
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import LocalHub, deploy_hub
from mdmr_local.values import Usage

from benchmarks.embedded.sending import (
    DOCUMENT,
    SCHEDULE,
    START,
    Answered,
    Sent,
    answered,
    numbers,
    schedule,
)
from benchmarks.synchronization.sets import LDC

Progress = Callable[[str], None]
# Work on a large set takes long in one instant.
_PATIENCE = 3600.0
_BATCH = 1_000


class Worked(NamedTuple):
    """What a set took in wall seconds, from its first upload to its last report; its usage."""

    wall: float
    used: Usage
    answer: Answered

    @property
    def functions(self) -> float:
        """The processor seconds of all functions."""
        return sum(self.used.function_seconds.values())

    @property
    def largest(self) -> int:
        """The peak memory of the largest worker by then, in bytes."""
        return max(self.used.function_bytes.values())

    def requests(self, service: str) -> int:
        """Return how many requests a service got."""
        counted = self.used.requests.items()
        return sum(count for kind, count in counted if kind.split()[0] == service)


def on_embedded_aws(sets: Sequence[Sent], sdps: int, told: Progress) -> tuple[list[Worked], int]:
    """Return what each set took, and the peak memory of emulator and workers in bytes."""
    with EmbeddedAws(virtual_start=START, patience=_PATIENCE) as aws:
        hub = deploy_hub(aws, "TEST")
        hub.operator.start()
        hub.operator.apply(DOCUMENT)
        told("deployed")
        _number(hub, sdps)
        told(f"{sdps:,} numbers written")
        hub.upload(LDC, SCHEDULE, BytesIO(schedule()))
        aws.settle()
        worked = []
        for each in sets:
            aws.advance_to(max(each.at, aws.now()))
            told(f"the {each.id.tx_id} set is uploaded")
            worked.append(_work(hub, each))
            told(f"{worked[-1].answer.done}\n  {worked[-1].used}")
        return worked, aws.statistics()["peak_memory_bytes"]


def _number(hub: LocalHub, sdps: int) -> None:
    items = list(numbers(sdps))
    for first in range(0, sdps, _BATCH):
        assert not any(hub.directory.put_all_new(items[first : first + _BATCH]))


def _work(hub: LocalHub, sent: Sent) -> Worked:
    before, had = hub.embedded.usage(), set(hub.outbound_keys())
    began = time.perf_counter()
    for name, path in sorted(sent.files.items()):
        with path.open("rb") as content:
            hub.upload(LDC, name, content)
    # All of its work comes due at once; nothing of it waits.
    hub.embedded.settle()
    wall = time.perf_counter() - began
    used = _less(hub.embedded.usage(), before)
    assert _is_complete(hub, sent), sent.id
    return Worked(wall, used, answered(_reports(hub, had)))


def _is_complete(hub: LocalHub, sent: Sent) -> bool:
    each = rows.find(hub.state, sent.id)
    return each is not None and each.state is SetState.COMPLETE


def _reports(hub: LocalHub, had: set[str]) -> Iterator[tuple[str, bytes]]:
    for key in hub.outbound_keys():
        name = FileName.parse(key.partition("/")[2])
        if key.startswith(LDC) and key not in had and name is not None:
            yield name.file_id, hub.fetch(key)


def _less(after: Usage, before: Usage) -> Usage:
    seconds = Counter(after.function_seconds)
    seconds.subtract(before.function_seconds)
    requests = Counter(after.requests)
    requests.subtract(before.requests)
    return Usage(
        after.emulator_seconds - before.emulator_seconds,
        {name: value for name, value in seconds.items() if value},
        after.function_bytes,
        {kind: count for kind, count in requests.items() if count},
    )
