"""Runs a scenario: deploys the hub, moves time from step to step, writes what came of it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError
from mdmr.exchange.ledger.events import FILE_DELIVERED

from mdmr_local.deploy import DeploymentError
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.errors import EmbeddedAwsError, StuckError
from mdmr_local.hub import LocalHub, deploy_hub
from mdmr_local.operating import OperateError, RefusedError
from mdmr_local.simulate import inspection
from mdmr_local.simulate.inbound import shown
from mdmr_local.simulate.listening import Listener
from mdmr_local.simulate.outcome import Outcome
from mdmr_local.simulate.output import Output
from mdmr_local.simulate.scenario import (
    GatewayChange,
    Scenario,
    SequenceReset,
    SetDecision,
    Step,
    Upload,
)

Progress = Callable[[str], None]

# Time moves in strides, so that progress is seen and no queue forgets what it holds.
_STRIDE = timedelta(days=7)
_OPEN, _HOLD, _REJECT = "OPEN", "HOLD", "REJECT"
_BROKEN = (
    BotoCoreError,
    ClientError,
    DeploymentError,
    EmbeddedAwsError,
    OperateError,
)


def run(scenario: Scenario, out: Path, *, seed: int | None, progress: Progress) -> Outcome:
    """Run a scenario and return what came of it.

    Args:
        scenario: what happens when.
        out: the folder to write, which does not exist or is empty.
        seed: of the identifier secret; by chance when None.
        progress: is told what goes on.

    Returns:
        The outcome. Its failures tell whether the run is to be trusted; what had been written
        when something failed stays.

    Raises:
        OSError: the folder cannot be written.
    """
    began = time.monotonic()
    outcome = Outcome(scenario.start, scenario.start)
    output = Output(out)
    try:
        with EmbeddedAws(virtual_start=scenario.start) as embedded:
            _Run(scenario, embedded, output, outcome, progress).all(seed)
    except StuckError as error:
        outcome.failures += [str(error), *(f"in flight: {work}" for work in error.in_flight)]
    except _BROKEN as error:
        outcome.failures.append(str(error))
    outcome.wall_seconds = time.monotonic() - began
    outcome.delivered = output.delivered()
    output.write_files(outcome.files)
    output.write_run(outcome)
    return outcome


class _Run:
    """One run of a scenario on an embedded AWS that was just started."""

    def __init__(
        self,
        scenario: Scenario,
        embedded: EmbeddedAws,
        output: Output,
        outcome: Outcome,
        progress: Progress,
    ) -> None:
        self._scenario = scenario
        self._embedded = embedded
        self._output = output
        self._outcome = outcome
        self._progress = progress

    def all(self, seed: int | None) -> None:
        """Deploy, move time from step to step until the end, and look at what came of it."""
        hub = self._started(seed)
        listener = Listener(hub)
        timeline = list(self._scenario.timeline())
        due = [step for step in timeline if step.at <= self._scenario.until]
        self._outcome.not_reached = sum(
            isinstance(step, Upload) and step.at > self._scenario.until for step in timeline
        )
        try:
            for step in due:
                self._advance(hub, listener, step.at)
                self._do(hub, step)
            self._advance(hub, listener, self._scenario.until)
        finally:
            if self._embedded.is_running():
                self._look(hub, listener)

    def _started(self, seed: int | None) -> LocalHub:
        self._progress("deploying the hub")
        hub = deploy_hub(self._embedded, self._scenario.environment)
        if seed is not None:
            hub.set_identifier_secret(secret_of(seed))
        hub.operator.start()
        hub.operator.apply(self._scenario.document)
        self._embedded.settle()
        return hub

    def _advance(self, hub: LocalHub, listener: Listener, instant: datetime) -> None:
        """Bring time to an instant; all that comes due until then, and then, is done."""
        while self._outcome.end < instant:
            stop = min(instant, self._outcome.end + _STRIDE)
            self._embedded.advance_to(stop)
            self._outcome.end = stop
            self._hear(hub, listener)
            self._progress(shown(stop))

    def _do(self, hub: LocalHub, step: Step) -> None:
        match step:
            case Upload():
                self._upload(hub, step)
            case GatewayChange():
                self._change_gateway(hub, step)
            case SetDecision():
                self._decide(hub, step)
            case SequenceReset():
                self._ask(hub, step.at, "sets.number", ldc=step.ldc, next=step.next)

    def _decide(self, hub: LocalHub, step: SetDecision) -> None:
        found = [each["set"] for each in hub.operator.ask("sets", set=step.ldc)["sets"]]
        named = [each for each in found if each.split("-", 3)[3] == step.tx_id]
        if len(named) != 1:
            text = f"{step.tx_id} of {step.ldc} is no set that is under way"
            self._outcome.failures.append(f"{shown(step.at)}: {text}")
            return
        self._ask(hub, step.at, "sets.decide", set=named[0], decision=step.decision)

    def _ask(self, hub: LocalHub, at: datetime, action: str, **what: Any) -> None:
        """Ask the operator for something; what the hub refuses is a failure of the run."""
        self._progress(f"{shown(at)} {action}")
        try:
            hub.operator.ask(action, why="step of the scenario", request=uuid4().hex, **what)
        except RefusedError as error:
            self._outcome.failures.append(f"{shown(at)}: {error}")
        self._embedded.settle()

    def _change_gateway(self, hub: LocalHub, change: GatewayChange) -> None:
        self._progress(f"{shown(change.at)} gateway {change.mode}")
        modes = [change.mode]
        # Only a closed gateway can begin to refuse.
        if change.mode == _REJECT and hub.operator.gateway_mode() == _OPEN:
            modes.insert(0, _HOLD)
        for mode in modes:
            hub.operator.ask(
                "gateway.change",
                mode=mode,
                then=change.then,
                planned=change.planned and change.planned.isoformat(),
                why="step of the scenario",
            )
            self._embedded.settle()

    def _upload(self, hub: LocalHub, upload: Upload) -> None:
        self._progress(f"{shown(upload.at)} {upload.organization} uploads {upload.name}")
        with upload.path.open("rb") as content:
            hub.upload(upload.organization, upload.name, content)
        # One after the other: at one instant, names decide the order and nothing else.
        self._embedded.settle()

    def _hear(self, hub: LocalHub, listener: Listener) -> None:
        for event in listener.events():
            self._output.add_event(event)
            if event.kind == FILE_DELIVERED and not self._output.has(event.bucket_key):
                self._output.add_outbound(event.bucket_key, hub.fetch(event.bucket_key))
        self._outcome.failures += (f"dead message: {message}" for message in listener.dead())

    def _look(self, hub: LocalHub, listener: Listener) -> None:
        self._hear(hub, listener)
        for key in hub.outbound_keys():
            if not self._output.has(key):
                self._output.add_outbound(key, hub.fetch(key))
        outcome = self._outcome
        outcome.files = inspection.files(hub)
        outcome.failures += inspection.failures(hub, outcome.files, outcome.end)
        outcome.used = self._embedded.statistics()
        usage = self._embedded.usage()
        outcome.processor_seconds = usage.emulator_seconds + sum(usage.function_seconds.values())


def secret_of(seed: int) -> str:
    """Return the identifier secret of a seed."""
    return hashlib.sha256(f"mdmr simulate {seed}".encode()).hexdigest()
