"""Steps of a scenario: each has `at` and one action."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from mdmr.exchange.files.layouts.types import ORG_ID
from mdmr.operation.faults import Raw, Reader
from mdmr.ports.authority import GatewayMode

from mdmr_local.simulate.inbound import Span, within
from mdmr_local.simulate.scenario import GatewayChange, Step, Upload

# What each action may have beside `at` and itself.
_ACTIONS = {
    "upload": ("prefix",),
    "gateway": ("planned", "then"),
    "service_request": (),
    "sync": ("ldc", "tx_id"),
    "failover": (),
}
_MODES = tuple(each.value for each in GatewayMode)
_AFTER_DRAIN = ("HOLD", "REJECT")


def read_steps(reader: Reader, raw: Raw, folder: Path, span: Span) -> list[Step]:
    """Return the steps in their order.

    Args:
        reader: gathers the faults.
        raw: what `steps` holds.
        folder: the scenario's; uploads are taken from their paths in it.
        span: start and end, between which each step must lie.
    """
    steps = []
    for path, row in reader.rows(raw, "steps"):
        step = _step(reader, row, path, folder, span)
        if step is not None:
            steps.append(step)
    return steps


def _step(reader: Reader, raw: Raw, path: str, folder: Path, span: Span) -> Step | None:
    actions = [name for name in _ACTIONS if isinstance(raw, dict) and name in raw]
    known = [each for name in actions for each in (name, *_ACTIONS[name])]
    row = reader.mapping(raw, path, ("at", *(known or _ACTIONS)), ("at",))
    at = reader.instant(row.get("at"), f"{path}.at")
    if at is not None and not within(at, span):
        reader.fault(f"{path}.at", "lies outside `start` and `until`")
    if not isinstance(raw, dict):
        return None
    if len(actions) != 1:
        reader.fault(path, f"must have one action of {', '.join(_ACTIONS)}")
        return None
    if actions[0] == "upload":
        return _upload(reader, row, path, folder, at)
    if actions[0] == "gateway":
        return _gateway(reader, row, path, at)
    reader.fault(f"{path}.{actions[0]}", f"the hub cannot do the step {actions[0]!r} yet")
    return None


def _gateway(
    reader: Reader, row: dict[str, Raw], path: str, at: datetime | None
) -> GatewayChange | None:
    mode = reader.text(row.get("gateway"), f"{path}.gateway")
    if mode not in _MODES:
        reader.fault(f"{path}.gateway", f"{mode!r} is none of {', '.join(_MODES)}")
    then, planned = row.get("then"), reader.instant(row.get("planned"), f"{path}.planned")
    if mode != GatewayMode.DRAIN.value:
        for key in ("then", "planned"):
            if row.get(key) is not None:
                reader.fault(f"{path}.{key}", "only DRAIN is followed by something")
    elif then is not None and then not in _AFTER_DRAIN:
        reader.fault(f"{path}.then", f"must be one of {', '.join(_AFTER_DRAIN)}")
    if at is not None and planned is not None and planned <= at:
        reader.fault(f"{path}.planned", "must lie after `at`")
    return None if at is None else GatewayChange(at, mode, str(then) if then else None, planned)


def _upload(
    reader: Reader, row: dict[str, Raw], path: str, folder: Path, at: datetime | None
) -> Upload | None:
    text = reader.text(row.get("upload"), f"{path}.upload")
    file = (folder / text).resolve()
    if not text or not file.is_relative_to(folder.resolve()) or not file.is_file():
        reader.fault(f"{path}.upload", f"{text!r} is no file in the scenario's folder")
    prefix = reader.text(row.get("prefix"), f"{path}.prefix")
    if not ORG_ID.accepts(prefix):
        reader.fault(f"{path}.prefix", f"{prefix!r} is no ORG ID")
    return None if at is None else Upload(at, file, prefix)
