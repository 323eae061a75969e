"""Judging a record: the checks of processing in the order of their codes, the first hit refuses.

A record that cancels a period takes a value back: what that value would need is not asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property

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
    parameter,
    subject,
)

_ROLES = {
    "SB": (Role.AGENT, Role.LDC),
    "SO": (Role.AMI, Role.LDC),
    "SE": (Role.ESP, Role.LDC),
    "SC": (Role.CCA,),
}
_VEES, _BCID, _OCCH = parameter("VEES"), parameter("BCID"), parameter("OCCH")
_COMPONENT = "CTC"
# An occupant change is an event: it is kept for this long.
_EVENT = timedelta(seconds=1)


class Case:
    """A record before its judges: what it is about, and what it would come to."""

    def __init__(self, record: Record, work: Work) -> None:
        self.record = record
        self.work = work
        self.subject: Subject = subject(record)
        self.entity: Entity = self.subject.of(work.facts.ldc)

    @property
    def before(self) -> Timeline:
        """The timeline by now."""
        return self.work.now(self.entity, self.subject.timeline)

    @cached_property
    def after(self) -> Timeline | RefusedError:
        """The timeline with the record, or why it does not take it."""
        try:
            return self._applied()
        except RefusedError as refused:
            return refused

    def _applied(self) -> Timeline:
        facts, record = self.work.facts, self.record
        said = Statement(self.subject.value, record.start, record.end)
        if self.subject.timeline == _OCCH and not record.cancels:
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

    def about(self, *timelines: str) -> bool:
        """Return whether the record says that something holds in one of these timelines."""
        return self.subject.timeline in timelines and not self.record.cancels


def _event(before: Timeline, said: Statement, extracted: datetime | None) -> Timeline:
    """Return the timeline with an event, which may be told again whenever it was.

    In a P-Sync (`extracted`) none may be added before one that was over by then.
    """
    after = applying.incremental(before, Statement(said.value, said.start, said.start + _EVENT))
    over = extracted and max(
        (each.end for each in before.segments if each.end and each.end <= extracted), default=None
    )
    if over and said.start < over and after != before:
        raise RefusedError(applying.PRIOR_STATE)
    return after


def _depends_on_a_refused_sdp(case: Case) -> bool:
    if case.entity.kind is not Kind.SDP or case.subject.timeline == SDP:
        return False
    return case.work.is_new(case.entity) and not case.work.existence(case.entity).segments


def _lacks_role(case: Case) -> bool:
    roles = _ROLES.get(case.subject.type)
    if roles is None or case.record.cancels:
        return False
    organization = case.work.world.organizations.get(case.subject.to)
    return organization is None or not any(
        organization.acts_as(role, case.record.start) for role in roles
    )


def _too_far_back(case: Case) -> bool:
    facts = case.work.facts
    limit = facts.today - timedelta(days=facts.retro_days)
    return not facts.periodic and case.record.start < limit and not case.work.is_new(case.entity)


def _too_far_ahead(case: Case) -> bool:
    facts = case.work.facts
    return case.record.start > facts.today + timedelta(days=facts.future_days)


def _changes_prior_state(case: Case) -> bool:
    return case.refused == applying.PRIOR_STATE


def _before_its_sdp(case: Case) -> bool:
    if case.entity.kind is not Kind.SDP or case.subject.timeline == SDP:
        return False
    segments = case.work.existence(case.entity).segments
    return bool(segments) and case.record.start < segments[0].start


def _sdp_is_inactive(case: Case) -> bool:
    if case.entity.kind is not Kind.SDP or case.subject.timeline == SDP or case.record.cancels:
        return False
    sdp = sdp_at(case.work.existence(case.entity), case.record.start)
    return sdp is None or not sdp.active


def _asset_is_out_of_service(case: Case) -> bool:
    if case.subject.timeline in {METER, AMCD} or case.record.cancels:
        return False
    assets = [] if case.entity.kind is Kind.SDP else [case.entity]
    if binding := BINDINGS.get(case.subject.timeline):
        assets.append(Entity(binding.to, case.entity.ldc, case.subject.to))
    return any(case.work.existence(asset).at(case.record.start) is None for asset in assets)


def _nothing_to_cancel(case: Case) -> bool:
    return case.refused == applying.NO_PERIOD


def _taken(relation: str) -> Callable[[Case], bool]:
    def taken(case: Case) -> bool:
        if case.subject.timeline != relation or isinstance(case.after, RefusedError):
            return False
        return is_taken(case.work, case.entity, relation, case.after)

    return taken


def _framing_does_not_fit(case: Case) -> bool:
    return case.about(AGREEMENT) and not fitting.framing_fits(
        case.work, case.entity.id, case.subject.value[0], case.record.start
    )


def _vee_service_is_unknown(case: Case) -> bool:
    return case.about(_VEES) and case.says not in VEE_SERVICES


def _vee_service_does_not_fit(case: Case) -> bool:
    return case.about(_VEES) and not fitting.vee_service_fits(
        case.work, case.entity.id, case.says, case.record.start
    )


def _cycle_is_not_scheduled(case: Case) -> bool:
    return case.about(_BCID) and case.says not in case.work.world.cycles


def _multiplier_is_missing(case: Case) -> bool:
    return case.about(SM) and fitting.lacks_multiplier(
        case.work, case.entity.id, case.says, case.record.start
    )


def _component_is_invalid(case: Case) -> bool:
    return _is_component(case) and not fitting.is_component(
        case.work, case.subject, case.record.start
    )


def _channel_is_not_defined(case: Case) -> bool:
    return _is_component(case) and not fitting.has_channel(
        case.work, case.subject, case.record.start
    )


def _is_component(case: Case) -> bool:
    return case.record.type == _COMPONENT and not case.record.cancels


def _window_is_open(case: Case) -> bool:
    if case.subject.timeline not in {_BCID, "SB"} or case.after == case.before:
        return False
    return any(case.record.start in each for each in case.work.world.windows(case.entity.id))


# In the order of the codes. Y299, a fault of the hub itself, comes before all.
CHECKS: tuple[tuple[str, Callable[[Case], bool]], ...] = (
    ("Y218", _depends_on_a_refused_sdp),
    ("Y205", _lacks_role),
    ("Y206", _too_far_back),
    ("Y207", _too_far_ahead),
    ("Y201", _changes_prior_state),
    ("Y208", _before_its_sdp),
    ("Y202", _sdp_is_inactive),
    ("Y209", _asset_is_out_of_service),
    ("Y210", _nothing_to_cancel),
    ("Y203", _taken(SM)),
    ("Y204", _taken(MC)),
    ("Y211", _framing_does_not_fit),
    ("Y212", _vee_service_is_unknown),
    ("Y219", _vee_service_does_not_fit),
    ("Y213", _cycle_is_not_scheduled),
    ("Y214", _multiplier_is_missing),
    ("Y215", _component_is_invalid),
    ("Y216", _channel_is_not_defined),
    ("Y217", _window_is_open),
)


def judge(case: Case) -> str:
    """Return the code of the first check that refuses a record, empty where none does."""
    return next((code for code, refuses in CHECKS if refuses(case)), "")
