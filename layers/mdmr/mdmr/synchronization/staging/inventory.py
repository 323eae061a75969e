"""What a part's rows tell of: by entity, which records of which kind are there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from mdmr.synchronization.staging.rows import REFERENCES, Row

# What an SDP must have: named as the timelines of its document.
ALWAYS = frozenset(("SDP", "PRM", "SAG", "VEES", "SB"))
PHYSICAL_ALSO, VIRTUAL_ALSO = frozenset(("SO",)), frozenset(("CTF", "CTC"))
METER_PARAMETERS = frozenset(("DIAL", "CH01"))
PHYSICAL, VIRTUAL = "P", "V"
SDP, METER, AMCD = "S", "M", "A"
_SDP_TYPE, _CODE, _TO = 2, 2, 2
# Kinds that tell of an entity by being there, the others refer to it.
_OWN = frozenset(("SDP", "MTR", "COM"))


class Inventory:
    """Entities of a part and what its rows say of them, whether other fields are faulty or not.

    `by_kind` are all rows, `told` the kinds of records of each SDP, `first` the first row about it,
    `types` the SDP Type that its first SDP record says. `own` are the entities with a record of
    their own (SDP, MTR, COM) by their letter, `referred` those that other records refer to beside
    the SDP that they are about. `modules` are the AMCDs that MC gives a meter, `parameters` the
    codes of each meter.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self.by_kind: dict[str, list[Row]] = defaultdict(list)
        self.told: dict[str, set[str]] = defaultdict(set)
        self.first: dict[str, Row] = {}
        self.types: dict[str, str] = {}
        self.own: dict[str, set[str]] = {SDP: set(), METER: set(), AMCD: set()}
        self.referred: dict[str, set[str]] = {SDP: set(), METER: set(), AMCD: set()}
        self.modules: dict[str, set[str]] = defaultdict(set)
        self.parameters: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            self._add(row)

    def _add(self, row: Row) -> None:
        kind = row.kind
        references = REFERENCES.get(kind)
        if references is None:
            return
        self.by_kind[kind].append(row)
        (at, letter), *others = references
        name = row.texts[at]
        if name and at not in row.faulty:
            if letter == SDP:
                if name not in self.first:
                    self.first[name] = row
                self.told[name].add(row.named(_CODE) if kind == "PAR/S" else _TOLD[kind])
            if kind in _OWN:
                self._add_own(row, letter, name)
            elif letter == METER:
                self._add_to_meter(row, kind, name)
        for other, other_letter in others:
            if other not in row.faulty:
                self.referred[other_letter].add(row.texts[other])

    def _add_own(self, row: Row, letter: str, name: str) -> None:
        self.own[letter].add(name)
        if letter == SDP and (sdp_type := row.named(_SDP_TYPE)):
            self.types.setdefault(name, sdp_type)

    def _add_to_meter(self, row: Row, kind: str, meter: str) -> None:
        self.referred[METER].add(meter)
        if kind == "REL/MC":
            self.modules[meter].add(row.named(_TO))
        else:
            self.parameters[meter].add(row.named(_CODE))

    @property
    def named_in_sm(self) -> set[str]:
        """The meters that SM records name."""
        return {row.named(_TO) for row in self.by_kind.get("REL/SM", ())} - {""}

    def lacking(self) -> set[str]:
        """Return what is referred to and has no record of its own, named as in a row."""
        return {
            f"{letter}{name}"
            for letter, referred in self.referred.items()
            for name in referred - self.own[letter]
        }

    def lacking_parameters(self) -> set[str]:
        """Return the meters in SM of which not all parameters are told that they need."""
        return {
            meter
            for meter in self.named_in_sm
            if METER_PARAMETERS - self.parameters.get(meter, set())
        }


_TOLD = {kind: kind.removeprefix("REL/") for kind in REFERENCES}
