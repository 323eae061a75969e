"""What must fit together: a framing, a VEE service or a component with the meter behind it."""

from __future__ import annotations

from datetime import datetime

from mdmr.directory.framings import FRAMINGS, Energy
from mdmr.directory.values import TRANSFORMER_RATED, VIRTUAL, one_at
from mdmr.directory.vee_services import VEE_SERVICES
from mdmr.directory.vee_services import VIRTUAL as FOR_VIRTUAL
from mdmr.synchronization.processing.components import Component
from mdmr.synchronization.processing.units import components, unit, units
from mdmr.synchronization.processing.work import Work
from mdmr.synchronization.records import Subject, parameter


def framing_fits(work: Work, usdp: str, framing_id: str, at: datetime) -> bool:
    """Return whether a framing fits zone, interval length and demand of an SDP at an instant.

    Of a virtual SDP the longest intervals of its components count; without a meter only the zone.
    Ultra-low overnight framings fit only where the LDC may use them.
    """
    framing, sdp = FRAMINGS[framing_id], work.sdp_at(usdp, at)
    if sdp is None or (framing.zone and framing.zone != sdp.zone):
        return False
    if framing.energy is Energy.ULO and not work.facts.ultra_low_overnight:
        return False
    if sdp.type == VIRTUAL:
        meters = [work.meter_of(each.id, at) for each in components(work, usdp, at)]
        lengths = [each.minutes for each in meters if each]
        return not lengths or framing.takes(max(lengths))
    meter = work.meter_of(usdp, at)
    if meter is None or not framing.demand:
        return True
    return meter.demand == "Y" and framing.takes(meter.minutes)


def vee_service_fits(work: Work, usdp: str, service: str, at: datetime) -> bool:
    """Return whether a VEE service fits an SDP at an instant; without a meter it does."""
    sdp = work.sdp_at(usdp, at)
    if sdp is not None and sdp.type == VIRTUAL:
        return service == FOR_VIRTUAL
    meter = work.meter_of(usdp, at)
    return meter is None or meter.minutes <= VEE_SERVICES[service].longest


def lacks_multiplier(work: Work, usdp: str, meter_id: str, at: datetime) -> bool:
    """Return whether a meter is transformer-rated and its SDP has no CTPM at an instant."""
    meter = work.meter_at(meter_id, at)
    rated = meter is not None and meter.type == TRANSFORMER_RATED
    return rated and not one_at(work.now(work.sdp(usdp), parameter("CTPM")), at)


def is_component(work: Work, subject: Subject, at: datetime) -> bool:
    """Return whether the component that a record names may be one at an instant."""
    asked = Component.of(subject.timeline)
    if asked.id in work.world.foreign:
        return False
    sdp = work.sdp_at(asked.id, at)
    if sdp is None or sdp.type == VIRTUAL or not sdp.active:
        return False
    beside = units(work, subject.id, asked.of_channel, at)
    return len((beside | {unit(work, asked, at)}) - {""}) <= 1


def has_channel(work: Work, subject: Subject, at: datetime) -> bool:
    """Return whether the meter of the component that a record names has its channel."""
    return bool(unit(work, Component.of(subject.timeline), at))
