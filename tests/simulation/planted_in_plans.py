"""Planted faults in decisions that owe more files than one commit holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from unittest.mock import patch

from mdmr.exchange.outbound import batches, plans
from mdmr.exchange.outbound.plans import PlannedDelivery
from mdmr.ports.state import Value, Write

from tests.simulation.worker import at_work


@contextmanager
def announced_at_once() -> Iterator[None]:
    """Announce the deliveries of a batch before the next is written, and publish them then."""
    inner = batches._batch

    def batch(reader: batches._Reader, max_writes: int) -> list[PlannedDelivery]:
        taken = inner(reader, max_writes)
        for each in taken:
            message: dict[str, Value] = {"delivery": each.report.delivery_id}
            at_work().hub.publish_queue.send(message, timedelta(seconds=1))
        return taken

    with (
        patch.object(batches, "_batch", batch),
        patch.object(plans, "incomplete", lambda *_: frozenset()),
    ):
        yield


def left_out_at_the_edge() -> AbstractContextManager[object]:
    """Write no delivery for the last line of a batch of several."""
    inner = batches._Runner._intents

    def intents(
        runner: batches._Runner, batch: Sequence[PlannedDelivery], epoch: int
    ) -> list[Write]:
        return inner(runner, batch[: max(1, len(batch) - 1)], epoch)

    return patch.object(batches._Runner, "_intents", intents)
