"""Every parameter of the hub with its default, unit and scope: the table of conventions 9.

Values are text in the form that their kind reads; of three values they are those of the VEE
services RES, GS and M15. The tables of the service desk (`desk.*`) come with the service desk.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import Enum

from msgspec import Struct

_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = "(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"


class Scope(Enum):
    """Where a value can be set: for all, per organization, per LDC, for all per VEE service."""

    GLOBAL = "G"
    ORGANIZATION = "O"
    LDC = "L"
    VEE_SERVICE = "V"


class Kind(Enum):
    """The form of a value: an expression that its whole text matches, and its words."""

    COUNT = (r"[0-9]{1,9}", "a whole number")
    DECIMAL = (r"[0-9]{1,9}(\.[0-9]{1,6})?", "a number with at most 6 decimals")
    TIME = (_TIME, "hh:mm")
    TIMES = (f"{_TIME}(, {_TIME})*", "hh:mm, several with `, ` between")
    SPAN = (f"{_TIME}-{_TIME}", "hh:mm-hh:mm")
    WEEKLY = (f"{_DAY} {_TIME}-{_TIME}", "day of the week, hh:mm-hh:mm")
    HOURS = (r"([01][0-9]|2[0-3])(, ([01][0-9]|2[0-3]))*", "hh, several with `, ` between")
    COUNTS = (r"[0-9]{1,9}(, [0-9]{1,9})*", "whole numbers with `, ` between")
    YES_NO = (r"yes|no", "yes or no")
    ON_OFF = (r"on|off", "on or off")
    ORGANIZATION = (r"ORG[0-9]{5}", "an ORG ID")
    ADDRESS = (r"-|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,189}", "a mail address, or - for none")
    LIFE_OR_YEARS = (r"life of the meter|[0-9]{1,9}", "life of the meter, or a whole number")

    def __init__(self, pattern: str, words: str) -> None:
        self.pattern = pattern
        self.words = words


_RANGED = frozenset({Kind.COUNT, Kind.DECIMAL, Kind.COUNTS, Kind.LIFE_OR_YEARS})
_BETWEEN = " / "
_MOST = 999_999_999


class Parameter(Struct, frozen=True):
    """One parameter. Its value is one, or three where the scope is the VEE service.

    `least` and `most` bound its numbers. `deployed`: it is set in the template, not by a document.
    `default_prod` is the default in PROD where that is another one. `awaits` names the process
    that will read it, as long as that is not built.
    """

    name: str
    default: str
    unit: str
    scope: Scope
    kind: Kind = Kind.COUNT
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = _MOST
    deployed: bool = False
    default_prod: str = ""
    awaits: str = ""

    def accepts(self, value: str) -> bool:
        """Return whether a text is a value of this parameter."""
        if self.scope is not Scope.VEE_SERVICE:
            return self._accepts_one(value)
        values = value.split(_BETWEEN)
        return len(values) == len(VEE_SERVICES) and all(map(self._accepts_one, values))

    @property
    def form(self) -> str:
        """What a value looks like, in words."""
        one = " or ".join(self.choices) or self.kind.words
        if self.kind in _RANGED and not self.choices:
            bound = f"{self.least} to {self.most}" if self.most < _MOST else f"{self.least} or more"
            one += f", {bound}"
        if self.scope is Scope.VEE_SERVICE:
            return f"three with `{_BETWEEN}` between, of {', '.join(VEE_SERVICES)}: each {one}"
        return one

    def _accepts_one(self, value: str) -> bool:
        if self.choices:
            return value in self.choices
        if re.fullmatch(self.kind.pattern, value) is None:
            return False
        numbers = re.findall(r"[0-9.]+", value) if self.kind in _RANGED else ()
        return all(self.least <= Decimal(number) <= self.most for number in numbers)


# What the three values of a parameter of VEE are for, in their order.
VEE_SERVICES = ("RES", "GS", "M15")
G, L, V = Scope.GLOBAL, Scope.LDC, Scope.VEE_SERVICE
ORG = Scope.ORGANIZATION
_D = Kind.DECIMAL
_HOLD_OR_REJECT = ("HOLD", "REJECT")

# Processes that are not built yet.
_READS, _VALIDATION = "meter reads", "validation and estimation"
_BILLING, _REBILLING = "billing", "re-billing"
_CONTINUITY, _TESTS = "continuity events", "continuity tests"
_DESK, _RETENTION = "the service desk", "retention of files"

_TABLE = (
    Parameter("intake.max_mb", "500", "MB", G, least=1),
    Parameter("intake.name_ahead_h", "24", "h", G, most=8_760),
    Parameter("intake.dup_days", "35", "days", G, most=36_500),
    Parameter("intake.retry", "5", "attempts", G, deployed=True),
    Parameter("out.max_details", "250000", "records", ORG, least=1, most=1_000_000),
    Parameter(
        "out.retry_min", "10, 30, 60", "min after first failure", ORG, Kind.COUNTS, most=10_080
    ),
    Parameter("store.file_years", "7", "years", G, least=1, awaits=_RETENTION),
    Parameter(
        "store.data_years",
        "life of the meter",
        "years",
        G,
        Kind.LIFE_OR_YEARS,
        least=10,
        awaits=_RETENTION,
    ),
    Parameter("gateway.held_notice_min", "15", "min", G, least=1, most=1_440),
    Parameter("gateway.drain_new", "HOLD", "HOLD/REJECT", G, choices=_HOLD_OR_REJECT),
    Parameter("usdp.run_min", "15", "min", G, least=1, most=1_440),
    Parameter("sync.wait_min", "60", "min", L),
    Parameter("sync.consume_on_stl_error", "yes", "yes/no", L, Kind.YES_NO),
    Parameter("sync.extract_ahead_h", "24", "h", L),
    Parameter("sync.warn_future_days", "90", "days", L),
    Parameter("sync.warn_past_days", "90", "days", L),
    Parameter("sync.retro_days", "731", "days", L),
    Parameter("sync.future_days", "366", "days", L),
    Parameter("sync.thr_deact_pct", "5", "%", L, _D, most=100),
    Parameter("sync.thr_deact_min", "10", "SDPs", L),
    Parameter("sync.thr_new_pct", "20", "%", L, _D, most=100),
    Parameter("sync.thr_new_min", "100", "SDPs", L),
    Parameter("sync.thr_meter_pct", "10", "%", L, _D, most=100),
    Parameter("sync.thr_meter_min", "100", "changes", L),
    Parameter("sync.thr_attr_pct", "25", "%", L, _D, most=100),
    Parameter("sync.thr_attr_min", "100", "changes", L),
    Parameter("sync.thr_floor_sdps", "100", "SDPs", L),
    Parameter("sync.psync_slot_over", "200000", "SDPs", L),
    Parameter("sync.psync_slot", "19:00-05:00", "EST", L, Kind.SPAN),
    Parameter("reads.pending_days", "45", "days", L, awaits=_READS),
    Parameter("reads.max_age_days", "731", "days", L, awaits=_READS),
    Parameter("reads.ahead_min", "5", "min", G, awaits=_READS),
    Parameter("reads.cmep_time", "UTC", "UTC/EST", ORG, choices=("UTC", "EST"), awaits=_READS),
    Parameter("reads.cmep_usdp_field", "6", "4/6", ORG, choices=("4", "6"), awaits=_READS),
    Parameter("reads.run_min", "5", "min", G, least=1, most=1_440, awaits=_READS),
    Parameter(
        "reads.compact_revisions", "8", "revisions of a bucket and day", G, least=1, awaits=_READS
    ),
    Parameter(
        "tou.clock",
        "PREVAILING",
        "PREVAILING/STANDARD",
        G,
        choices=("PREVAILING", "STANDARD"),
        awaits=_BILLING,
    ),
    Parameter("billing.window_bd", "3", "business days", G, awaits=_BILLING),
    Parameter("billing.odest_after_bd", "2", "business days", G, awaits=_BILLING),
    Parameter("billing.push_load", "07:30", "EST", G, Kind.TIME, deployed=True, awaits=_BILLING),
    Parameter(
        "billing.run_times",
        "08, 11, 14, 17, 20, 23",
        "EST hour",
        G,
        Kind.HOURS,
        deployed=True,
        awaits=_BILLING,
    ),
    Parameter("billing.reads_processor_min", "10", "min", G, least=1, most=1_440, awaits=_BILLING),
    Parameter("billing.no_data_time", "08:00", "EST", G, Kind.TIME, deployed=True, awaits=_BILLING),
    Parameter("billing.max_period_days", "400", "days", L, awaits=_BILLING),
    Parameter("billing.max_age_months", "84", "months", L, awaits=_BILLING),
    Parameter("billing.ahead_days", "35", "days", L, awaits=_BILLING),
    Parameter("billing.rdi_unique_days", "400", "days", L, awaits=_BILLING),
    Parameter("billing.xml_max_requests", "50000", "requests", G, awaits=_BILLING),
    Parameter("billing.flat_meter_events", "off", "on/off", L, Kind.ON_OFF, awaits=_BILLING),
    Parameter("billing.ulo", "off", "on/off", L, Kind.ON_OFF),
    Parameter("schedule.run_min", "5", "min", G, least=1, most=1_440),
    Parameter("schedule.lead_days", "3", "days", L),
    Parameter("schedule.max_rows", "366", "rows per cycle", L),
    Parameter("schedule.approval", "off", "on/off", L, Kind.ON_OFF),
    Parameter(
        "report.br01_br04_times",
        "12:00, 23:30",
        "EST",
        G,
        Kind.TIMES,
        deployed=True,
        awaits=_BILLING,
    ),
    Parameter("report.br05_start", "23:05", "EST", G, Kind.TIME, deployed=True, awaits=_BILLING),
    Parameter("report.br05_due", "23:30", "EST", G, Kind.TIME, deployed=True, awaits=_BILLING),
    Parameter("report.br06_start", "21:00", "EST", G, Kind.TIME, deployed=True, awaits=_BILLING),
    Parameter("report.br06_due", "21:30", "EST", G, Kind.TIME, deployed=True, awaits=_BILLING),
    Parameter("report.br03_time", "06:00", "EST", G, Kind.TIME, deployed=True, awaits=_BILLING),
    Parameter("rebill.min_kwh", "0.001", "kWh", L, _D, awaits=_REBILLING),
    Parameter("rebill.lookback_months", "24", "months", L, awaits=_REBILLING),
    Parameter(
        "vee.max_kwh_per_hour", "48 / 96 / 96", "kWh per h, before CTPM", V, _D, awaits=_VALIDATION
    ),
    Parameter("vee.spike_pct", "180 / 180 / 180", "%", V, _D, awaits=_VALIDATION),
    Parameter(
        "vee.spike_floor_per_hour",
        "3.0 / 6.0 / 8.0",
        "kWh per h, before CTPM",
        V,
        _D,
        awaits=_VALIDATION,
    ),
    Parameter("vee.zero_days", "3 / 3 / 1", "days", V, awaits=_VALIDATION),
    Parameter("vee.high_ratio", "4.0 / 4.0 / 4.0", "ratio", V, _D, least=1, awaits=_VALIDATION),
    Parameter("vee.low_ratio", "0.10 / 0.10 / 0.10", "ratio", V, _D, most=1, awaits=_VALIDATION),
    Parameter("vee.like_days", "3 / 3 / 3", "days", V, awaits=_VALIDATION),
    Parameter(
        "vee.hl_min_kwh", "1.0 / 1.0 / 1.0", "kWh per day, before CTPM", V, _D, awaits=_VALIDATION
    ),
    Parameter("vee.sum_abs_kwh", "1.0 / 2.0 / 2.0", "kWh, before CTPM", V, _D, awaits=_VALIDATION),
    Parameter("vee.sum_pct", "1 / 1 / 0.5", "%", V, _D, most=100, awaits=_VALIDATION),
    Parameter("vee.linear_max_min", "120 / 120 / 120", "min", V, awaits=_VALIDATION),
    Parameter("vee.hist_min", "3 / 3 / 3", "days", V, awaits=_VALIDATION),
    Parameter("vee.hist_max", "8 / 8 / 8", "days", V, awaits=_VALIDATION),
    Parameter("vee.hist_search_days", "60 / 60 / 60", "days", V, awaits=_VALIDATION),
    Parameter("vee.hist_fallback_min", "5 / 5 / 5", "days", V, awaits=_VALIDATION),
    Parameter("vee.hist_fallback_days", "14 / 14 / 14", "days", V, awaits=_VALIDATION),
    Parameter(
        "vee.hist_est_pct", "20 / 20 / 20", "% of intervals", V, _D, most=100, awaits=_VALIDATION
    ),
    Parameter("vee.scale_min", "0.0 / 0.0 / 0.0", "factor", V, _D, awaits=_VALIDATION),
    Parameter("vee.scale_max", "5.0 / 5.0 / 5.0", "factor", V, _D, awaits=_VALIDATION),
    Parameter("vee.max_gap_days", "45 / 45 / 31", "days", V, awaits=_VALIDATION),
    Parameter(
        "vee.class_daily_kwh",
        "24.0 / 60.0 / 60.0",
        "kWh per day, after CTPM",
        V,
        _D,
        awaits=_VALIDATION,
    ),
    Parameter("vee.class_mean_min", "7 / 7 / 7", "billable days", V, awaits=_VALIDATION),
    Parameter("vee.class_mean_days", "60 / 60 / 60", "billable days", V, awaits=_VALIDATION),
    Parameter("bvsc.abs_kwh", "2.0 / 5.0 / 5.0", "kWh, multiplied by CTPM", V, _D, awaits=_BILLING),
    Parameter("bvsc.pct", "1 / 1 / 0.5", "%", V, _D, most=100, awaits=_BILLING),
    Parameter("bvsc.range_days", "3 / 3 / 3", "days", V, awaits=_BILLING),
    Parameter("bc.bie_hours", "24", "h", G, awaits=_CONTINUITY),
    Parameter("bc.assess_h", "1", "h", G, awaits=_CONTINUITY),
    Parameter("bc.first_notice_min", "30", "min", G, awaits=_CONTINUITY),
    Parameter("bc.notice_every_min", "60", "min", G, awaits=_CONTINUITY),
    Parameter("bc.failover_decide_h", "4", "h", G, awaits=_CONTINUITY),
    Parameter("bc.rto_critical_h", "6", "h", G, awaits=_CONTINUITY),
    Parameter("bc.rto_all_h", "24", "h", G, awaits=_CONTINUITY),
    Parameter("bc.rpo_min", "15", "min", G, awaits=_CONTINUITY),
    Parameter("bc.failback_notice_bd", "5", "business days", G, awaits=_CONTINUITY),
    Parameter("bc.report_bd", "20", "business days", G, awaits=_CONTINUITY),
    Parameter("test.notice_bd", "60", "business days", G, awaits=_TESTS),
    Parameter("test.consult_bd", "20", "business days", G, awaits=_TESTS),
    Parameter("test.report_bd", "20", "business days", G, awaits=_TESTS),
    Parameter("test.max_h", "4", "h per failover or failback", G, awaits=_TESTS),
    Parameter("test.per_year", "1", "full cycles", G, awaits=_TESTS),
    Parameter("test.slot", "Sunday 00:00-04:00", "EST", G, Kind.WEEKLY, awaits=_TESTS),
    Parameter("test.ready_bd", "5", "business days", G, awaits=_TESTS),
    Parameter("test.b_notice_bd", "20", "business days", G, awaits=_TESTS),
    Parameter("bc.counter_jump", "1000000", "ids", G, awaits=_CONTINUITY),
    Parameter(
        "bc.notice_jump", "1000", "ids of notices, tickets, events, tests", G, awaits=_CONTINUITY
    ),
    Parameter("bc.rto_aim_min", "60", "min", G, awaits=_CONTINUITY),
    Parameter(
        "bc.canary_org", "ORG00001", "organization", G, Kind.ORGANIZATION, awaits=_CONTINUITY
    ),
    Parameter(
        "operator.two_persons",
        "off",
        "on/off",
        G,
        Kind.ON_OFF,
        default_prod="on",
        awaits=_DESK,
    ),
    Parameter("desk.mail_from", "-", "address", G, Kind.ADDRESS, awaits=_DESK),
)

PARAMETERS = {each.name: each for each in _TABLE}
