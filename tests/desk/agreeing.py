"""`mdmr check` and the hub held to one verdict about the same files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from mdmr.exchange.files.codes import INTAKE_CODES
from mdmr.exchange.files.names import FileName
from mdmr.synchronization.codes_staging import STAGING_CODES, Needs
from mdmr_cli.findings import Checked, check_files
from mdmr_cli.sets import CheckedSet, check_sets

from tests.desk.hub import Done, done_with

# What the desk cannot know of a file, and why. The page "Check before you send" has the same table.
UNKNOWN_OF_FILES = {
    "F000": "the gateway",
    "F006": "the registry",
    "F007": "the registry",
    "F008": "the prefix that the file is put into, unless `mdmr send` puts it there",
    "F009": "the authorizations",
    "F011": "the names that were accepted before",
    "F012": "the contents that were accepted before",
    "F099": "a failure inside the hub",
}
# Of sets: which number is the LDC's next one. A file that comes when its set is complete or closed
# is F014; the desk takes all given files to come at once.
UNKNOWN_OF_SETS = {"I005": "the sequence of the LDC", "I006": "the sequence of the LDC"}
# Of staging: what the directory or earlier sets know.
ALONE = {code for code, each in STAGING_CODES.items() if each.needs is Needs.SET}
MANY = 1_000_000
_INTAKE = list(INTAKE_CODES)


def checked(folder: Path, files: Mapping[str, bytes], now: datetime) -> Done:
    """Return what the check of `mdmr send` says that the hub does with files.

    They are written to a folder.
    """
    each: list[Checked] = []
    for name, body in files.items():
        path = folder / name
        path.write_bytes(body)
        name_of = FileName.parse(name)
        sender = name_of.org_2 if name_of else "ORG22222"
        each += check_files([path], now=now, most=MANY, sender=sender)
    found, sets = check_sets(each, now=now, most=MANY)
    refused = {each.path.name: first_of_intake(each) for each in found}
    if not sets:
        return Done(refused)
    (one,) = sets
    return Done(refused, _rejected(one), tuple(one.report))


def first_of_intake(each: Checked) -> str:
    """Return the code with which intake would refuse a file, empty where it would not."""
    return min((code for code in each.counts if code in _INTAKE), key=_INTAKE.index, default="")


def _rejected(one: CheckedSet) -> tuple[tuple[str, str, str], ...]:
    return tuple((each.name, each.state, each.code) for each in one.foreseen.details)


def assert_one_verdict(folder: Path, files: Mapping[str, bytes], now: datetime) -> Done:
    """Compare what the desk says with what the hub does, as far as the desk can know."""
    hub, desk = done_with(files, now), checked(folder, files, now)
    for name, code in hub.refused.items():
        assert_same_refusal(code, desk.refused[name])
    assert desk.rejected == hub.rejected
    assert bool(desk.staged) is bool(hub.staged)
    if hub.staged:
        assert told_alone(desk.staged) == told_alone(hub.staged)
        # What the desk says beside, the hub says too: it only knows more.
        assert set(desk.staged[1:]) <= set(hub.staged[1:])
        assert status(desk.staged)[:-3] == status(hub.staged)[:-3]
    return hub


def assert_same_refusal(hub: str, desk: str) -> None:
    """Compare the codes of a file, of which the hub may give one that the desk cannot know."""
    if hub == "F099":
        return
    if hub in UNKNOWN_OF_FILES:
        assert desk == "" or _INTAKE.index(desk) > _INTAKE.index(hub)
    else:
        assert desk == hub


def told_alone(report: tuple[str, ...]) -> list[str]:
    """Return the details of an IR14 with codes that need no hub."""
    return [line for line in report[1:] if line.split("|")[11] in ALONE]


def status(report: tuple[str, ...]) -> list[str]:
    """Return the status record of an IR14 up to the number of records, then the rest."""
    fields = report[0].split("|")
    return [*fields[:9], fields[10], *fields[9:10], *fields[11:]]
