"""Judging a record: the checks of processing in the order of their codes, the first hit refuses.

A record that cancels a period takes a value back: what that value would need is not asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from mdmr.calendar.instants import end_after
from mdmr.directory import applying
from mdmr.directory.applying import RefusedError, Statement
from mdmr.directory.documents import Entity, Kind
from mdmr.directory.timeline import Timeline
from mdmr.directory.values import sdp_at
from mdmr.directory.vee_services import VEE_SERVICES
from mdmr.organizations.entities import Role
from mdmr.synchronization.processing import fitting
from mdmr.synchronization.processing.binding import BINDINGS, is_taken
from mdmr.synchronization.processing.work import Work
from mdmr.synchronization.records import (
    AGREEMENT,
    AMCD,
    MC,
    METER,
    SDP,
    SM,
    Record,
    Subject,
)
from mdmr.synchronization.staging.rows import EVENT

_ROLES = {
    "SB": (Role.AGENT, Role.LDC),
    "SO": (Role.AMI, Role.LDC),
    "SE": (Role.ESP, Role.LDC),
    "SC": (Role.CCA,),
}
_VEES, _BCID, _OCCH = "VEES", "BCID", "OCCH"
_COMPONENT = "CTC"


class Case:
    """A record before its judges: what it is about, and what it would come to.

    `before` is the timeline by now, `after` the one with the record, or why it does not take it;
    `existence` the timeline by now that tells whether the entity is there.
    """

    def __init__(self, record: Record, work: Work) -> None:
        self.record = record
        self.work = work
        self.subject: Subject = record.subject
        self.entity: Entity = self.subject.of(work.facts.ldc)
        self.before: Timeline = work.now(self.entity, self.subject.timeline)
        self.existence: Timeline = work.existence(self.entity)
        self.after: Timeline | RefusedError
        try:
            self.after = self._applied()
        except RefusedError as refused:
            self.after = refused

    @property
    def steady(self) -> bool:
        """Whether it says what holds already, as nearly all records of a P-Sync do."""
        return self.after is self.before

    def _applied(self) -> Timeline:
        facts, record = self.work.facts, self.record
        said = Statement(self.subject.value, record.start, record.end)
        if self.subject.attribute == _OCCH and not record.cancels:
            return _event(self.before, said, facts.extracted if facts.periodic else None)
        if facts.periodic:
            return applying.full(self.before, said, facts.extracted)
        return applying.incremental(self.before, said)

    @property
    def refused(self) -> str:
        """The code with which the timeline does not take the record, empty where it does."""
        return self.after.code if isinstance(self.after, RefusedError) else ""

    @property
    def taken(self) -> Timeline:
        """The timeline with the record. Raises RefusedError when it does not take it."""
        if isinstance(self.after, RefusedError):
            raise self.after
        return self.after

    @property
    def says(self) -> str:
        """The last field of what the record says."""
        return self.subject.value[-1]


def _event(before: Timeline, said: Statement, extracted: datetime | None) -> Timeline:
    """Return the timeline with an event, which may be told again whenever it was.

    In a P-Sync (`extracted`) none may be added before one that was over by then.
    """
    after = applying.incremental(
        before, Statement(said.value, said.start, end_after(said.start, EVENT))
    )
    over = extracted and max(
        (each.end for each in before.segments if each.end and each.end <= extracted), default=None
    )
    if over and said.start < over and after != before:
        raise RefusedError(applying.PRIOR_STATE)
    return after


def _depends_on_a_refused_sdp(case: Case) -> bool:
    return not case.existence.segments and case.work.is_new(case.entity)


def _lacks_role(case: Case) -> bool:
    if case.record.cancels:
        return False
    organization = case.work.world.organizations.get(case.subject.to)
    return organization is None or not any(
        organization.acts_as(role, case.record.start) for role in _ROLES[case.subject.type]
    )


def _too_far_back(case: Case) -> bool:
    if case.work.facts.periodic:
        return False
    return case.record.start < case.work.earliest and not case.work.is_new(case.entity)


def _too_far_ahead(case: Case) -> bool:
    return case.record.start > case.work.latest


def _changes_prior_state(case: Case) -> bool:
    return case.refused == applying.PRIOR_STATE


def _before_its_sdp(case: Case) -> bool:
    segments = case.existence.segments
    return bool(segments) and case.record.start < segments[0].start


def _sdp_is_inactive(case: Case) -> bool:
    if case.record.cancels:
        return False
    sdp = sdp_at(case.existence, case.record.start)
    return sdp is None or not sdp.active


def _asset_is_out_of_service(case: Case) -> bool:
    if case.record.cancels:
        return False
    assets = [] if case.entity.kind is Kind.SDP else [case.entity]
    if binding := BINDINGS.get(case.subject.timeline):
        assets.append(Entity(binding.to, case.entity.ldc, case.subject.to))
    return any(case.work.existence(asset).at(case.record.start) is None for asset in assets)


def _nothing_to_cancel(case: Case) -> bool:
    return case.refused == applying.NO_PERIOD


def _entity_is_in_use(case: Case) -> bool:
    if not case.record.cancels or case.taken.segments:
        return False
    own = case.subject.timeline
    return bool(case.work.timelines(case.entity, lambda name: name != own))


def _taken(relation: str) -> Callable[[Case], bool]:
    def taken(case: Case) -> bool:
        return is_taken(case.work, case.entity, relation, case.taken)

    return taken


def _framing_does_not_fit(case: Case) -> bool:
    return not case.record.cancels and not fitting.framing_fits(
        case.work, case.entity.id, case.subject.value[0], case.record.start
    )


def _vee_service_is_unknown(case: Case) -> bool:
    return not case.record.cancels and case.says not in VEE_SERVICES


def _vee_service_does_not_fit(case: Case) -> bool:
    return not case.record.cancels and not fitting.vee_service_fits(
        case.work, case.entity.id, case.says, case.record.start
    )


def _cycle_is_not_scheduled(case: Case) -> bool:
    return not case.record.cancels and case.says not in case.work.world.cycles


def _multiplier_is_missing(case: Case) -> bool:
    return not case.record.cancels and fitting.lacks_multiplier(
        case.work, case.entity.id, case.says, case.record.start
    )


def _component_is_invalid(case: Case) -> bool:
    return not case.record.cancels and not fitting.is_component(
        case.work, case.subject, case.record.start
    )


def _channel_is_not_defined(case: Case) -> bool:
    return not case.record.cancels and not fitting.has_channel(
        case.work, case.subject, case.record.start
    )


def _window_is_open(case: Case) -> bool:
    return case.after != case.before and any(
        case.record.start in each for each in case.work.world.windows(case.entity.id)
    )


class Sort(NamedTuple):
    """What a record is of: its type as reports show it, its attribute, and the kind of entity."""

    type: str
    attribute: str
    kind: Kind


def _any(_: Sort) -> bool:
    return True


def _in_sdp(of: Sort) -> bool:
    return of.kind is Kind.SDP and of.type != SDP


def _on_asset(of: Sort) -> bool:
    return of.type in {SM, MC} or (of.kind is not Kind.SDP and of.type == "PAR")


def _of(*names: str) -> Callable[[Sort], bool]:
    """Return whether records are of one of some types, or parameters of one of these codes."""
    return lambda of: of.type in names or of.attribute in names


class Check(NamedTuple):
    """A check: its code, which records it concerns, and whether it refuses one of these.

    `of_change`: it refuses none that says what holds already.
    """

    code: str
    concerns: Callable[[Sort], bool]
    refuses: Callable[[Case], bool]
    of_change: bool = False


# In the order of the codes. Y299, a fault of the hub itself, comes before all.
CHECKS = (
    Check("Y218", _in_sdp, _depends_on_a_refused_sdp),
    Check("Y205", _of(*_ROLES), _lacks_role),
    Check("Y206", _any, _too_far_back),
    Check("Y207", _any, _too_far_ahead),
    Check("Y201", _any, _changes_prior_state, of_change=True),
    Check("Y208", _in_sdp, _before_its_sdp),
    Check("Y202", _in_sdp, _sdp_is_inactive),
    Check("Y209", _on_asset, _asset_is_out_of_service),
    Check("Y210", _any, _nothing_to_cancel, of_change=True),
    Check("Y220", _of(SDP, METER, AMCD), _entity_is_in_use),
    Check("Y203", _of(SM), _taken(SM), of_change=True),
    Check("Y204", _of(MC), _taken(MC), of_change=True),
    Check("Y211", _of(AGREEMENT), _framing_does_not_fit),
    Check("Y212", _of(_VEES), _vee_service_is_unknown),
    Check("Y219", _of(_VEES), _vee_service_does_not_fit),
    Check("Y213", _of(_BCID), _cycle_is_not_scheduled),
    Check("Y214", _of(SM), _multiplier_is_missing),
    Check("Y215", _of(_COMPONENT), _component_is_invalid),
    Check("Y216", _of(_COMPONENT), _channel_is_not_defined),
    Check("Y217", _of(_BCID, "SB"), _window_is_open, of_change=True),
)


@lru_cache(maxsize=512)
def _concerning(record: str, attribute: str, kind: Kind, *, steady: bool) -> tuple[Check, ...]:
    of = Sort(record, attribute, kind)
    return tuple(each for each in CHECKS if each.concerns(of) and not (steady and each.of_change))


def judge(case: Case) -> str:
    """Return the code of the first check that refuses a record, empty where none does."""
    said = case.subject
    for check in _concerning(said.type, said.attribute, said.kind, steady=case.steady):
        if check.refuses(case):
            return check.code
    return ""
