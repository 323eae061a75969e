"""What the hub does with files that come to it: asked of its own use cases, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.outbound.resending import Asked
from mdmr.organizations import registry
from mdmr.organizations.entities import Authorization, Organization, Right, Role, with_received
from mdmr.ports.state import Put
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import attending, deciding, manifest, rows
from mdmr.synchronization.sets.attending import Outcome
from mdmr.synchronization.sets.manifest import UnreadableManifestError

from tests.support.market import ALWAYS
from tests.support.pictures import outbound
from tests.support.set_steps import stage_step
from tests.support.story import Platform, platform
from tests.support.working import work_messages

_WAIT = timedelta(minutes=60)


@dataclass(frozen=True)
class Done:
    """What a hub did: `refused` the F code of each file (empty: accepted), by name.

    `rejected` are the details of IR10 as (file name, state, code), `staged` the lines of IR14 from
    the status record on; both empty where there is no such report.
    """

    refused: Mapping[str, str]
    rejected: tuple[tuple[str, str, str], ...] = ()
    staged: tuple[str, ...] = ()


def done_with(files: Mapping[str, bytes], at: datetime) -> Done:
    """Let the files of one sender come to a new hub that knows it, in this order."""
    hub = platform(at)
    sets: dict[SetId, None] = {}
    refused: dict[str, str] = {}
    for name, body in files.items():
        elements = FileName.parse(name)
        if elements is not None:
            _register(hub, elements)
            if elements.part is not None and elements.file_id in {"3000", "4000"}:
                own = elements.org_1, elements.org_2, elements.file_id, elements.part.tx_id
                sets[SetId(*own)] = None
        sender = elements.org_2 if elements else "ORG22222"
        refused[name] = take_in(hub.hub, hub.upload(f"{sender}/{name}", body)).code
    if len(sets) > 1:
        raise ValueError(sets)
    for set_id in sets:
        if rows.find(hub.hub.state, set_id) is not None:
            return _of_set(hub, set_id, refused)
    return Done(refused)


def _register(hub: Platform, name: FileName) -> None:
    """Let the organizations of a file's name be what they say, and the sender be authorized."""
    for org_id, role in ((name.org_2, Role.AGENT), (name.org_1, Role.LDC)):
        one = Organization(org_id, org_id, frozenset({role}), ALWAYS)
        hub.hub.state.commit(Put(registry.item_of_organization(one)))
    if name.org_1 != name.org_2:
        right = Authorization(name.org_1, name.org_2, name.file_id, Right.SUBMIT, ALWAYS)
        for row in with_received([right]):
            hub.hub.state.commit(Put(registry.item_of_authorization(row)))


def _of_set(hub: Platform, set_id: SetId, refused: Mapping[str, str]) -> Done:
    _expect_its_number(hub, set_id)
    if attending.look(hub.hub, set_id).outcome is Outcome.STAGE:
        _stage(hub, set_id)
        return Done(refused, staged=tuple(_report(hub, "IR14")))
    hub.clock.advance(_WAIT)
    assert attending.look(hub.hub, set_id).outcome is Outcome.OVER
    details = (line.split("|") for line in _report(hub, "IR10") if line.startswith("DTL|"))
    return Done(refused, rejected=tuple((row[13], row[14], row[9]) for row in details))


def _expect_its_number(hub: Platform, set_id: SetId) -> None:
    """Let the set be the next one of its LDC, whatever number it has."""
    for file in rows.files(hub.hub.state, set_id):
        if (file.number, file.segment) == ("00", "01"):
            try:
                number = manifest.read(hub.hub, file).sequence
            except UnreadableManifestError:
                return
            deciding.reset(hub.hub, set_id.ldc, number, Asked("1", "test", "its turn"))


def _stage(hub: Platform, set_id: SetId) -> None:
    def step(name: str, **given: str) -> Mapping[str, list[str]]:
        return stage_step(hub.hub, set_id, name, **given)

    named = step("segments")
    for segment in named["compared"]:
        step("compare", segment=segment)
    step("touch")
    for segment in named["segments"]:
        step("read", segment=segment)
    for part in step("gather")["parts"]:
        step("judge", part=part)
    step("load")


def _report(hub: Platform, file_id: str) -> list[str]:
    """Return the lines of the only report of a type, without frame and column names."""
    work_messages(hub)
    (body,) = (body for key, body in outbound(hub.hub).items() if f".{file_id}." in key)
    return [
        line for line in body.decode().splitlines() if line[:3] not in ("FNR", "FHR", "CHR", "EOF")
    ]
