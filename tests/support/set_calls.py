"""Every use case of file sets, each about to be called on a hub prepared for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from unittest.mock import patch

from mdmr.calendar.instants import EST
from mdmr.directory import writing
from mdmr.directory.documents import Document
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.outbound.resending import Asked
from mdmr.ports.hub import Hub
from mdmr.ports.state import StateStore
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import attending, deciding, rows
from mdmr.synchronization.sets.states import Decision, SetState

from tests.support.call import Call
from tests.support.market import LDC, set_parameter
from tests.support.set_runs import Event, processing_of, run_set, staging_of
from tests.support.set_steps import process_step, stage_step
from tests.support.story import Platform
from tests.support.towns import HOUSE, SHOP, meter, sdp
from tests.support.working import files_of, hub_with, send, work_messages

NOW = datetime(2025, 10, 21, 15, 0, 30, tzinfo=EST)
TOWN = sdp(HOUSE) + meter(1) + f"REL|SM|{HOUSE}|M-1|20250901000000|\n"
GROWN = TOWN + sdp(SHOP)
# Its Start lies before the SDP's: one exception.
REFUSED = f"SAG|{HOUSE}|04|E|20250801000000|\n"
BROKEN = TOWN.replace("|AC|", "|XX|")
ASKED = Asked("a request", "test", "as agreed")
_Steps = Iterator[tuple[str, Event]]


def town_hub() -> Platform:
    """Return a hub in operation where the town's numbers are issued."""
    return hub_with((HOUSE, SHOP), at=NOW)


def sent(
    ready: Platform, told: str, sequence: int = 1, *, file_id: str = "4000", tx_id: str = ""
) -> SetId:
    """Send a set of these records; its execution waits for the test."""
    name = tx_id or f"tx{sequence:04}"
    return send(ready, files_of(told, name, sequence, at=ready.clock.now(), file_id=file_id))


def _calling(ready: Platform, use: Callable[[Hub], object]) -> Call:
    work_messages(ready)
    return Call(ready, use)


def _looking(ready: Platform, set_id: SetId) -> Call:
    return _calling(ready, lambda hub: attending.look(hub, set_id))


def collecting() -> Call:
    """Intake of the last file of a set."""
    ready = town_hub()
    (name, body), *others = files_of(TOWN, "tx0001", 1, at=NOW).items()
    send(ready, dict(others))
    arrival = ready.upload(f"{name.split('.')[1]}/{name}", body)
    return _calling(ready, lambda hub: take_in(hub, arrival))


def _incomplete() -> tuple[Platform, SetId]:
    ready = town_hub()
    _, *files = files_of(TOWN, "tx0001", 1, at=NOW).items()
    return ready, send(ready, dict(files))


def waiting() -> Call:
    """A look at a set that lacks its Manifest."""
    return _looking(*_incomplete())


def parking() -> Call:
    """The begin of a wait."""
    ready, set_id = _incomplete()
    left = attending.look(ready.hub, set_id).each
    return _calling(
        ready,
        lambda hub: attending.park(
            hub, set_id, "token", revision=left.revision, latest=left.latest
        ),
    )


def rejecting() -> Call:
    """The look at an incomplete set at the end of its wait."""
    ready, set_id = _incomplete()
    run_set(ready.hub, set_id)
    ready.clock.advance(timedelta(hours=1))
    return _looking(ready, set_id)


def taking() -> Call:
    """The look at a complete set whose turn it is, another one waiting behind it."""
    ready = town_hub()
    run_set(ready.hub, sent(ready, GROWN, 2))
    return _looking(ready, sent(ready, TOWN))


def holding() -> Call:
    """The look at a complete set whose turn it is not."""
    ready = town_hub()
    return _looking(ready, sent(ready, GROWN, 2))


def _before(steps: _Steps, name: str) -> Event:
    """Take steps until the last one of a name is about to be taken, and return what it is for."""
    return next(more for step, more in steps if step == name)


def _staging(told: str = TOWN) -> tuple[Platform, SetId]:
    ready = town_hub()
    set_id = sent(ready, told)
    attending.look(ready.hub, set_id)
    return ready, set_id


def _stage_call(ready: Platform, set_id: SetId, step: str) -> Call:
    more = _before(staging_of(ready.hub, set_id), step)
    return _calling(ready, lambda hub: stage_step(hub, set_id, step, **more))


