"""The files of a whole synchronization set, framed and listed in its Manifest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from mdmr.calendar.instants import est_minutes, est_seconds
from mdmr.synchronization.set_id import SetId

from tests.support.planning import file_of

NUMBERS = ("01", "02", "03", "04", "05")


def files_of(
    set_id: SetId, number: int, lines: Iterable[str], *, at: datetime, extracted: datetime
) -> dict[str, bytes]:
    """Return the files of a whole set with these records, by name."""
    version = "01" if set_id.periodic else "00"
    by_file: dict[str, list[str]] = defaultdict(list, {number: [] for number in NUMBERS})
    for line in lines:
        by_file[file_of(line)].append(line)
    whose = f"{set_id.ldc}.{set_id.submitter}.{set_id.file_id}.{version}"
    names = {
        number: f"{whose}.{est_minutes(at)}.{set_id.tx_id}.{number}.01.DAT"
        for number in ("00", *by_file)
    }
    by_file["00"] = [f"MAN|{each}|01|{names[each]}|{len(own)}" for each, own in by_file.items()]
    manifest = f"{'P' if set_id.periodic else 'I'}|{number}|{len(names) - 1}"
    files = {}
    for each, own in by_file.items():
        own_fields = manifest if each == "00" else "||"
        header = "|".join(
            (
                *("FHR", set_id.file_id, version, set_id.ldc, set_id.submitter),
                *(est_seconds(at), str(len(own)), set_id.tx_id, each, "01"),
                *(est_seconds(extracted), own_fields),
            )
        )
        files[names[each]] = "\n".join((f"FNR|{names[each]}", header, *own, "")).encode()
    return files
