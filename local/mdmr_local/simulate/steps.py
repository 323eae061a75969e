"""Steps of a scenario: each has `at` and one action."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from mdmr.exchange.files.layouts.types import ORG_ID, TX_ID
from mdmr.operation.faults import Raw, Reader, shown
from mdmr.ports.authority import GatewayMode

from mdmr_local.simulate.inbound import Span, within
from mdmr_local.simulate.paths import file_inside
from mdmr_local.simulate.scenario import (
    GatewayChange,
    SequenceReset,
    SetDecision,
    Step,
    Upload,
)

# What each action may have beside `at` and itself.
_ACTIONS = {
    "upload": ("prefix",),
    "gateway": ("planned", "then"),
    "service_request": (),
    "sync": ("ldc", "tx_id"),
    "failover": (),
}
_DECISIONS = {"release": "RELEASE", "refuse": "REFUSE"}
_SEQUENCE_RESET = "Synchronization Sequence Reset"
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
    read = {"gateway": _gateway, "sync": _sync, "service_request": _service_request}
    if actions[0] in read:
        return read[actions[0]](reader, row, path, at)
    reader.fault(f"{path}.{actions[0]}", f"the hub cannot do the step {shown(actions[0])} yet")
    return None


def _sync(
    reader: Reader, row: dict[str, Raw], path: str, at: datetime | None
) -> SetDecision | None:
    word = reader.text(row.get("sync"), f"{path}.sync")
    if word not in _DECISIONS:
        reader.fault(f"{path}.sync", f"{shown(word)} is none of {', '.join(_DECISIONS)}")
        return None
    ldc = _ldc(reader, row.get("ldc"), f"{path}.ldc")
    tx_id = reader.filled(row.get("tx_id"), f"{path}.tx_id")
    if tx_id and not TX_ID.accepts(tx_id):
        reader.fault(f"{path}.tx_id", f"{shown(tx_id)} is no TX_ID")
    return None if at is None else SetDecision(at, _DECISIONS[word], ldc, tx_id)


def _service_request(
    reader: Reader, row: dict[str, Raw], path: str, at: datetime | None
) -> SequenceReset | None:
    path = f"{path}.service_request"
    keys = ("kind", "by", "input")
    asked = reader.mapping(row.get("service_request"), path, keys, keys)
    kind = asked.get("kind")
    if kind != _SEQUENCE_RESET:
        reader.fault(f"{path}.kind", f"the hub cannot do the service_request {shown(kind)} yet")
        return None
    ldc = _ldc(reader, asked.get("by"), f"{path}.by")
    given = reader.mapping(asked.get("input"), f"{path}.input", ("next",), ("next",))
    number = reader.text(given.get("next"), f"{path}.input.next")
    if not (number.isascii() and number.isdigit() and int(number) > 0):
        reader.fault(f"{path}.input.next", "must be a whole number from 1")
        return None
    return None if at is None else SequenceReset(at, ldc, int(number))


def _ldc(reader: Reader, raw: Raw, path: str) -> str:
    ldc = reader.filled(raw, path)
    if ldc and not ORG_ID.accepts(ldc):
        reader.fault(path, f"{shown(ldc)} is no ORG ID")
    return ldc


def _gateway(
    reader: Reader, row: dict[str, Raw], path: str, at: datetime | None
) -> GatewayChange | None:
    mode = reader.text(row.get("gateway"), f"{path}.gateway")
    if mode not in _MODES:
        reader.fault(f"{path}.gateway", f"{shown(mode)} is none of {', '.join(_MODES)}")
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
    file = file_inside(folder, text)
    if file is None:
        reader.fault(f"{path}.upload", f"{shown(text)} is no file in the scenario's folder")
    prefix = reader.text(row.get("prefix"), f"{path}.prefix")
    if not ORG_ID.accepts(prefix):
        reader.fault(f"{path}.prefix", f"{shown(prefix)} is no ORG ID")
    return None if at is None or file is None else Upload(at, file, prefix)
