"""Mapped queues are served at once and exactly: on a wake-up, not by polling once a second."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import ministack.services.lambda_svc as functions
from ministack.core.concurrency import esm_wake
from ministack.services import sqs

from mdmr_local.clock import current
from mdmr_local.clock.deadlines import Kind
from mdmr_local.corrections.registry import Correction, expect, rewrite


class MappedQueues:
    """The event-source mapper: a loop that works when woken, and the messages it waits for."""

    kind = Kind.VISIBILITY

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._work: int | None = None
        self._set_event = esm_wake.set
        self._looked_at = 0.0

    def wake(self) -> None:
        """Have the loop look at all mapped sources; counts as work until it has."""
        with self._lock:
            if self._work is None:
                self._work = current().ledger.begin("event-source mapper")
            self._set_event()

    def serve_loop(self) -> None:
        """Serve the mapped sources, for ever."""
        while True:
            esm_wake.wait()
            with self._lock:
                esm_wake.clear()
                work, self._work = self._work, None
            try:
                self._serve()
            finally:
                if work is not None:
                    current().ledger.end(work)

    def next_instant(self) -> float | None:
        """Return when the next message becomes visible or a failing source is tried again."""
        instants = [
            message["visible_at"]
            for queue in _mapped_queues()
            for message in list(queue["messages"])
            if message.get("visible_at", 0.0) > self._looked_at
        ]
        instants += [
            instant
            for instant in list(functions._esm_backoff_until._data.values())
            if instant > self._looked_at
        ]
        return min(instants, default=None)

    def come_due(self, _instant: float) -> None:
        """Look at the sources, as something in them can be received again."""
        self.wake()

    def _serve(self) -> None:
        served = True
        while served:
            self._looked_at = current().now()
            served = False
            for poll in _polls():
                try:
                    served = bool(poll()) or served
                except Exception:  # noqa: BLE001 - one broken source must not stop the others
                    functions.logger.exception("event-source mapper")


def _polls() -> list[Any]:
    sources = [mapping.get("EventSourceArn", "") for _, _, mapping in functions._iter_all_esms()]
    polls = [functions._poll_sqs]
    if any(":kinesis:" in source for source in sources):
        polls.append(functions._poll_kinesis)
    if any(":dynamodb:" in source for source in sources):
        polls.append(functions._poll_dynamodb_streams)
    return polls


def _mapped_queues() -> Iterator[dict[str, Any]]:
    for account, region, mapping in functions._iter_all_esms():
        source = mapping.get("EventSourceArn", "")
        if ":sqs:" not in source or not mapping.get("Enabled", True):
            continue
        url = sqs._queue_name_to_url.get_scoped(account, region, source.rsplit(":", 1)[-1])
        queue = sqs._queues.get_scoped(account, region, url) if url else None
        if queue:
            yield queue


def _and_look(shipped: Callable[..., Any], queues: MappedQueues) -> Callable[..., Any]:
    """Return a function that has the loop look at all sources after what it did as shipped."""

    def changed(*given: Any) -> Any:
        result = shipped(*given)
        queues.wake()
        return result

    return changed


def _apply() -> None:
    expect(functions._esm_wake is esm_wake, "lambda_svc._esm_wake")
    expect(hasattr(functions, "_poll_loop"), "lambda_svc._poll_loop")
    queues = MappedQueues()
    esm_wake.set = queues.wake
    functions._poll_loop = queues.serve_loop
    for name in ("_ensure_poller", "_update_esm"):
        setattr(functions, name, _and_look(getattr(functions, name), queues))
    rewrite(
        functions,
        "_run_sqs_batch",
        # The failed messages stay invisible for their time-out: that is pause enough.
        (
            "_esm_backoff_until[esm_id] = time.time() + _ESM_BACKOFF_SECONDS\n        return",
            "return",
        ),
    )
    current().add_source(queues)


CORRECTION = Correction(
    name="event_source_poller",
    wrong="mapped queues are polled once a second, and a failed batch halts its queue for a second",
    apply=_apply,
)
