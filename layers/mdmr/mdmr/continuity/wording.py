"""What organizations are told of a change of the gateway, and which of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mdmr.calendar.instants import est_shown
from mdmr.continuity.gateway import EVERYTHING, Scope
from mdmr.continuity.modes import DRAIN, MODES, OPEN
from mdmr.continuity.turning import Told
from mdmr.exchange.announcing.notices import Draft, NoticeAction, NoticeKind
from mdmr.organizations import parameters, registry
from mdmr.organizations.entities import Organization, Right, Role
from mdmr.ports.authority import GatewayMode
from mdmr.ports.hub import Hub
from mdmr.ports.state import StateStore


def draft(hub: Hub, told: Told, why: str, now: datetime) -> Draft:
    """Return the notice of a change; `why` becomes its last line."""
    scope = told.scope
    ldc = registry.organization(hub.state, scope.text) if scope.is_organization else None
    return Draft(
        kind=NoticeKind.GATEWAY,
        subject=_subject(told),
        effective_from=told.start,
        effective_to=told.end,
        recipients=tuple(concerned(hub.state, scope, now)),
        text=tuple(_lines(hub.state, told, why, now)),
        action=told.action,
        supersedes=told.supersedes,
        gateway_mode=told.mode.value,
        reference=told.reference,
        ldc=scope.text if ldc and Role.LDC in ldc.roles else "",
    )


def concerned(state: StateStore, scope: Scope, now: datetime) -> Iterator[str]:
    """Yield the organizations that a scope concerns, by id.

    ALL: every active one. A FILE_ID: the LDCs and whoever may send it. An organization: itself,
    who may send files for it, and those that it may send files for.
    """
    known = {each.org_id: each for each in registry.organizations(state) if now in each.active}
    market = [each for each in known.values() if each.roles != {Role.OPERATOR}]
    if scope.text == EVERYTHING:
        yield from (each.org_id for each in market)
        return
    ldcs = [each for each in market if Role.LDC in each.roles]
    pairs = set(_who_sends_for_whom(state, ldcs, now))
    if scope.is_organization:
        wanted = {scope.text}
        wanted |= {sender for sender, ldc, _ in pairs if ldc == scope.text}
        wanted |= {ldc for sender, ldc, _ in pairs if sender == scope.text}
    else:
        wanted = {each.org_id for each in ldcs}
        wanted |= {sender for sender, _, file_id in pairs if file_id == scope.text}
    yield from sorted(wanted & known.keys())


def _who_sends_for_whom(
    state: StateStore, ldcs: list[Organization], now: datetime
) -> Iterator[tuple[str, str, str]]:
    """Yield sender, LDC and FILE_ID of every right to send that is in force."""
    for ldc in ldcs:
        for row in registry.authorizations(state, ldc.org_id):
            if row.right is Right.SUBMIT and now in row.period:
                yield row.organization, row.ldc, row.file_id


def _subject(told: Told) -> str:
    words = told.scope.words
    if told.planned:
        what = "cancelled" if told.action is NoticeAction.CAN else "planned"
        return f"Gateway {told.mode.value} {what} for {words}"
    return f"Gateway {told.mode.value} for {words}"


def _lines(state: StateStore, told: Told, why: str, now: datetime) -> Iterator[str]:
    mode = told.mode
    if told.action is NoticeAction.CAN and told.planned:
        yield f"The closure planned for {_est(told.start)} does not take place."
    else:
        yield from _about_mode(state, told, now)
        if told.then is not None:
            latest = f", at the latest at {_est(told.end)}" if told.end else ""
            yield f"The mode becomes {told.then.value} when nothing is left to be worked{latest}."
        elif mode is not OPEN and told.end is not None:
            yield f"The gateway opens at {_est(told.end)}."
        elif mode is not OPEN:
            yield "The opening will be told by a further notice."
    yield f"Reason: {why}"


def _about_mode(state: StateStore, told: Told, now: datetime) -> Iterator[str]:
    mode = told.mode
    if mode is DRAIN:
        new = GatewayMode(parameters.value(state, "gateway.drain_new", at=now))
        yield from MODES[new].told_new
    if told.planned:
        yield f"From {_est(told.start)} on:"
    yield from MODES[mode].told_new
    yield from MODES[mode].told_inside


def _est(instant: datetime) -> str:
    return f"{est_shown(instant)} EST"
