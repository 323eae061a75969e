"""Wrong variants of how synchronization sets are worked, for the list of planted faults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from typing import Any
from unittest.mock import patch

from mdmr.directory import writing
from mdmr.directory.documents import Document
from mdmr.ports.hub import Hub
from mdmr.ports.objects import ObjectStore
from mdmr.ports.state import StateStore
from mdmr.synchronization.processing import concluding, deciding, plans, reporting
from mdmr.synchronization.processing.plan import Plan
from mdmr.synchronization.sets import attending, closing, judging
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.sequence import Sequence as LdcSequence
from mdmr.synchronization.sets.states import SetState
from mdmr.synchronization.sets.waiting import Reason
from msgspec.structs import replace

from tests.simulation.drawn import BATCH

_WRITE, _WRITE_PLAN, _JUDGE = writing.write, plans.write, judging.judge
_DOCUMENTS, _LEFT, _RECIPIENTS = plans.documents, closing._left, reporting._recipients


def one_document_skipped() -> AbstractContextManager[object]:
    """Let the last document of each part be forgotten."""

    def write(
        directory: StateStore, documents: Sequence[Document], epoch: int
    ) -> list[Document | None]:
        return _WRITE(directory, documents[:-1], epoch) if documents[1:] else []

    return patch.object(writing, "write", write)


def turn_kept() -> AbstractContextManager[object]:
    """Let a set that ends keep its turn."""

    def left(_hub: Hub, found: LdcSequence, _before: FileSet, _after: FileSet) -> LdcSequence:
        return found

    return patch.object(closing, "_left", left)


def line_jumped() -> AbstractContextManager[object]:
    """Let a set be taken that only waits for the end of another."""

    def judge(facts: judging.Facts) -> judging.Verdict:
        verdict = _JUDGE(facts)
        waits = isinstance(verdict, judging.Wait) and verdict.reason is Reason.TURN
        return judging.Take() if waits else verdict

    return patch.object(attending, "judge", judge)


@contextmanager
def stops_alike() -> Iterator[None]:
    """Let the reports of every stop of a set, and of its end, bear the same number."""
    with patch.object(concluding, "rounds", _first), patch.object(deciding, "rounds", _first):
        yield


def refusals_forgotten() -> AbstractContextManager[object]:
    """Let the refused records of a part be left out of its plan."""

    def write(
        data: ObjectStore,
        key: str,
        made: Plan,
        *sections: Any,  # noqa: ANN401 - those of the original
    ) -> None:
        _WRITE_PLAN(data, key, replace(made, exceptions=[]), *sections)

    return patch.object(plans, "write", write)


def map_kept() -> AbstractContextManager[object]:
    """Let the map of a set be forgotten."""
    return patch.object(concluding, "_mapped", lambda *_args: None)


def first_batch_only() -> AbstractContextManager[object]:
    """Let a part be applied as far as its first batch goes."""

    def documents(*given: Any) -> Iterator[Document]:  # noqa: ANN401 - those of the original
        return islice(_DOCUMENTS(*given), BATCH)

    return patch.object(plans, "documents", documents)


def refused_counts() -> AbstractContextManager[object]:
    """Let a set that the operator refused be the last complete one."""

    def left(hub: Hub, found: LdcSequence, before: FileSet, after: FileSet) -> LdcSequence:
        made = _LEFT(hub, found, before, after)
        complete = after.state is SetState.COMPLETE and found.open == before.id
        return replace(made, extracted=after.extracted) if complete else made

    return patch.object(closing, "_left", left)


def ten_told() -> AbstractContextManager[object]:
    """Let the reports of a set go to ten organizations at most."""

    def recipients(*given: Any) -> tuple[str, ...]:  # noqa: ANN401 - those of the original
        return _RECIPIENTS(*given)[:10]

    return patch.object(reporting, "_recipients", recipients)


def files_left() -> AbstractContextManager[object]:
    """Let the files of a set that ends stay as they are."""
    return patch.object(closing, "end_files", lambda *_args: None)


def _first(_each: FileSet) -> int:
    return 0
