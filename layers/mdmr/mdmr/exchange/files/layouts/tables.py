"""The tables: fields make records, records make files."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import cached_property

from msgspec import Struct

from mdmr.exchange.files.layouts.types import (
    DATE_TIME,
    ORG_ID,
    FieldType,
    char,
    fixed_number,
    number,
)

DELIMITER = "|"


class Need(Enum):
    """Whether a field must be filled: always, never, or as its rule says."""

    MANDATORY = "M"
    OPTIONAL = "O"
    CONDITIONAL = "C"


class Field(Struct, frozen=True):
    """One field of a record: its name as in the documents, type, need and rule."""

    name: str
    type: FieldType
    need: Need = Need.MANDATORY
    rule: str = ""


class RecordLayout(Struct, frozen=True, dict=True):
    """The fields of one record type from field 2 on; field 1 is the record type itself.

    Where fields depend on the one at `deciding`, `variants` are the layouts for each case, which
    may have variants again. A record that is of no variant has something there that is not listed.
    """

    record: str
    fields: tuple[Field, ...]
    variants: tuple[RecordLayout, ...] = ()
    deciding: int = 0

    def variant(self, texts: Sequence[str]) -> RecordLayout:
        """Return the layout of a record of these own fields, this one where no variant fits."""
        for each in self.variants:
            if each.fields[self.deciding].type.accepts(texts[self.deciding]):
                return each.variant(texts)
        return self

    @property
    def simple(self) -> tuple[RecordLayout, ...]:
        """The layouts without variants that make up this one: itself, or those of its variants."""
        found = tuple(leaf for each in self.variants for leaf in each.simple)
        return found or (self,)

    @property
    def width(self) -> int:
        """How many fields a line has, the record type counted."""
        return len(self.fields) + 1

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The field names from field 2 on, as the `CHR` record shows them."""
        return tuple(each.name for each in self.fields)


HEADER_FIELDS = (
    Field("FILE_ID", char(4), rule="as in the name"),
    Field("Version", fixed_number(2), rule="as in the name"),
    Field("ORG_ID_1", ORG_ID, rule="as in the name"),
    Field("ORG_ID_2", ORG_ID, rule="as in the name"),
    Field("Created Date/Time", DATE_TIME),
    Field("Detail Count", number(9), rule="number of detail records"),
)
END_RECORD = RecordLayout("EOF", (Field("Detail Count", number(9)),))


class FileLayout(Struct, frozen=True, dict=True):
    """The records of one version of a file or report.

    `header` are its own FHR fields from field 8 on. `columns`: a `CHR` record names the fields
    of the one detail record (reports). `status`: a record with column names of its own that sums
    up, before those of the details.
    """

    file_id: str
    version: str
    title: str
    details: tuple[RecordLayout, ...]
    header: tuple[Field, ...] = ()
    columns: bool = False
    status: RecordLayout | None = None

    @property
    def name(self) -> str:
        """The name in the documents, as `1000.00`."""
        return f"{self.file_id}.{self.version}"

    @cached_property
    def file_header(self) -> RecordLayout:
        """The whole FHR record: the common fields and this file's own."""
        return RecordLayout("FHR", HEADER_FIELDS + self.header)

    @cached_property
    def own(self) -> dict[str, RecordLayout]:
        """The layouts of the detail records by their record type."""
        return {layout.record: layout for layout in self.details}

    def detail(self, record: str) -> RecordLayout:
        """Return the layout of one detail record type. Raises KeyError."""
        return self.own[record]
