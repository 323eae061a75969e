"""The one commit by which the gateway changes: its item, its history, its notice, its evidence.

| What | Partition | Sort key |
|---|---|---|
| change of the gateway | `GATE` | `CHANGE#<version>` |
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from mdmr.continuity import gateway_item, wording
from mdmr.continuity.gateway import GATE_KEY, Gateway
from mdmr.continuity.turning import Act, Turn, with_telling
from mdmr.evidence import chain
from mdmr.evidence.records import Deed
from mdmr.exchange.announcing import notices
from mdmr.ports.authority import Mandate
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.hub import Hub
from mdmr.ports.state import Equal, Item, Key, Put, StateStore, Write

# The lease is asked about the gateway under this subject.
SUBJECT = "GATE"
_CHANGE = "CHANGE#"


@record_type()
class GatewayChange(Struct, frozen=True):
    """A change of the gateway: what, when, by whom, why; `notice` is its notice's id."""

    what: str
    at: datetime
    by: str
    why: str
    notice: str
    epoch: int


def commit(hub: Hub, before: Gateway, turn: Turn, act: Act, mandate: Mandate) -> Gateway:
    """Commit a change with its notice and return the gateway after it.

    Raises ConditionFailedError when the gateway changed since, another notice took the id, or
    this region lost the lease.
    """
    after = turn.gateway
    writes: list[Write] = []
    if turn.told is not None:
        draft = wording.draft(hub, turn.told, act.why, act.at)
        _, writes = notices.decide(
            act.notice, draft, environment=hub.environment, now=act.at, epoch=mandate.epoch
        )
        after = with_telling(after, act.notice)
    if turn.closed is not None:
        writes.append(turn.closed.write)
    unchanged = Equal("version", before.version)
    chain.commit(
        hub,
        _deed(turn, act, mandate),
        mandate.check,
        Put(gateway_item.item_of(after), condition=unchanged),
        Put(_change(after, turn, act, mandate)),
        *writes,
    )
    return after


def history(state: StateStore) -> Iterator[GatewayChange]:
    """Yield the changes of the gateway, the newest first."""
    items = state.query(GATE_KEY.partition, prefix=_CHANGE, newest_first=True)
    return (from_item(GatewayChange, item) for item in items)


def _deed(turn: Turn, act: Act, mandate: Mandate) -> Deed:
    facts = {"order": "by a person" if act.ordered else "as planned"}
    if turn.told is not None:
        facts["notice"] = act.notice
    return Deed(f"gateway {turn.what}", act.by, act.at, mandate.epoch, act.why, facts)


def _change(after: Gateway, turn: Turn, act: Act, mandate: Mandate) -> Item:
    change = GatewayChange(
        what=turn.what,
        at=act.at,
        by=act.by,
        why=act.why,
        notice=act.notice if turn.told is not None else "",
        epoch=mandate.epoch,
    )
    return to_item(change, Key(GATE_KEY.partition, f"{_CHANGE}{after.version:010d}"))
