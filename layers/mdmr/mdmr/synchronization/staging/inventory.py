"""What a part's rows tell of: by entity, which records of which kind are there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from mdmr.synchronization.staging.rows import REFERENCES, Row

# What an SDP must have: named as the timelines of its document.
ALWAYS = ("SDP", "PRM", "SAG", "VEES", "SB")
PHYSICAL_ALSO, VIRTUAL_ALSO = ("SO",), ("CTF", "CTC")
METER_PARAMETERS = frozenset(("DIAL", "CH01"))
VIRTUAL = "V"
_ID, _SDP_TYPE, _CODE, _FROM, _TO = 0, 2, 2, 1, 2


class Inventory:
    """Entities of a part and what its rows say of them, whether other fields are faulty or not.

    `told` has the kinds of records of each SDP, `first` the first row about it; `types` the SDP
    Type that its first SDP record says. `mtr` and `com` are the meters and AMCDs with a record
    of their own, `modules` the AMCDs that MC gives a meter, `parameters` the codes of each meter.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self.told: dict[str, set[str]] = defaultdict(set)
        self.first: dict[str, Row] = {}
        self.types: dict[str, str] = {}
        self.sdps: dict[str, list[Row]] = defaultdict(list)
        self.mtr: set[str] = set()
        self.com: set[str] = set()
        self.modules: dict[str, set[str]] = defaultdict(set)
        self.parameters: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            self._add(row)

    def _add(self, row: Row) -> None:
        kind = row.kind
        references = REFERENCES.get(kind)
        if references is None:
            return
        at, letter = references[0]
        name = row.named(at)
        if not name:
            return
        if letter == "S":
            self._add_of_sdp(row, kind, name)
        elif kind == "MTR":
            self.mtr.add(name)
        elif kind == "COM":
            self.com.add(name)
        elif kind == "PAR/M":
            self.parameters[name].add(row.named(_CODE))
        elif kind == "REL/MC":
            self.modules[name].add(row.named(_TO))

    def _add_of_sdp(self, row: Row, kind: str, usdp: str) -> None:
        self.first.setdefault(usdp, row)
        told = row.named(_CODE) if kind == "PAR/S" else kind.removeprefix("REL/")
        self.told[usdp].add(told)
        if kind == "SDP":
            self.sdps[usdp].append(row)
            if sdp_type := row.named(_SDP_TYPE):
                self.types.setdefault(usdp, sdp_type)

    def lacks(self, usdp: str) -> bool:
        """Return whether an SDP lacks a record of those that every SDP has."""
        return not self.told[usdp].issuperset(ALWAYS)
