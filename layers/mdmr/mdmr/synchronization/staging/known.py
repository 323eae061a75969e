"""What the directory map knows of a set's entities, and of the SDPs that the set leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

from msgspec import Struct

from mdmr.directory.directory_map import DirectoryMap
from mdmr.directory.entries import entry_from_line, links_from_line
from mdmr.synchronization.staging.linking import Links
from mdmr.synchronization.staging.parts import Known

_VIRTUAL = "V"


class KnownSet(Struct, frozen=True):
    """What the map knows.

    `sdps` are by Universal SDP ID, `assets` meters and AMCDs named as in a row. `omitted` are the
    active SDPs of which a P-Sync has no SDP record, in order. `components_lack`: file 07 is absent
    though there are active virtual SDPs; they are not omitted.
    """

    sdps: Mapping[str, Known] = {}
    assets: frozenset[str] = frozenset()
    omitted: Mapping[str, None] = {}
    components_lack: bool = False


def known_of(
    known: DirectoryMap,
    links: Links,
    told: AbstractSet[str] | None,
    extracted: datetime,
    *,
    components: bool,
    virtual: bool = False,
) -> KnownSet:
    """Return what the map knows of linked entities, and link them as the map does.

    `told` are the SDPs with a record in a P-Sync, None in an I-Sync; omitted ones join the links.
    `components`: file 07 is in the set; `virtual`: there are active virtual SDPs that the map, a
    part of the whole, does not show.
    """
    omitted: dict[str, None] = {}
    if told is not None:
        for line in known.lines():
            usdp, kind = _usdp_and_type(line)
            if (usdp in told and kind != _VIRTUAL) or not entry_from_line(line).active(extracted):
                continue
            virtual = virtual or kind == _VIRTUAL
            if usdp not in told and (components or kind != _VIRTUAL):
                omitted[usdp] = None
                links.add((f"S{usdp}",))
    sdps, assets = _link(known, links)
    return KnownSet(
        sdps, assets, omitted, components_lack=told is not None and virtual and not components
    )


def _link(known: DirectoryMap, links: Links) -> tuple[dict[str, Known], frozenset[str]]:
    """Link entities as the map does, over others too, and return what it knows of them."""
    sdps: dict[str, Known] = {}
    assets: set[str] = set()
    before = -1
    # An SDP that is linked now may be linked with others that came before it in the map.
    while len(links) > before and len(links):
        before = len(links)
        for line in known.lines():
            found = links_from_line(line)
            own = (*(f"M{each}" for each in found.meters), *(f"A{each}" for each in found.amcds))
            named = (f"S{found.usdp}", *own, *(f"S{each}" for each in found.components))
            if found.usdp in sdps or not any(each in links for each in named):
                continue
            links.add(named)
            assets.update(own)
            usdp, sdp_id, kind, _ = line.decode().split("|", 3)
            sdps[usdp] = Known(sdp_id, kind)
    return sdps, frozenset(assets)


def _usdp_and_type(line: bytes) -> tuple[str, str]:
    usdp, _, kind, _ = line.split(b"|", 3)
    return usdp.decode(), kind.decode()
