"""The process of synchronization: an accepted file joins its set, unless that takes no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from mdmr.exchange.files.names import FileName
from mdmr.exchange.ledger import unfinished
from mdmr.ports.parts import ProcessHub
from mdmr.ports.processes import AcceptedFile, Covers, Joined, NotRetriedError, OpenWork
from mdmr.ports.state import Equal, Item, Update
from mdmr.ports.work import WorkedIn
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import execution, rows
from mdmr.synchronization.sets.rows import FileSet, SetFile, SetStep
from mdmr.synchronization.sets.states import SetState
from mdmr.synchronization.sets.waiting import Reason

# The end of a set is reported to nobody inside: while it is at work it is looked at so often.
_LOOKED_AT_EVERY = timedelta(minutes=15)
_AT_WORK = frozenset({SetState.STAGING, SetState.LOADED, SetState.PROCESSING})
_END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


class SetProcess(Struct, frozen=True):
    """The process that works the files of a set together, from the first one that comes in."""

    name: str = execution.PROCESS

    def takes(self, hub: ProcessHub, file_name: str) -> bool:
        """Return whether the set of a file takes more files: it is neither complete nor over.

        A name without set and part is asked about as well: it has no set, and F005 refuses it.
        """
        set_id = SetId.of_file(FileName.parse(file_name))
        row = None if set_id is None else hub.state.get(set_id.key)
        return row is None or not row["closed"]

    def join(self, hub: ProcessHub, file: AcceptedFile, at: datetime) -> Joined:
        """Let a file join its set, the first one begins it.

        On condition that the set still takes files, and for the first that there is none yet.
        """
        set_id, number, segment = _set_of(file.arrival.name)
        joined = rows.put_file(set_id, _set_file(file, number, segment, at))
        if hub.state.get(set_id.key) is None:
            begun = rows.begin(
                FileSet(
                    set_id,
                    SetState.COLLECTING,
                    first=at,
                    epoch=file.epoch,
                    latest=file.id,
                    history=(SetStep(SetState.COLLECTING, at),),
                )
            )
            return Joined(set_id.worked_in, (begun, joined))
        # Only this attribute: whoever decides about the set sees by it that one more file is there.
        open_still = Equal("closed", value=False)
        one_more = Update(set_id.key, set={"latest": file.id}, condition=open_still)
        return Joined(set_id.worked_in, (one_more, joined))

    def join_again(self, hub: ProcessHub, file: AcceptedFile, at: datetime) -> Joined:  # noqa: ARG002 - a set is released instead
        """Raise NotRetriedError: files of a set go on with their set, or not at all."""
        raise NotRetriedError(file.arrival.name)

    def start(self, hub: ProcessHub, worked_in: WorkedIn) -> None:
        """Start the execution of a set, or let it look at the set again."""
        execution.wake(hub, SetId.of(worked_in.id))

    def open_work(self, hub: ProcessHub, covers: Covers, now: datetime) -> list[OpenWork]:
        """Return the sets that are being staged or processed."""
        at_work = (
            _set_of_item(item)
            for item in _unfinished_sets(hub)
            if SetState(str(item["state"])) in _AT_WORK
        )
        return [
            OpenWork(set_id.worked_in, now + _LOOKED_AT_EVERY)
            for set_id in at_work
            if covers is None or covers(rows.concern_of(set_id))
        ]

    def resume(self, hub: ProcessHub, version: int) -> None:  # noqa: ARG002 - a look starts nothing twice
        """Let the sets look again that wait for the gateway, as far as an index shows them.

        Those that it does not show yet look again by themselves.
        """
        for item in _unfinished_sets(hub):
            if item.get("waits_for") == Reason.GATEWAY.value:
                execution.wake(hub, _set_of_item(item))


SYNCHRONIZATION = SetProcess()


def _set_of(file_name: str) -> tuple[SetId, str, str]:
    """Return the set of a file, its number and its segment."""
    name = FileName.parse(file_name)
    set_id = SetId.of_file(name)
    if name is None or name.part is None or set_id is None:
        message = "a file of a set names its part: F005 has made sure of it"
        raise ValueError(message)
    return set_id, name.part.file_no, name.part.segment_no


def _set_file(file: AcceptedFile, number: str, segment: str, at: datetime) -> SetFile:
    arrival = file.arrival
    return SetFile(
        number,
        segment,
        arrival.name,
        arrival.key,
        arrival.version_id,
        file.id,
        file.details,
        arrival.arrived,
        at,
    )


def _unfinished_sets(hub: ProcessHub) -> list[Item]:
    return list(unfinished.overdue(hub.state, _END_OF_TIME, ("SET",)))


def _set_of_item(item: Item) -> SetId:
    return SetId.of(str(item["pk"]).partition("#")[2])
