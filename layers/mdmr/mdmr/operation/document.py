"""The hub document: organizations, authorizations, parameters, numbers from before."""

from __future__ import annotations

from msgspec import Struct

from mdmr.exchange.files.filetypes import INBOUND
from mdmr.exchange.files.layouts.types import ORG_ID, SDP_ID, UNIVERSAL_SDP_ID
from mdmr.exchange.outbound.recipients import OUTPUTS, Rule
from mdmr.identifiers.kept import Kept
from mdmr.identifiers.universal_id import Pair
from mdmr.operation.faults import Fault, Raw, Reader
from mdmr.operation.rows import (
    Known,
    read_form,
    read_one_of,
    read_organization,
    read_period,
)
from mdmr.operation.settings import Wishes, read_settings
from mdmr.organizations.entities import Authorization, Organization, Right, with_received

KEYS = ("organizations", "authorizations", "parameters", "universal_sdp_ids")
# What can be the object of a right to receive: everyone is sent its own notices and refusals.
_RECEIVED = [
    each.file_id for each in OUTPUTS.values() if each.rule not in {Rule.SENDER, Rule.CONCERNED}
]


class Document(Struct, frozen=True):
    """What an operator wants the hub to hold; RECEIVE rows that SUBMIT brings are in it."""

    organizations: tuple[Organization, ...] = ()
    authorizations: tuple[Authorization, ...] = ()
    settings: tuple[Wishes, ...] = ()
    numbers: tuple[Kept, ...] = ()


def read(raw: Raw) -> tuple[Document | None, list[Fault]]:
    """Return the document of plain data, or None with every fault found in it."""
    reader = Reader()
    parts = reader.mapping(raw, "", KEYS, ())
    known = Known()
    rows = reader.rows(parts.get("organizations"), "organizations")
    organizations = [read_organization(reader, row, path, known) for path, row in rows]
    rows = reader.rows(parts.get("authorizations"), "authorizations")
    authorizations = [_authorization(reader, row, path) for path, row in rows]
    settings = read_settings(reader, parts.get("parameters"))
    rows = reader.rows(parts.get("universal_sdp_ids"), "universal_sdp_ids")
    numbers = _numbers(reader, rows)
    if reader.faults:
        return None, reader.faults
    document = Document(
        tuple(each for each in organizations if each),
        tuple(with_received(each for each in authorizations if each)),
        tuple(settings),
        tuple(numbers),
    )
    return document, []


def _authorization(reader: Reader, raw: Raw, path: str) -> Authorization | None:
    keys = ("ldc", "organization", "file_id", "right", "from", "to")
    row = reader.mapping(raw, path, keys, ("ldc", "organization", "file_id", "right"))
    ldc = read_form(reader, row.get("ldc"), f"{path}.ldc", ORG_ID)
    organization = read_form(reader, row.get("organization"), f"{path}.organization", ORG_ID)
    rights = {each.value: each for each in Right}
    right = read_one_of(reader, row.get("right"), f"{path}.right", rights)
    file_id = reader.text(row.get("file_id"), f"{path}.file_id")
    if right is Right.SUBMIT and file_id not in INBOUND:
        reader.fault(f"{path}.file_id", f"must be one of {', '.join(INBOUND)} to submit")
    if right is Right.RECEIVE and file_id not in _RECEIVED:
        reader.fault(f"{path}.file_id", f"must be one of {', '.join(_RECEIVED)} to receive")
    if ldc and ldc == organization:
        reader.fault(f"{path}.organization", "is the LDC, which needs none for its own SDPs")
    period = read_period(reader, row, path)
    if right is None or period is None:
        return None
    return Authorization(ldc, organization, file_id, right, period)


def _numbers(reader: Reader, rows: list[tuple[str, Raw]]) -> list[Kept]:
    numbers: list[Kept] = []
    pairs: dict[Pair, str] = {}
    taken: dict[str, str] = {}
    for path, raw in rows:
        keys = ("ldc", "sdp_id", "universal_sdp_id", "issued")
        row = reader.mapping(raw, path, keys, keys[:3])
        ldc = read_form(reader, row.get("ldc"), f"{path}.ldc", ORG_ID)
        sdp_id = read_form(reader, row.get("sdp_id"), f"{path}.sdp_id", SDP_ID)
        at = f"{path}.universal_sdp_id"
        number = read_form(reader, row.get("universal_sdp_id"), at, UNIVERSAL_SDP_ID)
        issued = row.get("issued", True)
        if not isinstance(issued, bool):
            reader.fault(f"{path}.issued", "must be true or false")
        pair = Pair(ldc, sdp_id)
        if ldc and sdp_id and pair in pairs:
            reader.fault(path, f"{ldc} {sdp_id} stands twice, first in {pairs[pair]}")
        if number and number in taken:
            reader.fault(at, f"{number} stands twice, first in {taken[number]}")
        pairs[pair] = taken[number] = path
        numbers.append(Kept(pair, number, issued=bool(issued)))
    return numbers
