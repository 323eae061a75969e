"""What the directory map knows of a set's entities, and of the SDPs that the set leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

from msgspec import Struct

from mdmr.directory.outlines import Shown
from mdmr.synchronization.staging.linking import Links
from mdmr.synchronization.staging.parts import Known


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
    known: Shown,
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
        for each in known.outlines():
            if (each.usdp in told and not each.virtual) or not each.active(extracted):
                continue
            virtual = virtual or each.virtual
            if each.usdp not in told and (components or not each.virtual):
                omitted[each.usdp] = None
                links.add((f"S{each.usdp}",))
    sdps, assets = _link(known, links)
    return KnownSet(
        sdps, assets, omitted, components_lack=told is not None and virtual and not components
    )


def _link(known: Shown, links: Links) -> tuple[dict[str, Known], frozenset[str]]:
    """Link entities as the map does, over others too, and return what it knows of them."""
    sdps: dict[str, Known] = {}
    assets: set[str] = set()
    for each in known.around(links):
        links.add(each.names)
        assets.update(each.assets)
        # One that was cancelled wholly has no type left: to the next set it is new.
        if each.type:
            sdps[each.usdp] = Known(each.sdp_id, each.type)
    return sdps, frozenset(assets)
