"""The emulator's process: ministack, corrected, under its clock. ``python -m mdmr_local.launch``.

Its settings come from the environment (:mod:`mdmr_local.settings`). The order matters: time travel
begins and the environment is set before ministack is imported; it is corrected before it serves.
"""

# ruff: noqa: PLC0415 - what is imported when is the point

import os
import resource
import threading
from typing import Any

from mdmr_local.clock import install
from mdmr_local.clock.deadlines import Clock, RealClock, VirtualClock
from mdmr_local.clock.ledger import Ledger
from mdmr_local.settings import Settings


def main() -> None:
    """Run the emulator until it is told to stop."""
    settings = Settings.read(os.environ)
    os.environ.update(settings.emulator_environment())
    clock = _clock(settings)
    install(clock)
    from mdmr_local.serving import serve

    app = _corrected_app(settings, clock) if settings.corrected else _app()
    _allow_many_connections()
    serve(app, settings)


def _clock(settings: Settings) -> Clock:
    if settings.virtual_start is None or not settings.corrected:
        return RealClock(Ledger())
    from mdmr_local.clock.travel import start_travelling

    return VirtualClock(Ledger(), start_travelling(settings.virtual_start))


def _app() -> Any:
    from ministack import app

    return app.app


def _corrected_app(settings: Settings, clock: Clock) -> Any:
    from mdmr_local import statistics, usage
    from mdmr_local.clock.control import Control
    from mdmr_local.clock.instrument import count_requests, count_threads_and_calls
    from mdmr_local.corrections import apply_all

    apply_all()
    app = usage.count_kinds(_app())
    if isinstance(clock, VirtualClock):
        app = count_requests(app, clock.ledger)
        count_threads_and_calls(clock.ledger)
    elif isinstance(clock, RealClock):
        clock.start()
    _silence_ended_executions()
    save = None
    if settings.data_dir:
        from mdmr_local.persistence import Keeper, keep_only_what_the_hub_uses

        keep_only_what_the_hub_uses()
        keeper = Keeper(settings.save_every)
        app, save = keeper.watch(app), keeper.save
        keeper.start()
    return Control(app, clock, statistics.read, usage.read, save)


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
