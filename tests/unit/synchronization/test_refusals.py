"""Every Y code: a record that it refuses, and one beside it that it does not."""

from __future__ import annotations

from datetime import datetime

import pytest
from mdmr.calendar.instants import EST
from mdmr.calendar.period import SINCE_EVER, Period
from mdmr.exchange.files.layouts.records import split
from mdmr.organizations.entities import Organization, Role
from mdmr.synchronization.codes_processing import REFUSALS
from mdmr.synchronization.processing import judging
from mdmr.synchronization.processing.judging import CHECKS
from mdmr.synchronization.processing.plan import Plan
from msgspec.structs import replace

from tests.support.market import ORGANIZATIONS
from tests.support.planning import Directory, actions, codes, lines
from tests.support.towns import BARN, HOUSE, SHOP, SUM, meter, sdp, town

LATER = Period(datetime(2025, 10, 1, tzinfo=EST))


@pytest.fixture
def directory() -> Directory:
    return town()


def refused(made: Plan) -> list[str]:
    return [code for _, code in codes(made)]


def periodic(directory: Directory, told: str) -> Plan:
    return directory.plan(told, periodic=True)


def test_y299_refuses_a_record_on_which_the_hub_fails_and_no_other(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> str:
        raise RuntimeError

    judge = judging.judge
    monkeypatch.setattr(
        "mdmr.synchronization.processing.plan.judge",
        lambda case: fail(case) if case.subject.id == SHOP else judge(case),
    )
    made = directory.plan(
        f"REL|SA|{SHOP}|ACC-2|20251001000000|\nREL|SA|{HOUSE}|ACC-3|20251001000000|"
    )
    assert codes(made) == [("SA", "Y299")]
    assert made.tally.faults == {"05": 1}
    assert {each.entity.id for each in made.documents} == {HOUSE}


def test_y218_refuses_all_records_of_a_new_sdp_whose_own_was_refused(directory: Directory) -> None:
    told = sdp(BARN, start="20270901000000") + meter(4)
    made = directory.plan(told + f"REL|SM|{BARN}|M-4|20251001000000|")
    assert codes(made) == [
        ("SDP", "Y207"),
        ("PREMISE", "Y218"),
        ("SERVICE AGREEMENT", "Y218"),
        ("VEES", "Y218"),
        ("SB", "Y218"),
        ("SO", "Y218"),
        ("SM", "Y218"),
    ]
    assert {each.entity.id for each in made.documents} == {"M-4", "A-4"}


def test_y218_refuses_nothing_of_an_sdp_that_was_there_before(directory: Directory) -> None:
    made = directory.plan(
        f"SDP|{HOUSE}|SP-4821|P|E|CP|20270901000000|\nREL|SA|{HOUSE}|ACC-2|20251001000000|"
    )
    assert codes(made) == [("SDP", "Y207")]


@pytest.mark.parametrize(
    ("relation", "right", "wrong"),
    [
        ("SB", "ORG22222", "ORG33333"),
        ("SB", "ORG11111", "ORG99999"),
        ("SO", "ORG33333", "ORG22222"),
        ("SE", "ORG66666", "ORG22222"),
        ("SC", "ORG55555", "ORG11111"),
    ],
)
def test_y205_refuses_an_organization_that_is_not_in_the_role(
    directory: Directory, relation: str, right: str, wrong: str
) -> None:
    told = "REL|{}|{}|{}|20251001000000|"
    assert refused(directory.plan(told.format(relation, HOUSE, wrong))) == ["Y205"]
    assert refused(directory.plan(told.format(relation, HOUSE, right))) == []


def test_y205_refuses_an_organization_before_it_is_active(directory: Directory) -> None:
    late = Organization("ORG77777", "Late", frozenset({Role.AGENT}), LATER)
    directory.organizations = (*ORGANIZATIONS, late)
    told = "REL|SB|{}|ORG77777|{}|"
    assert refused(directory.plan(told.format(HOUSE, "20250930235959"))) == ["Y205"]
    assert refused(directory.plan(told.format(HOUSE, "20251001000000"))) == []


def test_y205_lets_pass_organizations_that_have_always_been_active(directory: Directory) -> None:
    made = directory.plan(sdp(BARN, start="19000101000000"))
    assert set(refused(made)) == {"Y205"}
    ever = Period(SINCE_EVER)
    directory.organizations = [replace(each, active=ever) for each in ORGANIZATIONS]
    assert refused(directory.plan(sdp(BARN, start="19000101000000"))) == []


def test_y206_refuses_what_lies_too_far_back_but_of_what_is_new(directory: Directory) -> None:
    far = "20200101000000"
    made = directory.plan(f"SDP|{HOUSE}|SP-4821|P|E|AC|{far}|")
    assert refused(made) == ["Y206"]
    assert refused(directory.plan(sdp(BARN, start=far))) == []
    assert refused(directory.plan("MTR|M-1|ELSTER|REX2|S|00000100|N|20200101000000|")) == ["Y206"]
    assert refused(directory.plan("MTR|M-9|ELSTER|REX2|S|00000100|N|20200101000000|")) == []


def test_y206_counts_whole_days_back_from_today(directory: Directory) -> None:
    told = "SDP|{}|SP-4821|P|E|AC|{}|"
    assert refused(directory.plan(told.format(HOUSE, "20231020235959"))) == ["Y206"]
    assert refused(directory.plan(told.format(HOUSE, "20231021000000"))) == []


def test_y206_is_asked_of_an_i_sync_only(directory: Directory) -> None:
    made = periodic(directory, f"SDP|{HOUSE}|SP-4821|P|E|AC|20200101000000|")
    assert refused(made) == []


def test_y207_refuses_what_lies_too_far_ahead(directory: Directory) -> None:
    told = "REL|SA|{}|ACC-2|{}|"
    assert refused(directory.plan(told.format(HOUSE, "20261022000001"))) == ["Y207"]
    assert refused(directory.plan(told.format(HOUSE, "20261022000000"))) == []


def test_y201_refuses_a_p_sync_to_change_what_was_over(directory: Directory) -> None:
    directory.sync(f"REL|SA|{HOUSE}|ACC-2|20251001000000|")
    assert refused(periodic(directory, f"REL|SA|{HOUSE}|ACC-2|20250915000000|")) == ["Y201"]
    assert refused(periodic(directory, f"REL|SA|{HOUSE}|ACC-2|20251001000000|")) == []


def test_y201_refuses_an_event_before_one_that_is_known(directory: Directory) -> None:
    directory.sync(f"PAR|S|{HOUSE}|OCCH|Y|20251001000000|")
    told = "PAR|S|{}|OCCH|Y|{}|"
    assert refused(periodic(directory, told.format(HOUSE, "20250915000000"))) == ["Y201"]
    assert refused(periodic(directory, told.format(HOUSE, "20251001000000"))) == []
    assert refused(periodic(directory, told.format(HOUSE, "20251010000000"))) == []


def test_y208_refuses_what_starts_before_its_sdp_unless_that_is_moved_back(
    directory: Directory,
) -> None:
    told = f"REL|SA|{HOUSE}|ACC-2|20250801000000|"
    assert refused(directory.plan(told)) == ["Y208"]
    moved = f"SDP|{HOUSE}|SP-4821|P|E|AC|20250801000000|\n"
    assert refused(directory.plan(moved + told)) == []


def test_y202_refuses_what_starts_while_its_sdp_is_inactive(directory: Directory) -> None:
    directory.sync(f"SDP|{HOUSE}|SP-4821|P|E|IN|20251001000000|20251005000000")
    told = "REL|SA|{}|ACC-2|{}|"
    assert refused(directory.plan(told.format(HOUSE, "20251002000000"))) == ["Y202"]
    assert refused(directory.plan(told.format(HOUSE, "20251005000000"))) == []
    directory.sync(f"SDP|{HOUSE}|SP-4821|P|E|AC|20251005000000|20251010000000")
    assert refused(directory.plan(told.format(HOUSE, "20251010000000"))) == ["Y202"]


def test_y202_lets_a_wrong_value_be_taken_back(directory: Directory) -> None:
    directory.sync(f"REL|SE|{HOUSE}|ORG66666|20251003000000|")
    directory.sync(f"SDP|{HOUSE}|SP-4821|P|E|IN|20251001000000|")
    told = f"REL|SE|{HOUSE}|ORG66666|20251003000000|20251003000000"
    assert refused(directory.plan(told)) == []


@pytest.mark.parametrize(
    "told",
    [
        "PAR|M|M-3|RDEC|1|20250801000000|",
        "REL|MC|M-3|A-3|20250801000000|",
        f"SDP|{HOUSE}|SP-4821|P|E|AC|20250801000000|\nREL|SM|{HOUSE}|M-3|20250801000000|",
    ],
)
def test_y209_refuses_what_starts_before_its_asset(directory: Directory, told: str) -> None:
    assert refused(directory.plan(told)) == ["Y209"]
    assert refused(directory.plan(told.replace("20250801", "20250901"))) == []


def test_y209_refuses_an_asset_that_is_retired(directory: Directory) -> None:
    retired = "MTR|M-3|ELSTER|REX2|S|00000100|N|20250901000000|20251001000000\n"
    made = directory.plan(retired + f"REL|SM|{HOUSE}|M-3|20251001000000|")
    assert refused(made) == ["Y209"]


def test_y210_refuses_to_cancel_what_is_not_there(directory: Directory) -> None:
    told = "REL|SA|{}|ACC-1|{}|{}"
    other = told.format(HOUSE, "20250902000000", "20250902000000")
    assert refused(directory.plan(other)) == ["Y210"]
    own = directory.plan(told.format(HOUSE, "20250901000000", "20250901000000"))
    assert refused(own) == []
    assert actions(own) == ["SA CAN ACC-1 - 20250901000000 -"]


def test_y203_refuses_a_meter_that_another_sdp_has(directory: Directory) -> None:
    taken = f"REL|SM|{SHOP}|M-1|20251001000000|"
    assert refused(directory.plan(taken)) == ["Y203"]
    # Records with an End come first, wherever they stand in the file.
    ended = f"\nREL|SM|{HOUSE}|M-1|20250901000000|20251001000000"
    assert refused(directory.plan(taken + ended)) == []


def test_y203_refuses_to_cancel_where_the_former_meter_is_taken_by_now(
    directory: Directory,
) -> None:
    directory.sync(f"REL|SM|{HOUSE}|M-3|20251001000000|")
    directory.sync(f"REL|SM|{SHOP}|M-1|20251005000000|")
    told = f"REL|SM|{HOUSE}|M-3|20251001000000|20251001000000"
    assert refused(directory.plan(told)) == ["Y203"]


def test_y204_refuses_a_module_that_another_meter_has(directory: Directory) -> None:
    taken = "REL|MC|M-3|A-1|20251001000000|"
    assert refused(directory.plan(taken)) == ["Y204"]
    ended = "\nREL|MC|M-1|A-1|20250901000000|20251001000000"
    assert refused(directory.plan(taken + ended)) == []


@pytest.mark.parametrize(
    ("framing", "interval", "demand", "fits"),
    [
        ("01", "00000100", "N", True),
        ("02", "00000100", "N", False),
        ("03", "00000100", "N", True),
        ("11", "00000015", "Y", True),
        ("11", "00000005", "Y", True),
        ("11", "00000015", "N", False),
        ("11", "00000030", "Y", False),
        ("12", "00000100", "Y", True),
        ("13", "00000015", "Y", False),
        ("13", "00000005", "Y", True),
        ("14", "00000015", "Y", True),
        ("14", "00000100", "Y", False),
        ("15", "00000015", "Y", False),
    ],
)
def test_y211_refuses_a_framing_that_zone_or_meter_do_not_fit(
    directory: Directory, framing: str, interval: str, demand: str, *, fits: bool
) -> None:
    made = directory.plan(
        sdp(BARN).replace("|04|", f"|{framing}|")
        + meter(4, interval=interval, demand=demand)
        + f"REL|SM|{BARN}|M-4|20250901000000|"
    )
    assert refused(made) == ([] if fits else ["Y211"])


def test_y211_asks_for_the_zone_only_where_no_meter_is_known(directory: Directory) -> None:
    assert refused(directory.plan(sdp(BARN).replace("|04|", "|11|"))) == []
    assert refused(directory.plan(sdp(BARN).replace("|04|", "|15|"))) == ["Y211"]


@pytest.mark.parametrize("kind", ["P", "V"])
def test_y211_refuses_ultra_low_overnight_unless_the_ldc_may_use_it(
    directory: Directory, kind: str
) -> None:
    told = sdp(BARN, kind=kind).replace("|04|", "|{}|")
    assert refused(directory.plan(told.format("05"))) == ["Y211"]
    directory.ultra_low_overnight = True
    assert refused(directory.plan(told.format("05"))) == []
    assert refused(directory.plan(told.format("06"))) == ["Y211"]


def test_y211_of_a_virtual_sdp_counts_its_longest_component(directory: Directory) -> None:
    directory.sync(sdp(BARN) + meter(4, interval="00000015") + f"REL|SM|{BARN}|M-4|20250901000000|")
    told = sdp(SUM, kind="V").replace("|04|", "|11|")
    of_barn = f"CTC|{SUM}|01|{BARN}|01|1.000000|20250901000000|\n"
    of_both = of_barn + f"CTC|{SUM}|01|{SHOP}|01|1.000000|20250901000000|"
    assert refused(directory.plan(told + of_barn)) == []
    assert refused(directory.plan(told + of_both)) == ["Y211"]


def test_y212_refuses_a_vee_service_that_is_not_offered(directory: Directory) -> None:
    told = "PAR|S|{}|VEES|{}|20251001000000|"
    assert refused(directory.plan(told.format(HOUSE, "04"))) == ["Y212"]
    assert refused(directory.plan(told.format(HOUSE, "05"))) == []


def test_y219_refuses_a_15_minute_service_for_hours(directory: Directory) -> None:
    told = "PAR|S|{}|VEES|{}|20251001000000|"
    assert refused(directory.plan(told.format(HOUSE, "45"))) == ["Y219"]
    # Without a meter nothing is known of the intervals.
    assert refused(directory.plan(sdp(BARN).replace("VEES|01", "VEES|45"))) == []


def test_y219_refuses_all_but_01_for_a_virtual_sdp(directory: Directory) -> None:
    made = directory.plan(sdp(SUM, kind="V").replace("VEES|01", "VEES|02"))
    assert refused(made) == ["Y219"]


def test_y213_refuses_a_cycle_that_is_not_scheduled(directory: Directory) -> None:
    told = "PAR|S|{}|BCID|{}|20251001000000|"
    assert refused(directory.plan(told.format(HOUSE, "BC99"))) == ["Y213"]
    assert refused(directory.plan(told.format(HOUSE, "BC08"))) == []


def test_y214_refuses_a_transformer_rated_meter_without_multiplier(directory: Directory) -> None:
    told = meter(4, kind="T") + f"REL|SM|{HOUSE}|M-4|20251001000000|\n"
    assert refused(directory.plan(told)) == ["Y214"]
    multiplied = f"PAR|S|{HOUSE}|CTPM|20|20251001000000|"
    assert refused(directory.plan(told + multiplied)) == []
    assert refused(directory.plan(told + multiplied.replace("1001", "1002"))) == ["Y214"]


@pytest.mark.parametrize("component", [BARN, SUM, "77777777", SHOP])
def test_y215_refuses_a_component_that_is_none(directory: Directory, component: str) -> None:
    """Inactive, virtual, of another LDC, and one whose unit differs."""
    directory.foreign = frozenset({"77777777"})
    directory.sync(
        sdp(BARN, status="IN")
        + sdp(SUM, kind="V")
        + "PAR|M|M-2|CH01|KVARH|20250901000000|"
        + f"\nCTC|{SUM}|01|{HOUSE}|01|1.000000|20250901000000|"
    )
    told = f"CTC|{SUM}|01|{component}|01|1.000000|20251001000000|"
    assert refused(directory.plan(told)) == ["Y215"]
    other_channel = f"CTC|{SUM}|02|{SHOP}|01|1.000000|20251001000000|"
    assert refused(directory.plan(other_channel)) == []


def test_y216_refuses_a_channel_that_the_meter_does_not_have(directory: Directory) -> None:
    directory.sync(sdp(SUM, kind="V") + sdp(BARN))
    told = "CTC|{}|01|{}|{}|1.000000|20251001000000|"
    assert refused(directory.plan(told.format(SUM, HOUSE, "02"))) == ["Y216"]
    assert refused(directory.plan(told.format(SUM, BARN, "01"))) == ["Y216"]
    assert refused(directory.plan(told.format(SUM, HOUSE, "01"))) == []


@pytest.mark.parametrize("told", ["PAR|S|{}|BCID|BC08|{}|", "REL|SB|{}|ORG11111|{}|"])
def test_y217_refuses_a_change_inside_the_period_of_an_open_request(
    directory: Directory, told: str
) -> None:
    inside, after = "20251015000000", "20251101000000"
    directory.windows = {
        HOUSE: Period(datetime(2025, 10, 1, tzinfo=EST), datetime(2025, 11, 1, tzinfo=EST))
    }
    assert refused(directory.plan(told.format(HOUSE, inside))) == ["Y217"]
    assert refused(directory.plan(told.format(HOUSE, after))) == []
    assert refused(directory.plan(told.format(SHOP, inside))) == []


def test_y217_lets_what_is_known_be_told_again(directory: Directory) -> None:
    directory.windows = {HOUSE: Period(datetime(2025, 8, 1, tzinfo=EST))}
    assert refused(directory.plan(f"PAR|S|{HOUSE}|BCID|BC07|20250901000000|")) == []


def test_y220_refuses_to_cancel_an_sdp_that_has_anything_else(directory: Directory) -> None:
    """More of it is in `test_entities_in_use`."""
    cancelled = f"SDP|{HOUSE}|SP-4821|P|E|AC|20250901000000|20250901000000"
    assert refused(directory.plan(cancelled)) == ["Y220"]


def test_every_code_has_a_test_that_names_it() -> None:
    named = {name.split("_")[1].upper() for name in globals() if name.startswith("test_y")}
    assert named == set(REFUSALS)


def test_the_checks_stand_in_the_order_of_the_codes() -> None:
    assert ["Y299", *(each.code for each in CHECKS)] == list(REFUSALS)


def test_the_first_that_applies_is_told(directory: Directory) -> None:
    made = directory.plan(f"REL|SB|{HOUSE}|ORG33333|20270101000000|")
    assert refused(made) == ["Y205"]


def test_a_refused_record_is_told_as_it_was_submitted(directory: Directory) -> None:
    made = directory.plan(f"REL|SB|{HOUSE}|org33333|20251001000000|20251101000000")
    (row,) = map(split, lines(made.exceptions))
    assert row[4:] == [
        "3",
        "SB",
        HOUSE,
        HOUSE,
        "ORG33333",
        "SB",
        "org33333",
        "20251001000000",
        "20251101000000",
        "Y205",
        "ORGANIZATION NOT REGISTERED FOR ROLE",
    ]
