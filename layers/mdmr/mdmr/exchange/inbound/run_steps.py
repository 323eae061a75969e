"""The steps of a slot's run, as machines send them, and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from mdmr.jobs.steps import Answer, Payload, Step


class SlotClosed(Answer, frozen=True, kw_only=True):
    """The LDCs that have files in the slot."""

    ldcs: list[str]


class FilesWorked(Answer, frozen=True, kw_only=True):
    """Whether more files of the LDC are left."""

    more: bool


class SlotFinished(Answer, frozen=True, kw_only=True):
    """Whether the run of the slot is over."""

    over: bool


class FileFailed(Answer, frozen=True, kw_only=True):
    """The receipt id of the file that has failed, None when there was none to fail."""

    file: str | None = None


class CloseSlot(Payload, frozen=True, kw_only=True):
    """Close a slot: no file joins it any more."""

    answer: ClassVar = SlotClosed
    slot: str


class WorkFiles(Payload, frozen=True, kw_only=True):
    """Work the files of an LDC in a slot for a while, oldest first."""

    answer: ClassVar = FilesWorked
    slot: str
    ldc: str


class Summarize(Payload, frozen=True, kw_only=True):
    """Write the summaries of an LDC in a slot."""

    slot: str
    ldc: str


class FinishSlot(Payload, frozen=True, kw_only=True):
    """Note that the run of a slot is over, if it is."""

    answer: ClassVar = SlotFinished
    slot: str


class FailFile(Step, frozen=True, kw_only=True, tag="file"):
    """Fail the file of an LDC that is being worked; `error` is the name of the fault."""

    answer: ClassVar = FileFailed
    slot: str
    ldc: str
    error: str


class FailSummary(Step, frozen=True, kw_only=True, tag="summary"):
    """Open an incident: the summaries of an LDC could not be written."""

    answer: ClassVar = FileFailed
    slot: str
    ldc: str
    error: str


class FailSlot(Step, frozen=True, kw_only=True, tag="slot"):
    """Fail every file of a slot that is not over, and open an incident."""

    answer: ClassVar = FileFailed
    slot: str
    error: str


def upgraded(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the payload of a step that fails something as today's machines send it.

    Those of the release before told the step by `ldc`, by `summary` (an LDC) or by neither.
    """
    if "step" in payload:
        return payload
    if "summary" in payload:
        return {**payload, "step": "summary", "ldc": payload["summary"]}
    return {**payload, "step": "file" if "ldc" in payload else "slot"}
