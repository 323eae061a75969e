"""The records of synchronization sets: each fault of a field is told as what it is."""

from __future__ import annotations

import pytest
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.synchronization import COMPONENTS, INCREMENTAL, PERIODIC, RECORDS
from mdmr.exchange.files.layouts.types import Why

S = "20250901000000"


def faults(file_number: str, line: str) -> list[tuple[str, Why]]:
    layout = INCREMENTAL[file_number].detail(line.partition("|")[0])
    return [(each.field.name, each.why) for each in records.read(layout, line).faults]


@pytest.mark.parametrize(
    ("file_number", "line"),
    [
        ("00", "MAN|07|01|ORG11111.ORG22222.4000.00.202509021000.tx0001.07.01.DAT|3"),
        ("01", f"SDP|48217730|SP-0001|P|E|AC|{S}|"),
        ("01", f"MTR|M-1002|ELSTER|REX2|S|00000100|N|{S}|"),
        ("01", f"COM|A-2002|EL||{S}|20250902"),
        ("02", f"PRM|48217730|PR-1|Oakville|ON|L6H 0A1|{S}|"),
        ("03", f"SAG|48217730|34|E|{S}|"),
        ("04", f"PAR|S|48217730|VEES|05|{S}|"),
        ("04", f"PAR|S|48217730|CTPM|1.0000|{S}|"),
        ("04", f"PAR|S|48217730|CRTC|TIER|{S}|"),
        ("04", f"PAR|M|m-1|CH99|KVARH|{S}|"),
        ("04", f"PAR|M|M-1|DIAL|5|{S}|"),
        ("05", f"REL|SM|48217730|M-1002|{S}|"),
        ("05", f"REL|MC|M-1002|A-2002|{S}|"),
        ("05", f"REL|SC|48217730|ORG55555|{S}|"),
        (COMPONENTS, f"CTC|44901826|01|48217730|01|-.5|{S}|"),
        (COMPONENTS, f"CTF|44901826|01|SUM|{S}|"),
    ],
)
def test_a_right_record_has_no_fault(file_number: str, line: str) -> None:
    assert faults(file_number, line) == []


@pytest.mark.parametrize(
    ("file_number", "line", "field", "why"),
    [
        ("01", f"SDP||SP-0001|P|E|AC|{S}|", "Universal SDP ID", Why.MISSING),
        ("01", f"SDP|4821773|SP-0001|P|E|AC|{S}|", "Universal SDP ID", Why.FORM),
        ("01", f"SDP|08217730|SP-0001|P|E|AC|{S}|", "Universal SDP ID", Why.LETTERS),
        ("01", f"SDP|48217730|SP 0001|P|E|AC|{S}|", "LDC SDP ID", Why.LETTERS),
        ("01", f"SDP|48217730|{'S' * 51}|P|E|AC|{S}|", "LDC SDP ID", Why.FORM),
        ("01", f"SDP|48217730|SP-0001|X|E|AC|{S}|", "SDP Type", Why.UNLISTED),
        ("01", f"SDP|48217730|SP-0001|PV|E|AC|{S}|", "SDP Type", Why.FORM),
        ("01", "SDP|48217730|SP-0001|P|E|AC|20250230000000|", "Start", Why.UNREAL),
        ("01", "SDP|48217730|SP-0001|P|E|AC|202509|", "Start", Why.FORM),
        ("01", f"MTR|M-1|ELSTER;|REX2|S|00000100|N|{S}|", "Manufacturer", Why.LETTERS),
        ("01", f"MTR|M-1|ELSTER|REX2|S|00000010|N|{S}|", "Interval Length", Why.FORM),
        ("02", f"PRM|48217730|||QC|L6H0A1|{S}|", "Province", Why.UNLISTED),
        ("02", f"PRM|48217730|||ON|L6 H0A1|{S}|", "Postal Code", Why.FORM),
        ("02", f"PRM|48217730|||ON|L6HOA1|{S}|", "Postal Code", Why.LETTERS),
        ("03", f"SAG|48217730|07|E|{S}|", "Framing Structure ID", Why.UNLISTED),
        ("04", f"PAR|X|48217730|VEES|05|{S}|", "Level", Why.UNLISTED),
        ("04", f"PAR|M|M-1|VEES|05|{S}|", "Parameter Code", Why.UNLISTED),
        ("04", f"PAR|M|M-1|CH00|KWH|{S}|", "Parameter Code", Why.UNLISTED),
        ("04", f"PAR|S|48217730|VEES|5|{S}|", "Value", Why.FORM),
        ("04", f"PAR|S|48217730|DRTC|TOU|{S}|", "Value", Why.UNLISTED),
        ("04", f"PAR|S|48217730|CTPM|0.0000|{S}|", "Value", Why.FORM),
        ("04", f"PAR|S|M-1|VEES|05|{S}|", "Entity ID", Why.FORM),
        ("05", f"REL|XX|48217730|M-1|{S}|", "Relationship Type", Why.UNLISTED),
        ("05", f"REL|SB|48217730|ORG1|{S}|", "To ID", Why.FORM),
        ("05", f"REL|SB|48217730|ORGANIZA|{S}|", "To ID", Why.LETTERS),
        (COMPONENTS, f"CTC|44901826|00|48217730|01|1|{S}|", "Virtual Channel", Why.LETTERS),
        (COMPONENTS, f"CTC|44901826|01|48217730|01|-0.0|{S}|", "Coefficient", Why.FORM),
    ],
)
def test_each_fault_is_told_as_what_it_is(
    file_number: str, line: str, field: str, why: Why
) -> None:
    assert faults(file_number, line) == [(field, why)]


def test_both_kinds_of_set_have_the_same_records() -> None:
    assert set(PERIODIC) == set(INCREMENTAL) == set(RECORDS)
    for number, layout in PERIODIC.items():
        assert layout.details == INCREMENTAL[number].details
        assert (layout.name, INCREMENTAL[number].name) == ("3000.01", "4000.00")


def test_ids_are_folded_and_a_blank_in_the_middle_of_a_postal_code_is_dropped() -> None:
    line = f"PRM|48217730| pr-1 |A b|ON|L6H 0A1|{S}|"
    premise = records.read(INCREMENTAL["02"].detail("PRM"), line)
    assert premise.texts[:5] == ("48217730", "PR-1", "A b", "ON", "L6H0A1")
