"""Steps of a scenario: each has `at` and one action."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from mdmr.exchange.layouts.types import ORG_ID
from mdmr.operation.faults import Raw, Reader

from mdmr_local.simulate.inbound import Span, within
from mdmr_local.simulate.scenario import Upload

# What each action may have beside `at` and itself, and whether the hub can do it yet.
_ACTIONS = {
    "upload": ("prefix",),
    "gateway": ("planned", "then"),
    "service_request": (),
    "sync": ("ldc", "tx_id"),
    "failover": (),
}
_DONE_HERE = "upload"


def read_steps(reader: Reader, raw: Raw, folder: Path, span: Span) -> list[Upload]:
    """Return the steps in their order.

    Args:
        reader: gathers the faults.
        raw: what `steps` holds.
        folder: the scenario's; uploads are taken from their paths in it.
        span: start and end, between which each step must lie.
    """
    uploads = []
    for path, row in reader.rows(raw, "steps"):
        upload = _step(reader, row, path, folder, span)
        if upload is not None:
            uploads.append(upload)
    return uploads


def _step(reader: Reader, raw: Raw, path: str, folder: Path, span: Span) -> Upload | None:
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
    if actions[0] != _DONE_HERE:
        reader.fault(f"{path}.{actions[0]}", f"the hub cannot do the step {actions[0]!r} yet")
        return None
    return _upload(reader, row, path, folder, at)


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
