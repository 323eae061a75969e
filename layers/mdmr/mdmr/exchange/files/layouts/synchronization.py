"""Layouts of synchronization sets: the Manifest (file 00), and the details of 01 to 05 and 07.

The sets of 3000 and 4000 have the same ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from mdmr.exchange.files.layouts.tables import Field, FileLayout, Need, RecordLayout
from mdmr.exchange.files.layouts.types import (
    ACCOUNT_ID,
    ASSET_ID,
    BILLING_CYCLE_ID,
    BOUNDARY,
    CHANNEL,
    DATE_TIME,
    END,
    FILE_NAME,
    ORG_ID,
    POSTAL_CODE,
    SDP_ID,
    TIME_INTERVAL,
    TX_ID,
    UNIVERSAL_SDP_ID,
    FieldType,
    Why,
    above_zero,
    fixed_number,
    number,
    one_of,
    text,
    varchar,
)

MANIFEST = "00"
# File 07 is only in sets that tell of virtual SDPs.
MANDATORY = ("01", "02", "03", "04", "05")
COMPONENTS = "07"

FRAMING_STRUCTURES = tuple(f"{number:02d}" for number in (*range(1, 7), *range(11, 35)))
AMI_TECHNOLOGIES = ("EL", "SN", "TR", "LG", "TN", "SS", "IT", "OT")
UNITS = ("KWH", "KVAH", "KVARH", "GKWH")
RATE_CLASSES = ("RES", "GSL", "GSG", "SEA", "USL", "STL", "SEN", "OTH")
COMMODITY_CLASSES = ("TOU", "TIER", "ULO", "RTLR", "SPOT", "OTHR")

_FILE_NUMBER = fixed_number(2, "|".join((*MANDATORY, COMPONENTS)), finer=Why.UNLISTED)
_ANY_ID, _ANY_TO = varchar(30), varchar(50)
_VALUE = text(40)
_DIGITS = FieldType("Number(1)", "0*[1-9]", meant="a number from 1 to 9")
_DECIMALS = FieldType("Number(1)", "0*[0-4]", meant="a number from 0 to 4")
_PERIOD = (
    Field("Start", BOUNDARY, rule="inclusive"),
    Field("End", END, Need.OPTIONAL, "exclusive; empty, or on 9999-12-31 = open"),
)

HEADER = (
    Field("TX_ID", TX_ID, rule="as in the name"),
    Field("File Number", fixed_number(2), rule="as in the name"),
    Field("Segment Number", fixed_number(2), rule="as in the name"),
    Field("Extracted Date Time", DATE_TIME, rule="the same in all files of a set"),
    Field(
        "Sync Type", one_of("I", "P"), Need.CONDITIONAL, "file 00 only: I with 4000, P with 3000"
    ),
    Field("Sequence Number", above_zero(number(10)), Need.CONDITIONAL, "file 00 only"),
    Field("File Count", number(5), Need.CONDITIONAL, "file 00 only: number of MAN records"),
)


def _record(record: str, *fields: Field) -> RecordLayout:
    return RecordLayout(record, (*fields, *_PERIOD))


def _listed(codes: Sequence[str]) -> FieldType:
    """Return the type of a parameter's value that is one of a list."""
    return one_of(*codes, label="Text(40)", shape=".{1,40}")


def _parameters(
    level: str, entity: Field, values: Sequence[tuple[str, str, Field]]
) -> RecordLayout:
    """Return the layout of the parameters of a level; of each the code, its pattern, the value."""

    def variant(code: FieldType, value: Field) -> RecordLayout:
        of_level = Field("Level", one_of(level), rule=f"`{level}`")
        return _record("PAR", of_level, entity, Field("Parameter Code", code), value)

    codes = tuple(pattern for _, pattern, _ in values)
    names = f"one of {', '.join(code for code, _, _ in values)}"
    every = one_of(*codes, label="Char(4)", shape=".{4}", meant=names)
    return replace(
        variant(every, Field("Value", _VALUE)),
        variants=tuple(
            variant(one_of(pattern, label=f"`{code}`", shape=".{4}", meant=code), value)
            for code, pattern, value in values
        ),
        deciding=2,
    )


def _value(of: FieldType, rule: str) -> Field:
    return Field("Value", of, rule=rule)


_SDP_PARAMETERS = _parameters(
    "S",
    Field("Entity ID", UNIVERSAL_SDP_ID, rule="Universal SDP ID"),
    (
        ("VEES", "VEES", _value(fixed_number(2), "VEE service; mandatory")),
        ("BCID", "BCID", _value(BILLING_CYCLE_ID, "Billing Cycle ID (PUSH billing)")),
        (
            "CTPM",
            "CTPM",
            _value(above_zero(number(7, 4)), "CT x PT multiplier; mandatory with Meter Type T"),
        ),
        ("DRTC", "DRTC", _value(_listed(RATE_CLASSES), "distributor rate class")),
        ("CRTC", "CRTC", _value(_listed(COMMODITY_CLASSES), "commodity rate class")),
        ("OCCH", "OCCH", _value(_listed("Y"), "occupant change: an event at Start")),
    ),
)
_METER_PARAMETERS = _parameters(
    "M",
    Field("Entity ID", ASSET_ID, rule="Meter ID"),
    (
        ("MMUL", "MMUL", _value(above_zero(number(5, 4)), "meter multiplier, default 1")),
        ("DIAL", "DIAL", _value(_DIGITS, "register digits; mandatory")),
        ("RDEC", "RDEC", _value(_DECIMALS, "register decimals")),
        (
            "CHnn",
            "CH(?:0[1-9]|[1-9][0-9])",
            _value(_listed(UNITS), "unit of channel nn; CH01 mandatory"),
        ),
        ("PMUL", "PMUL", _value(above_zero(number(3, 8)), "pulse multiplier: values are pulses")),
    ),
)
PARAMETER = replace(
    _record(
        "PAR",
        Field("Level", one_of("S", "M"), rule="`S` SDP, `M` meter"),
        Field("Entity ID", _ANY_ID, rule="Universal SDP ID or Meter ID"),
        Field("Parameter Code", varchar(4)),
        Field("Value", _VALUE, rule="by the code"),
    ),
    variants=(_SDP_PARAMETERS, _METER_PARAMETERS),
    deciding=0,
)


