"""Actions about sets that were not sent yet: what the hub would do with them."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from mdmr.exchange.files.names import FileName
from mdmr.jobs.overlay import Overlay
from mdmr.operation.faults import Fault, Reader
from mdmr.operation.organizations import Told
from mdmr.ports.hub import Hub
from mdmr.synchronization.processing.preview import foresee
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets.manifest import UnreadableManifestError
from mdmr.synchronization.sets.rows import SetFile
from mdmr.synchronization.staging.preview import Previewed, preview

MOST = 1_000
# An answer must be small enough to be given.
_MOST_ALLOWED = 5_000
_FILES = frozenset({"3000", "4000"})
# More would neither fit into a request, nor be staged and planned while its sender waits.
_MOST_BYTES = 10_000_000
_PLACE = "preview/"


def previewed(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Tell what a set would come to; nothing is written.

    `files` are its files by name, each its bytes compressed by zlib, in Base64. Of rows `most` are
    told at most. A set that staging would fail is told its findings only.
    """
    reader = Reader()
    files = _files(reader, request.get("files"))
    set_id = _set_id(reader, files)
    if set_id is None or reader.faults:
        return None, reader.faults
    asked = request.get("most", MOST)
    most = min(asked, _MOST_ALLOWED) if isinstance(asked, int) else MOST
    now = hub.clock.now()
    sent_now = Overlay(hub.inbound, now, _PLACE)
    for name, body in files.items():
        sent_now.put_new(_key(name), body)
    sent = sorted(
        (_set_file(name, now) for name in files), key=lambda each: (each.number, each.segment)
    )
    try:
        staged = preview(replace(hub, inbound=sent_now), set_id, sent)
    except LookupError as error:
        return None, [Fault("files", f"no Manifest that can be read: {error}")]
    except UnreadableManifestError as error:
        return None, [Fault(f"files.{error}", f"I007 {each}") for each in error.faults]
    return _told(set_id, staged, most), []


def _told(set_id: SetId, staged: Previewed, most: int) -> dict[str, Any]:
    total = staged.staged.total
    told: dict[str, Any] = {
        "set": str(set_id),
        "stl_status": staged.staged.status,
        "errors": total.errors,
        "warnings": total.warnings,
        "findings": [
            {
                "file": each.place.number,
                "segment": each.place.segment,
                "record": each.place.line,
                "code": each.code,
            }
            for each in staged.findings[:most]
        ],
    }
    if total.errors:
        return told
    seen = foresee(staged, most)
    return told | {
        "status": seen.status,
        "status_text": seen.text,
        "records": seen.tally.records,
        "updates": seen.tally.updates,
        "exceptions": seen.tally.exceptions,
        "new": seen.tally.new,
        "deactivated": seen.tally.deactivated,
        "IR06": list(seen.updates),
        "IR07": list(seen.exceptions),
        "ends": list(seen.ends),
    }


def _files(reader: Reader, given: object) -> dict[str, bytes]:
    if not isinstance(given, Mapping) or not given:
        reader.fault("files", "must map names to bytes, zlib and Base64")
        return {}
    found: dict[str, bytes] = {}
    left = _MOST_BYTES
    for name, text in given.items():
        try:
            packed = base64.b64decode(str(text), validate=True)
            found[str(name)] = zlib.decompressobj().decompress(packed, left + 1)
        except (binascii.Error, zlib.error):
            reader.fault(f"files.{name}", "is no Base64 of bytes compressed by zlib")
            continue
        left -= len(found[str(name)])
        if left < 0:
            reader.fault("files", f"are more than {_MOST_BYTES} bytes together")
            return {}
    return found


def _set_id(reader: Reader, files: Mapping[str, bytes]) -> SetId | None:
    """Return the set that files belong to; a fault where they belong to none, or to several."""
    found = set()
    for name in files:
        each = FileName.parse(name)
        if each is None or each.part is None or each.file_id not in _FILES:
            reader.fault(f"files.{name}", "is no name of a file of a set")
        else:
            found.add(SetId(each.org_1, each.org_2, each.file_id, each.part.tx_id))
    if len(found) > 1:
        reader.fault("files", f"belong to several sets: {', '.join(map(str, sorted(found)))}")
    return found.pop() if len(found) == 1 else None


def _set_file(name: str, now: datetime) -> SetFile:
    each = FileName.parse(name)
    if each is None or each.part is None:
        raise ValueError(name)
    part = each.part
    return SetFile(part.file_no, part.segment_no, name, _key(name), "", "", 0, now, now)


def _key(name: str) -> str:
    return f"{_PLACE}{name}"


ACTIONS: dict[str, Callable[[Hub, Mapping[str, Any]], Told]] = {"sync.preview": previewed}
