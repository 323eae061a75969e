"""Staging for show: the same as staging, with nothing written."""

from __future__ import annotations

import pytest
from mdmr.directory import directory_map
from mdmr.stores.memory.hub import MemoryHub
from mdmr.synchronization.codes_staging import STAGING_CODES, Needs
from mdmr.synchronization.sets import rows
from mdmr.synchronization.sets.manifest import UnreadableManifestError
from mdmr.synchronization.staging import parts
from mdmr.synchronization.staging.preview import Previewed, nothing_lacks, preview
from msgspec.structs import replace

from tests.support.crashing import Seen, watched
from tests.support.market import LDC
from tests.support.staging_cases import CASES, FULL, RIGHT, Case, known, put, told
from tests.support.staging_sets import OTHER, a_hub, a_set, bring, findings, stage


def previewed(hub: MemoryHub, case: Case, *, at_the_desk: bool = False) -> Previewed:
    """Bring the set of a case to a hub and return its preview."""
    made = a_set(case.records, periodic=case.periodic)
    case.spoil(made)
    key = ""
    if case.entries and not at_the_desk:
        key = directory_map.write(hub.data, LDC, "before", None, case.entries)
    last = "2025-09-02T14:30:00.000Z" if case.last else ""
    bring(hub, made, directory=key, last="" if at_the_desk else last)
    files = rows.files(hub.state, made.set_id)
    seen = Seen()
    found = preview(watched(hub, seen), made.set_id, files, nothing_lacks if at_the_desk else None)
    assert [effect.name for effect in seen.effects if effect.writes] == []
    return found


# What makes a Manifest unreadable rejects the set before it is staged.
READABLE = [each for each in CASES if each.code != "S006"]


@pytest.mark.parametrize("case", READABLE, ids=lambda each: each.code)
def test_a_preview_finds_what_staging_finds(case: Case) -> None:
    hub = a_hub()
    found = previewed(hub, case)
    staged = a_hub()
    case.stage_on(staged)
    assert list(found.findings) == findings(staged)
    assert found.staged.total.errors + found.staged.total.warnings == len(found.findings)


@pytest.mark.parametrize("case", READABLE, ids=lambda each: each.code)
def test_without_a_directory_no_code_is_given_that_only_the_hub_can_tell(case: Case) -> None:
    found = previewed(a_hub(), case, at_the_desk=True).findings
    needs = {each.code: STAGING_CODES[each.code].needs for each in found}
    assert Needs.HUB not in needs.values()
    assert set(needs) <= {*case.codes}
    if STAGING_CODES[case.code].needs is Needs.SET:
        assert case.found in [told(each) for each in found if each.code == case.code]


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_set_is_right_without_a_directory_too(name: str) -> None:
    assert previewed(a_hub(), RIGHT[name], at_the_desk=True).findings == ()


def test_what_lies_there_of_a_set_from_another_time_is_not_seen() -> None:
    hub = a_hub()
    made = a_set()
    bring(hub, made)
    stage(hub, made.set_id)
    put("02", 1, "FNR|another")(made)
    files = []
    for file in rows.files(hub.state, made.set_id):
        body = "".join(f"{line}\n" for line in made.lines[file.number, file.segment]).encode()
        version = hub.inbound.upload(file.key, body).version_id
        files.append(replace(file, version_id=version))
    assert [each.code for each in preview(hub, made.set_id, files).findings] == ["S001"]


def test_processing_can_read_on_in_what_a_preview_has() -> None:
    case = Case("", "", records=FULL, periodic=True, entries=(known(), known(OTHER, meters="M-1")))
    found = previewed(a_hub(), case)
    (part,) = found.parts
    assert len(parts.records(found.hub, found.each.id, part)[0]) == sum(map(len, FULL.values()))
    assert parts.omitted(found.hub, found.each.id, part) == [OTHER]


def test_a_set_whose_manifest_cannot_be_read_or_is_not_there_has_no_preview() -> None:
    hub, made = a_hub(), a_set()
    made.lines["00", "01"][1] = "?"
    bring(hub, made)
    files = rows.files(hub.state, made.set_id)
    with pytest.raises(UnreadableManifestError):
        preview(hub, made.set_id, files)
    with pytest.raises(LookupError):
        preview(hub, made.set_id, files[1:])