def _relationship(kind: str, start: Field, to: Field) -> RecordLayout:
    return _record("REL", Field("Relationship Type", one_of(kind), rule=f"`{kind}`"), start, to)


_FROM_SDP = Field("From ID", UNIVERSAL_SDP_ID, rule="Universal SDP ID")
_ORGANIZATIONS = {
    "SB": "Billing Agent; mandatory",
    "SO": "AMI Operator; mandatory for physical SDPs",
    "SE": "Energy Service Provider",
    "SC": "CCA service provider; any number at a time",
}
_RELATIONSHIPS = (
    _relationship("SM", _FROM_SDP, Field("To ID", ASSET_ID, rule="Meter ID")),
    _relationship("SA", _FROM_SDP, Field("To ID", ACCOUNT_ID, rule="Account ID")),
    _relationship(
        "MC",
        Field("From ID", ASSET_ID, rule="Meter ID"),
        Field("To ID", ASSET_ID, rule="AMCD ID"),
    ),
    *(
        _relationship(kind, _FROM_SDP, Field("To ID", ORG_ID, rule=f"ORG ID of the {who}"))
        for kind, who in _ORGANIZATIONS.items()
    ),
)
RELATIONSHIP = replace(
    _record(
        "REL",
        Field("Relationship Type", one_of("SM", "SA", "MC", *_ORGANIZATIONS)),
        Field("From ID", _ANY_ID),
        Field("To ID", _ANY_TO),
    ),
    variants=_RELATIONSHIPS,
    deciding=0,
)

_USDP = Field("Universal SDP ID", UNIVERSAL_SDP_ID)
_VIRTUAL = (
    Field("Virtual Universal SDP ID", UNIVERSAL_SDP_ID),
    Field("Virtual Channel", CHANNEL),
)

RECORDS = {
    MANIFEST: (
        RecordLayout(
            "MAN",
            (
                Field("File Number", _FILE_NUMBER),
                Field("Segment Number", fixed_number(2)),
                Field("File Name", FILE_NAME),
                Field("Detail Count", number(9), rule="of that file"),
            ),
        ),
    ),
    "01": (
        _record(
            "SDP",
            _USDP,
            Field("LDC SDP ID", SDP_ID),
            Field("SDP Type", one_of("P", "V"), rule="`P` physical, `V` virtual; never changes"),
            Field("Time Zone", one_of("E", "C")),
            Field(
                "Service Status",
                one_of("AC", "BT", "CP", "IN"),
                rule="`AC` active, `BT` booted, `CP` cut at pole, `IN` inactive",
            ),
        ),
        _record(
            "MTR",
            Field("Meter ID", ASSET_ID),
            Field("Manufacturer", text(10), Need.OPTIONAL),
            Field("Model", text(20), Need.OPTIONAL),
            Field("Meter Type", one_of("S", "T"), rule="`S` self-contained, `T` transformer-rated"),
            Field("Interval Length", TIME_INTERVAL),
            Field("Demand Capable", one_of("Y", "N")),
        ),
        _record(
            "COM",
            Field("AMCD ID", ASSET_ID),
            Field("AMI Technology", one_of(*AMI_TECHNOLOGIES)),
            Field("Model", text(20), Need.OPTIONAL),
        ),
    ),
    "02": (
        _record(
            "PRM",
            _USDP,
            Field("Premise ID", ASSET_ID, Need.OPTIONAL),
            Field("City", text(40), Need.OPTIONAL),
            Field("Province", one_of("ON")),
            Field("Postal Code", POSTAL_CODE, rule="one blank in the middle is dropped"),
        ),
    ),
    "03": (
        _record(
            "SAG",
            _USDP,
            Field(
                "Framing Structure ID",
                fixed_number(2, "|".join(FRAMING_STRUCTURES), finer=Why.UNLISTED),
            ),
            Field("Commodity Type", one_of("E")),
        ),
    ),
    "04": (PARAMETER,),
    "05": (RELATIONSHIP,),
    COMPONENTS: (
        _record(
            "CTC",
            *_VIRTUAL,
            Field("Component Universal SDP ID", UNIVERSAL_SDP_ID, rule="physical, same LDC"),
            Field("Component Channel", CHANNEL),
            Field("Coefficient", above_zero(number(5, 6, signed=True)), rule="signed, not 0"),
        ),
        _record(
            "CTF",
            *_VIRTUAL,
            Field("Formula ID", one_of("SUM", "POS", "NEG")),
        ),
    ),
}

_TITLES = {
    MANIFEST: "Manifest",
    "01": "Asset",
    "02": "Premise",
    "03": "Service Agreement",
    "04": "Parameter",
    "05": "Relationship",
    COMPONENTS: "Component",
}


def set_layouts(file_id: str, version: str) -> dict[str, FileLayout]:
    """Return the layouts of the files of a set, by file number."""
    return {
        file_number: FileLayout(file_id, version, _TITLES[file_number], records, header=HEADER)
        for file_number, records in RECORDS.items()
    }


PERIODIC = set_layouts("3000", "01")
INCREMENTAL = set_layouts("4000", "00")