def reading() -> Call:
    """The reading of a segment."""
    return _stage_call(*_staging(), "read")


def gathering() -> Call:
    """The gathering of what was read into parts."""
    return _stage_call(*_staging(), "gather")


def judging() -> Call:
    """The judgement of a part."""
    return _stage_call(*_staging(), "judge")


def loading() -> Call:
    """The decision that a set is loaded, with its report."""
    return _stage_call(*_staging(), "load")


def refusing_to_load() -> Call:
    """The decision that a set failed; one that waits behind it is woken."""
    ready, set_id = _staging(BROKEN)
    run_set(ready.hub, sent(ready, TOWN, 2))
    return _stage_call(ready, set_id, "load")


def _second_p_sync() -> tuple[Platform, SetId]:
    ready = town_hub()
    run_set(ready.hub, sent(ready, TOWN, 1, file_id="3000"))
    ready.clock.advance(timedelta(hours=1))
    set_id = sent(ready, TOWN.replace("L6H0A1", "L6H0A2"), 2, file_id="3000")
    attending.look(ready.hub, set_id)
    return ready, set_id


def comparing() -> Call:
    """The comparison of a segment with that of the P-Sync before."""
    return _stage_call(*_second_p_sync(), "compare")


def touching() -> Call:
    """The naming of what the difference between two P-Syncs is about."""
    return _stage_call(*_second_p_sync(), "touch")


def _loaded(told: str = TOWN, *, thresholds: bool = False) -> tuple[Platform, SetId]:
    """Return a set that is loaded; with thresholds, one that exceeds that of changed meters."""
    ready = town_hub()
    if thresholds:
        for name in ("thr_floor_sdps", "thr_attr_pct", "thr_attr_min"):
            set_parameter(ready.hub, f"sync.{name}", "0", owner=LDC)
        run_set(ready.hub, sent(ready, TOWN))
    set_id = sent(ready, told, 2 if thresholds else 1)
    attending.look(ready.hub, set_id)
    for _ in staging_of(ready.hub, set_id):
        pass
    return ready, set_id


def _process_call(ready: Platform, set_id: SetId, step: str) -> Call:
    each = rows.find(ready.hub.state, set_id)
    assert each is not None
    assert each.state is SetState.LOADED
    more = _before(processing_of(ready.hub, set_id, each.parts), step)
    return _calling(ready, lambda hub: process_step(hub, set_id, step, **more))


def planning() -> Call:
    """The plan of a part, with which the work on a loaded set begins."""
    return _process_call(*_loaded(), "plan")


def deciding_to_apply() -> Call:
    """The decision that a set may be applied."""
    return _process_call(*_loaded(), "decide")


_REFRAMED = f"SAG|{HOUSE}|03|E|20251001000000|\n"


def stopping_at_a_threshold() -> Call:
    """The decision that a set waits for the operator, with its reports."""
    return _process_call(*_loaded(_REFRAMED, thresholds=True), "decide")


def applying() -> Call:
    """The writing of a part's documents."""
    return _process_call(*_loaded(), "apply")


def concluding() -> Call:
    """The end of a set with an exception: its reports, and the map."""
    return _process_call(*_loaded(TOWN + REFUSED), "conclude")


def _halting(ready: Platform, set_id: SetId) -> Call:
    def halt(hub: Hub) -> str:
        return process_step(hub, set_id, "stop", error="TaskFailed", failed="Load")

    return _calling(ready, halt)


def stopping() -> Call:
    """The stop of a set whose processing failed again and again."""
    return _halting(*_loaded())


def stopping_a_set_that_gathers() -> Call:
    """The stop of a set that waits for its turn, at which a look failed again and again."""
    ready = town_hub()
    set_id = sent(ready, GROWN, 2)
    attending.look(ready.hub, set_id)
    return _halting(ready, set_id)


def stopping_amid_staging() -> Call:
    """The stop of a set whose staging failed again and again."""
    return _halting(*_staging())


def _applied() -> tuple[Platform, SetId]:
    """Return a set that is applied and whose end failed again and again."""
    ready, set_id = _loaded(TOWN + REFUSED)
    each = rows.find(ready.hub.state, set_id)
    assert each is not None
    _before(processing_of(ready.hub, set_id, each.parts), "conclude")
    return ready, set_id


