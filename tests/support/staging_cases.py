"""Each S code at least once: what is done to a right set, and what staging says of it then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from mdmr.calendar.instants import EST, to_text
from mdmr.directory import directory_map
from mdmr.directory.entries import Entry, Held
from mdmr.stores.memory.hub import MemoryHub
from mdmr.synchronization.staging.findings import Finding

from tests.support.staging_sets import (
    EXTRACTED,
    OTHER,
    PAIRS,
    SDP,
    SINCE,
    VIRTUAL,
    FileSetOfLines,
    a_set,
    bring,
    meter,
    sdp,
    stage,
    together,
    virtual,
    whole,
)

Records = dict[str, list[str]]
Spoil = Callable[[FileSetOfLines], object]
HEADER, COUNT = "02-01:2|FHR|||", "Detail Count"


@dataclass(frozen=True)
class Case:
    """A set that is spoiled, and what is to be found, as `told` shows it.

    `entries` are in the directory map before; `last` is the extract time of the last complete set.
    """

    code: str
    found: str
    spoil: Spoil = lambda _: None
    records: Records = field(default_factory=whole)
    periodic: bool = False
    entries: tuple[Entry, ...] = ()
    last: datetime | None = None
    also: tuple[str, ...] = ()

    @property
    def codes(self) -> list[str]:
        """Every code that is found."""
        return sorted((self.code, *self.also))

    def stage_on(self, hub: MemoryHub) -> str:
        """Stage the set on a hub and return the outcome."""
        made = a_set(self.records, periodic=self.periodic)
        self.spoil(made)
        key = ""
        if self.entries:
            key = directory_map.write(hub.data, made.set_id.ldc, "before", None, self.entries)
        bring(hub, made, directory=key, last=to_text(self.last) if self.last else "")
        return stage(hub, made.set_id)


def told(each: Finding) -> str:
    """Return a finding as `file-segment:line|type|usdp|entity|field|value`."""
    number, segment, line = each.place
    rest = (each.type, each.usdp, each.entity, each.field, each.value)
    return f"{number}-{segment}:{line}|{'|'.join(rest)}"


def known(usdp: str = SDP, kind: str = "P", status: str = "AC", meters: str = "") -> Entry:
    """Return the entry of an SDP in the directory map."""
    bound = tuple(Held(each) for each in meters.split())
    return Entry(usdp, PAIRS[usdp], kind, (Held("E"),), (Held(status),), meters=bound)


def put(number: str, line: int, *texts: str) -> Spoil:
    """Return what puts lines in the place of one of a file; 0: adds them at its end."""

    def spoil(each: FileSetOfLines) -> None:
        lines = each.lines[number, "01"]
        at = slice(len(lines), None) if line == 0 else slice(line - 1, line)
        lines[at] = texts

    return spoil


def change(number: str, line: int, old: str, new: str) -> Spoil:
    """Return what changes a text in a line of a file, where it stands last."""

    def spoil(each: FileSetOfLines) -> None:
        before, found, after = each.lines[number, "01"][line - 1].rpartition(old)
        assert found, f"{old} is not in line {line} of {number}"
        each.lines[number, "01"][line - 1] = f"{before}{new}{after}"

    return spoil


def late(each: FileSetOfLines) -> None:
    """Extract a set a second more than a day after it is staged."""
    each.extracted = datetime(2025, 9, 3, 10, 4, 1, tzinfo=EST)
    for lines in each.lines.values():
        lines[1] = lines[1].replace("20250902093000", "20250903100401")


def plus(number: str, *more: str, base: Records | None = None) -> Records:
    """Return the records of the whole set, or of another, with more of them in a file."""
    return together(whole() if base is None else base, {number: list(more)})


def minus(number: str, begin: str, base: Records | None = None) -> Records:
    """Return the records of the whole set, or of another, without those that begin so."""
    every = whole() if base is None else base
    return {**every, number: [each for each in every[number] if not each.startswith(begin)]}


FULL = together(sdp(), meter())
_OF_SDP, _OF_OTHER = f"{SDP}|{SDP}", f"{OTHER}|{OTHER}"
_OF_VIRTUAL = f"{VIRTUAL}|{VIRTUAL}"

OF_FILES = (
    Case("S001", "02-01:1|FNR||||", put("02", 1, "FNR|another.DAT")),
    Case("S001", "03-01:1|FNR||||", put("03", 1, "?")),
    Case("S002", f"{HEADER}|", change("02", 2, "||", "|")),
    Case("S002", f"{HEADER}|", change("02", 2, "20250902100000", "20251302100000")),
    Case("S002", f"{HEADER}|", put("02", 2, "?")),
    Case("S002", f"{HEADER}|", change("02", 2, "||", "I||")),
    Case(
        "S003",
        f"{HEADER}Extracted Date Time|20250902093001",
        change("02", 2, "20250902093000", "20250902093001"),
    ),
    Case("S004", f"{HEADER}|", change("02", 2, "|02|", "|03|")),
    Case("S004", f"{HEADER}|", change("02", 2, "tx0001", "tx0002")),
    Case("S004", f"{HEADER}|", change("02", 2, "ORG11111", "ORG44444")),
    Case("S005", f"{HEADER}{COUNT}|9", change("02", 2, "|2|", "|9|")),
    Case("S005", f"02-01:5|EOF|||{COUNT}|7", put("02", 0, "EOF|7")),
    Case("S005", f"02-01:5|EOF|||{COUNT}|2", put("02", 0, "EOF|2", "?")),
    Case("S005", f"02-01:5|EOF|||{COUNT}|", put("02", 0, "EOF")),
    Case("S005", f"{HEADER}{COUNT}|2", change("00", 4, "|2", "|3")),
    Case("S006", "00-01:2|FHR|||Sync Type|P", change("00", 2, "|I|", "|P|")),
    Case(
        "S007",
        "00-01:2|FHR|||Extracted Date Time|20250903100401",
        late,
    ),
)
OF_RECORDS = (
    Case("S010", "02-01:3|SAG||||", put("02", 3, f"SAG|{SDP}|01|E|{SINCE}|"), also=("S026",)),
    Case("S011", "03-01:4|SAG||||", put("03", 4, f"SAG|{VIRTUAL}|01|E|{SINCE}"), also=("S026",)),
    Case("S012", f"02-01:3|PRM|{_OF_SDP}|Province|", change("02", 3, "|ON|", "||")),
    Case("S013", f"02-01:3|PRM|{_OF_SDP}|Province|ONT", change("02", 3, "|ON|", "|ONT|")),
    Case("S013", "01-01:4|MTR||M-1|Interval Length|100", change("01", 4, "00000100", "100")),
    Case("S014", f"03-01:3|SAG|{_OF_SDP}|Start|20250931", change("03", 3, SINCE, "20250931")),
    Case("S015", f"03-01:3|SAG|{_OF_SDP}|End|20250831", change("03", 3, "|", "|20250831")),
    Case(
        "S015",
        f"03-01:3|SAG|{_OF_SDP}|End|20250901",
        change("03", 3, "|", "|20250901"),
        FULL,
        periodic=True,
    ),
    Case("S016", f"02-01:3|PRM|{_OF_SDP}|Province|BC", change("02", 3, "|ON|", "|BC|")),
    Case("S016", f"03-01:3|SAG|{_OF_SDP}|Framing Structure ID|10", change("03", 3, "|01|", "|10|")),
    Case(
        "S016",
        f"05-01:8|REL||{SDP}|Relationship Type|XX",
        records=plus("05", f"REL|XX|{SDP}|2|{SINCE}|"),
    ),
    Case("S016", "04-01:7|PAR||M-7|Level|X", records=plus("04", f"PAR|X|M-7|DIAL|5|{SINCE}|")),
    Case("S017", f"02-01:3|PRM|{_OF_SDP}|City|Oak*ville", change("02", 3, "Oak", "Oak*")),
    Case("S017", f"02-01:3|PRM|{_OF_SDP}|Postal Code|L6HOA1", change("02", 3, "H0", "HO")),
    # What cannot be read of an AMCD or a type is not asked for elsewhere.
    Case("S017", "05-01:6|REL||M-1|To ID|A#1", change("05", 6, "|A-1|", "|A#1|")),
    Case("S016", f"01-01:6|SDP|{_OF_VIRTUAL}|SDP Type|X", change("01", 6, "|V|", "|X|")),
    Case(
        "S102",
        f"04-01:3|PAR|{_OF_SDP}|Start|20251201100401",
        change("04", 3, SINCE, "20251201100401"),
    ),
    Case("S104", f"02-01:3|PRM|{_OF_SDP}|Premise ID|pr-1", change("02", 3, "PR-1", "pr-1")),
    Case("S104", f"02-01:3|PRM|{_OF_SDP}|City| Oakville", change("02", 3, "Oak", " Oak")),
)
_AGAIN = f"PAR|S|{SDP}|VEES|05|{SINCE}|"
_ENDS = "20260101000000"
TOGETHER = (
    Case("S022", f"04-01:7|PAR|{_OF_SDP}||", records=plus("04", _AGAIN.replace("05", "03"))),
    Case("S022", f"04-01:7|PAR|{_OF_SDP}||", records=plus("04", f"{_AGAIN}{_ENDS}")),
    Case(
        "S022",
        f"05-01:8|REL|{_OF_OTHER}||",
        records=plus("05", f"REL|SM|{OTHER}|M-1|{SINCE}|"),
        entries=(known(OTHER),),
    ),
    Case(
        "S023",
        f"03-01:6|SAG|{_OF_SDP}||",
        records=plus(
            "03",
            f"SAG|{SDP}|01|E|20251001|20251101",
            f"SAG|{SDP}|02|E|20251031|20260201",
        ),
    ),
    Case("S101", f"04-01:7|PAR|{_OF_SDP}||", records=plus("04", _AGAIN)),
    Case(
        "S101",
        f"04-01:7|PAR|{_OF_SDP}||",
        records=plus("04", f"PAR|S|{SDP}|VEES|05|20250901|"),
    ),
    Case(
        "S101",
        "05-01:9|REL||1||",
        records=plus("05", f"REL|XX|1|2|{SINCE}|", f"REL|XX|1|2|{SINCE}|"),
        also=("S016", "S016"),
    ),
    Case(
        "S022",
        f"05-01:8|REL|{_OF_SDP}||",
        records=plus("05", f"REL|SB|{SDP}|ORG1|{SINCE}|"),
        also=("S013",),
    ),
    Case(
        "S023",
        f"03-01:6|SAG|{_OF_SDP}||",
        records=plus(
            "03",
            f"SAG|{SDP}|99|E|20251001|20251101",
            f"SAG|{SDP}|02|E|20251031|20260201",
        ),
        also=("S016",),
    ),
    Case("S025", f"01-01:3|SDP|{_OF_SDP}||", records=minus("05", "REL|SO", FULL), periodic=True),
    Case("S025", f"01-01:3|SDP|{_OF_SDP}||", records=minus("02", "PRM", FULL), periodic=True),
    Case("S026", f"01-01:3|SDP|{_OF_SDP}||", records=minus("04", f"PAR|S|{SDP}")),
    Case("S026", f"01-01:6|SDP|{_OF_VIRTUAL}||", records=minus("07", "CTF")),
    Case(
        "S026",
        f"05-01:8|REL|{_OF_OTHER}||",
        records=plus("05", f"REL|SA|{OTHER}|ACC-1|{SINCE}|"),
    ),
    Case(
        "S027",
        f"05-01:8|REL|{_OF_VIRTUAL}||",
        records=plus("05", f"REL|SO|{VIRTUAL}|ORG33333|{SINCE}|"),
    ),
    Case("S027", f"07-01:5|CTF|{_OF_SDP}||", records=plus("07", f"CTF|{SDP}|01|SUM|{SINCE}|")),
    Case("S027", f"01-01:3|SDP|{_OF_SDP}||", entries=(known(SDP, "V"),), also=("S027", "S027")),
    # Of another type than the directory's, and than the first one of the set.
    Case(
        "S027",
        f"01-01:7|SDP|{_OF_SDP}||",
        records=plus("01", f"SDP|{SDP}|SP-1|V|E|BT|20250915|"),
        entries=(known(SDP, "P"),),
    ),
    Case(
        "S027",
        f"01-01:7|SDP|{_OF_SDP}||",
        records=plus("01", f"SDP|{SDP}|SP-1|V|E|BT|20250915|"),
        entries=(known(SDP, "V"),),
        also=("S027", "S027", "S027"),
    ),
    Case("S028", f"05-01:5|REL|{_OF_SDP}||", records=minus("01", "COM"), also=("S024",)),
    Case("S028", f"05-01:5|REL|{_OF_SDP}||", records=minus("05", "REL|MC")),
    Case("S029", f"05-01:5|REL|{_OF_SDP}||", records=minus("04", "PAR|M|M-1|DIAL")),
)
AGAINST_THE_DIRECTORY = (
    Case(
        "S020",
        "05-01:8|REL|10000000|10000000|Universal SDP ID|10000000",
        records=plus("05", f"REL|SA|10000000|ACC-1|{SINCE}|"),
        also=("S026",),
    ),
    Case("S021", f"01-01:3|SDP|{_OF_SDP}|LDC SDP ID|SP-9", change("01", 3, "SP-1", "SP-9")),
    Case(
        "S024",
        "04-01:7|PAR||M-9|Entity ID|M-9",
        records=plus("04", f"PAR|M|M-9|DIAL|5|{SINCE}|"),
    ),
    Case(
        "S024",
        f"07-01:5|CTC|{_OF_VIRTUAL}|Component Universal SDP ID|{OTHER}",
        records=plus("07", f"CTC|{VIRTUAL}|01|{OTHER}|01|1|{SINCE}|"),
    ),
    Case(
        "S024",
        f"05-01:7|REL|{_OF_OTHER}|From ID|{OTHER}",
        records=plus("05", f"REL|SA|{OTHER}|ACC-1|{SINCE}|", base=FULL),
        periodic=True,
    ),
    Case(
        "S103",
        f"05-01:8|REL|{_OF_SDP}|Start|20250604100359",
        records=plus("05", f"REL|SA|{SDP}|ACC-1|20250604100359|"),
        entries=(known(),),
    ),
)
NOTHING: Records = {number: [] for number in ("01", "02", "03", "04", "05")}
OF_THE_SET = (
    Case("S105", "00-01:0|||||", records=NOTHING),
    Case("S106", "00-01:0|||||", last=EXTRACTED),
    Case("S107", "00-01:0|||||", records=FULL, periodic=True, entries=(known(VIRTUAL, "V"),)),
    Case(
        "S108", f"00-01:0||{OTHER}|||", records=FULL, periodic=True, entries=(known(), known(OTHER))
    ),
)
CASES = (*OF_FILES, *OF_RECORDS, *TOGETHER, *AGAINST_THE_DIRECTORY, *OF_THE_SET)

RIGHT: dict[str, Case] = {
    "a physical SDP with its meter and a virtual one": Case("", ""),
    "an SDP whose meter comes later": Case("", "", records=together(sdp())),
    "a P-Sync": Case("", "", records=together(FULL, virtual()), periodic=True),
    "an SDP that is inactive and tells nothing else": Case(
        "", "", records={**NOTHING, "01": [sdp()["01"][0].replace("AC", "IN")]}, periodic=True
    ),
    "a meter, an AMCD and a component that the directory map has": Case(
        "",
        "",
        records=together(
            {"04": [f"PAR|M|M-7|RDEC|1|{SINCE}|"]},
            {"07": [f"CTC|{VIRTUAL}|01|{OTHER}|01|-1|{SINCE}|"]},
        ),
        entries=(known(VIRTUAL, "V"), known(OTHER, meters="M-7")),
    ),
    "periods that meet, one that is cancelled, one that is open": Case(
        "",
        "",
        records=plus(
            "03",
            f"SAG|{SDP}|02|E|20251001|20251101",
            f"SAG|{SDP}|02|E|20251101|20251110",
            f"SAG|{SDP}|03|E|20251105|20251105",
        ),
    ),
    "a blank in a postal code": Case("", "", change("02", 3, "L6H0A1", "L6H 0A1")),
    "file 07 absent, no virtual SDP active": Case(
        "", "", records=FULL, periodic=True, entries=(known(VIRTUAL, "V", "IN"),)
    ),
    "a Start that is far back, of an SDP that is new": Case(
        "",
        "",
        records={
            number: [each.replace(SINCE, "20200101000000") for each in own]
            for number, own in whole().items()
        },
    ),
    "Starts at the limits": Case(
        "",
        "",
        records=together(
            {"05": [f"REL|SA|{SDP}|ACC-1|20250604100400|", f"REL|SA|{SDP}|ACC-2|20251201100400|"]}
        ),
        entries=(known(),),
    ),
    "an occupant change": Case(
        "", "", records=plus("04", f"PAR|S|{SDP}|OCCH|Y|20250910|", f"PAR|S|{SDP}|OCCH|Y|20250911|")
    ),
}
