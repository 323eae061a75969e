"""Enters threads, pooled calls and HTTP requests of the emulator in the ledger.

Everything that is started counts, except the few endless loops named here: an unknown one makes
the clock stand still and names itself in the hang guard's message, it never lets time run away.
"""

import concurrent.futures.thread as pool
import threading
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import Future
from typing import Any

from mdmr_local.clock.ledger import Ledger

Scope = MutableMapping[str, Any]
Asgi = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Any]

# Endless loops, and threads whose starter is counted and waits for them, by what they run.
_NOT_WORK = frozenset(
    {
        "_worker",  # of a thread pool; its calls are counted one by one
        "serve_loop",  # of the event-source mapper, which counts its own work
        "_poll_loop",
        "_scheduler_loop",
        "_ticker_loop",
        "_ttl_reaper",
        "_loop",  # of the reapers of idle workers and containers
        "_read_stderr",
        "_read_response",  # of Worker.invoke, which waits for it
    }
)
# Reading these never starts work.
_NOT_WORK_PATHS = ("/_mdmr/", "/_ministack/")


def count_threads_and_calls(ledger: Ledger) -> None:
    """Have every thread, and every call handed to a thread pool, counted from start to end."""
    _count_threads(ledger)
    _count_pooled_calls(ledger)


def count_requests(app: Asgi, ledger: Ledger) -> Asgi:
    """Return the ASGI application with its HTTP requests counted."""

    async def counted(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_NOT_WORK_PATHS):
            await app(scope, receive, send)
            return
        number = ledger.begin(f"request {scope['method']} {scope['path']}")
        try:
            await app(scope, receive, send)
        finally:
            ledger.end(number)

    return counted


def works_of(parts: Iterable[Any]) -> list[int]:
    """Return the ledger numbers of threads or futures."""
    return [part.mdmr_work for part in parts if hasattr(part, "mdmr_work")]


def _count_threads(ledger: Ledger) -> None:
    threads: Any = threading.Thread
    start = threads.start

    def counted_start(thread: threading.Thread) -> None:
        description = _description(thread)
        if description is None or ledger.is_uncounted():
            start(thread)
            return
        number = ledger.begin(description)
        run = thread.run

        def counted_run() -> None:
            ledger.adopt(number)
            try:
                run()
            finally:
                ledger.end(number)

        thread.run = counted_run  # type: ignore[method-assign]
        thread.mdmr_work = number  # type: ignore[attr-defined]
        try:
            start(thread)
        except BaseException:
            ledger.end(number)
            raise

    threads.start = counted_start


def _description(thread: threading.Thread) -> str | None:
    """Return what the thread does, or None when it is no work."""
    target = getattr(thread, "_target", None)
    if target is None:
        return f"thread {thread.name}"
    name = str(getattr(target, "__name__", target))
    if name in _NOT_WORK:
        return None
    if name == "run":  # a copied context: the function is the first argument
        name = " ".join(str(getattr(part, "__name__", part)) for part in thread._args[:2])  # type: ignore[attr-defined]
    return f"thread {name}"[:200]


def _count_pooled_calls(ledger: Ledger) -> None:
    calls: Any = pool
    base: Any = calls._WorkItem

    class CountedCall(base):  # type: ignore[misc]
        def __init__(self, future: Future[Any], fn: Any, args: Any, kwargs: Any) -> None:
            super().__init__(future, fn, args, kwargs)
            self.mdmr_work: int | None = None
            if not ledger.is_uncounted():
                self.mdmr_work = ledger.begin(
                    f"call {getattr(fn, '__name__', fn)} {args[:1]}"[:200]
                )
                future.mdmr_work = self.mdmr_work  # type: ignore[attr-defined]

        def run(self) -> None:
            ledger.adopt(self.mdmr_work)
            try:
                super().run()
            finally:
                ledger.adopt(None)
                if self.mdmr_work is not None:
                    ledger.end(self.mdmr_work)

    calls._WorkItem = CountedCall