def stopping_what_is_applied() -> Call:
    """The stop of a set of which all is applied, with reports that tell so."""
    return _halting(*_applied())


def resuming_a_set() -> Call:
    """The look at a set that stopped amid its staging and is released."""
    ready, set_id = _staging()
    process_step(ready.hub, set_id, "stop", error="TaskFailed", failed="Load")
    deciding.decide(ready.hub, set_id, Decision.RELEASE, ASKED)
    return _looking(ready, set_id)


def taking_back_a_decision() -> Call:
    """The stop of a set whose refusal failed again and again: it waits for another decision."""
    ready, set_id = _stopped()
    deciding.decide(ready.hub, set_id, Decision.REFUSE, ASKED)
    return _halting(ready, set_id)


def ending_what_is_applied_and_refused() -> Call:
    """The end of a set that the operator refused when all of it was applied."""
    ready, set_id = _applied()
    process_step(ready.hub, set_id, "stop", error="TaskFailed", failed="Conclude")
    ready.clock.advance(timedelta(minutes=15))
    deciding.decide(ready.hub, set_id, Decision.REFUSE, ASKED)
    return _calling(ready, lambda hub: process_step(hub, set_id, "decide"))


def ending_what_is_applied_by_half_and_refused() -> Call:
    """The same of a set of which some documents are written."""
    ready, set_id = _loaded(TOWN + REFUSED)
    each = rows.find(ready.hub.state, set_id)
    assert each is not None
    more = _before(processing_of(ready.hub, set_id, each.parts), "apply")
    write = writing.write

    def half(directory: StateStore, documents: list[Document], epoch: int) -> list[Document | None]:
        write(directory, documents[:1], epoch)
        raise RuntimeError

    with patch.object(writing, "write", half), suppress(RuntimeError):
        process_step(ready.hub, set_id, "apply", **more)
    process_step(ready.hub, set_id, "stop", error="TaskFailed", failed="ApplyParts")
    ready.clock.advance(timedelta(minutes=15))
    deciding.decide(ready.hub, set_id, Decision.REFUSE, ASKED)
    return _calling(ready, lambda hub: process_step(hub, set_id, "decide"))


def _stopped() -> tuple[Platform, SetId]:
    ready, set_id = _loaded(_REFRAMED, thresholds=True)
    looked = run_set(ready.hub, set_id)
    assert looked.each.state is SetState.STOPPED
    return ready, set_id


def releasing() -> Call:
    """The operator's release of a stopped set."""
    ready, set_id = _stopped()
    return _calling(ready, lambda hub: deciding.decide(hub, set_id, Decision.RELEASE, ASKED))


def ending_what_is_refused() -> Call:
    """The end of a set that the operator refused."""
    ready, set_id = _stopped()
    deciding.decide(ready.hub, set_id, Decision.REFUSE, ASKED)
    return _calling(ready, lambda hub: process_step(hub, set_id, "decide"))


SET_CALLS: dict[str, Callable[[], Call]] = {
    "collecting a set": collecting,
    "waiting for a set": waiting,
    "parking a set": parking,
    "rejecting a set": rejecting,
    "taking a set": taking,
    "holding a set": holding,
    "reading a segment": reading,
    "gathering a set": gathering,
    "judging a part": judging,
    "comparing a segment": comparing,
    "touching what differs": touching,
    "loading a set": loading,
    "refusing to load a set": refusing_to_load,
    "planning a part": planning,
    "deciding to apply a set": deciding_to_apply,
    "stopping a set at a threshold": stopping_at_a_threshold,
    "applying a part": applying,
    "concluding a set": concluding,
    "stopping a set": stopping,
    "stopping a set that gathers": stopping_a_set_that_gathers,
    "stopping amid staging": stopping_amid_staging,
    "stopping what is applied": stopping_what_is_applied,
    "resuming a set": resuming_a_set,
    "taking back a decision": taking_back_a_decision,
    "ending what is applied and refused": ending_what_is_applied_and_refused,
    "ending what is applied by half": ending_what_is_applied_by_half_and_refused,
    "releasing a stopped set": releasing,
    "ending a refused set": ending_what_is_refused,
}
