"""The emulator's process: ministack, corrected, under its clock. ``python -m mdmr_local.launch``.

Its settings come from the environment (:mod:`mdmr_local.settings`). The order matters: time travel
begins and the environment is set before ministack is imported; it is corrected before it serves.
"""

# ruff: noqa: PLC0415 - what is imported when is the point

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdmr_local.clock import install
from mdmr_local.clock.deadlines import Clock, RealClock, VirtualClock
from mdmr_local.clock.ledger import Ledger
from mdmr_local.durable.datafile import DamagedDataError
from mdmr_local.lifeline import end_with_parent
from mdmr_local.settings import REFUSAL, Settings
from mdmr_local.wire import offered

if TYPE_CHECKING:
    from mdmr_local.durable.keeper import Keeper


def main() -> None:
    """Run the emulator until it is told to stop."""
    settings = Settings.read(os.environ)
    end_with_parent(settings.lifeline)
    os.environ.update(settings.emulator_environment())
    clock = _clock(settings)
    install(clock)
    app, keeper = _corrected_app(settings, clock) if settings.corrected else (_app(), None)
    from mdmr_local.serving import serve

    _allow_many_connections()
    for each in (signal.SIGINT, signal.SIGTERM):
        # The server stops, and then sends the signal once more to whoever had it before.
        signal.signal(each, lambda *_: None)
    serve(app, settings, keeper.end if keeper else _nothing, _wire(settings, clock))
    if keeper:
        keeper.close()


def _nothing() -> None:
    """Start or end nothing."""


def _clock(settings: Settings) -> Clock:
    if settings.virtual_start is None or not settings.corrected:
        return RealClock(Ledger())
    from mdmr_local.clock.travel import start_travelling

    return VirtualClock(Ledger(), start_travelling(settings.virtual_start))


def _app() -> Any:
    from ministack import app

    return app.app


def _corrected_app(settings: Settings, clock: Clock) -> tuple[Any, Keeper | None]:
    """Return the emulator, corrected, and who keeps its state, if anybody does."""
    from mdmr_local import statistics, usage
    from mdmr_local.clock.control import Control
    from mdmr_local.clock.instrument import count_requests, count_threads_and_calls
    from mdmr_local.corrections import apply_all

    apply_all()
    app = usage.count_kinds(_app())
    if isinstance(clock, VirtualClock):
        app = count_requests(app, clock.ledger)
        count_threads_and_calls(clock.ledger)
    _silence_ended_executions()
    start = clock.start if isinstance(clock, RealClock) else _nothing
    keeper = _keeper(settings) if settings.data_dir else None
    if keeper is None:
        start()
        return Control(app, clock, statistics.read, usage.read), None
    app = keeper.watch(app, start)
    return Control(app, clock, statistics.read, usage.read, keeper), keeper


def _wire(settings: Settings, clock: Clock) -> Any:
    """Return what answers those who do not speak HTTP, None where nobody may."""
    if not offered(settings):
        return None
    from mdmr_local.wire.server import answering

    return answering(clock.ledger)


def _keeper(settings: Settings) -> Keeper:
    """Bring the state back that the data folder has; end here if it cannot be used."""
    from mdmr_local.durable.keeper import Keeper

    keeper = Keeper(Path(settings.data_dir), settings.save_every)
    try:
        keeper.restore()
    except (DamagedDataError, sqlite3.Error, OSError) as error:
        where = "" if isinstance(error, DamagedDataError) else f"{settings.data_dir}: "
        sys.stdout.write(f"{REFUSAL}{where}{error}\n")
        sys.stdout.flush()
        # At once: a file that is closed in order would be changed.
        os._exit(1)
    return keeper


def _silence_ended_executions() -> None:
    from mdmr_local.corrections.waiting_executions import ExecutionEndedError

    shipped = threading.excepthook

    def hook(args: Any) -> None:
        if not issubclass(args.exc_type, ExecutionEndedError):
            shipped(args)

    threading.excepthook = hook


def _allow_many_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    main()
