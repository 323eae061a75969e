"""The operator's look at a set before it is sent: what it would do, and that nothing is done."""

from __future__ import annotations

import base64
import zlib
from datetime import datetime
from typing import Any

import pytest
from mdmr.calendar.instants import EST
from mdmr.calendar.period import Period
from mdmr.directory import amcd_claims, writing
from mdmr.directory.amcd_claims import Claim, Claims
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.directory.timeline import Segment, Timeline
from mdmr.evidence.filing import file_away
from mdmr.operation.commands import answer

from tests.support.market import OTHER_LDC, set_parameter
from tests.support.story import Platform
from tests.support.towns import HOUSE, SHOP, meter, sdp
from tests.support.working import files_of, hub_with, process, send, stage

NOW = datetime(2025, 10, 21, 15, 0, 30, tzinfo=EST)
TOWN = sdp(HOUSE) + sdp(SHOP) + meter(1) + f"REL|SM|{HOUSE}|M-1|20250901000000|"


@pytest.fixture
def hub() -> Platform:
    ready = hub_with((HOUSE, SHOP), at=NOW)
    set_id = send(ready, files_of(TOWN, "tx0001", 1, at=NOW))
    stage(ready.hub, set_id)
    process(ready.hub, set_id)
    # What was done before is on file: a command files what is not.
    file_away(ready.hub)
    return ready


def packed(files: dict[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(zlib.compress(body)).decode() for name, body in files.items()}


def asked(hub: Platform, told: str, file_id: str = "4000", **given: Any) -> dict[str, Any]:  # noqa: ANN401
    files = packed(files_of(told, "tx0002", 2, at=NOW, file_id=file_id))
    request = {"action": "sync.preview", "by": "me", "files": files, **given}
    before = hub.hub.state.items(), hub.hub.directory.items(), list(hub.hub.data.versions(""))
    told_by_hub = answer(hub.hub, request, "ca-central-1")
    after = hub.hub.state.items(), hub.hub.directory.items(), list(hub.hub.data.versions(""))
    assert after == before
    return told_by_hub


def test_a_preview_tells_what_the_set_would_change_and_end(hub: Platform) -> None:
    told = asked(hub, f"REL|SB|{HOUSE}|ORG11111|20251001000000|\nPAR|S|{SHOP}|BCID|BC99|20251001|")
    assert (told["status"], told["status_text"]) == ("01", "COMPLETE WITH EXCEPTIONS")
    assert (told["records"], told["updates"], told["exceptions"]) == (2, 2, 1)
    ended = (
        f"DTL|05|01|3|SB|END|{HOUSE}|{HOUSE}|ORG22222|SB|ORG22222||20250901000000|20251001000000"
    )
    assert told["ends"] == [ended]
    assert told["IR06"][0] == ended
    assert told["IR07"][0].endswith("|Y213|BILLING CYCLE NOT SCHEDULED")


def test_a_preview_tells_of_an_amcd_that_another_ldc_has_and_claims_none(hub: Platform) -> None:
    since = Period(datetime(2025, 9, 1, tzinfo=EST))
    on_a_meter = {"MC": Timeline((Segment(since, ("M-7",)),))}
    theirs = Document(Entity(Kind.AMCD, OTHER_LDC, "A-9")).changed(on_a_meter, NOW, "their set")
    writing.write(hub.hub.directory, [theirs], 1)
    claim = Claim(OTHER_LDC, f"{OTHER_LDC}-{OTHER_LDC}-4000-tx0001", (since,))
    hub.hub.directory.commit(amcd_claims.put_of(Claims("A-9"), claim, 1))
    told = asked(hub, "COM|A-9|EL||20250901|\nREL|MC|M-1|A-9|20251001|")
    assert [row.split("|")[13] for row in told["IR07"]] == ["Y204"]
    told = asked(hub, "COM|A-8|EL||20250901|\nREL|MC|M-1|A-8|20251001|")
    assert told["exceptions"] == 0


def test_a_preview_of_a_p_sync_tells_what_it_would_de_activate(hub: Platform) -> None:
    told = asked(hub, sdp(SHOP), "3000")
    assert told["deactivated"] == 1
    assert (
        f"DTL||||SM|DEA|{HOUSE}|{HOUSE}|M-1|SM|M-1|M-1|20250901000000|20251021000000"
        in (told["ends"])
    )


def test_a_preview_tells_at_which_threshold_the_set_would_stop(hub: Platform) -> None:
    for name in ("floor_sdps", "attr_min", "attr_pct"):
        set_parameter(hub.hub, f"sync.thr_{name}", "1")
    told = asked(hub, "".join(f"SAG|{usdp}|03|E|20251001|\n" for usdp in (HOUSE, SHOP)))
    assert told["status"] == "20"
    assert told["status_text"] == "STOPPED AT THRESHOLD: SAG CHANGES 2 OF 1"


def test_a_preview_of_a_set_that_staging_would_fail_tells_its_findings(hub: Platform) -> None:
    told = asked(hub, f"PRM|{HOUSE}|PR-1|Oakville|QC|L6H0A1|20251001|")
    assert (told["errors"], told["warnings"], "status" in told) == (1, 1, False)
    assert told["findings"][1:] == [{"file": "02", "segment": "01", "record": 3, "code": "S016"}]


def test_a_set_that_is_too_large_is_refused(hub: Platform) -> None:
    names = [f"ORG11111.ORG22222.4000.00.202510211500.tx1.0{n}.01.DAT" for n in (1, 2)]
    files = packed(dict.fromkeys(names, b" " * 5_000_001))
    told = answer(hub.hub, {"action": "sync.preview", "by": "me", "files": files}, "ca-central-1")
    assert told["faults"] == [{"path": "files", "text": "are more than 10000000 bytes together"}]


def test_a_preview_lists_so_many_rows_and_counts_all(hub: Platform) -> None:
    told = asked(hub, f"REL|SB|{HOUSE}|ORG11111|20251001000000|", most=1)
    assert (len(told["IR06"]), told["updates"]) == (1, 2)


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ({}, "files"),
        ({"odd": ""}, "files.odd"),
        ({"ORG11111.ORG22222.4000.00.202510211500.tx1.01.01.DAT": "!"}, "files.ORG11111"),
        (
            packed(
                {
                    f"ORG11111.ORG22222.4000.00.202510211500.{tx}.01.01.DAT": b""
                    for tx in ("tx1", "tx2")
                }
            ),
            "files",
        ),
        (packed({"ORG11111.ORG22222.4000.00.202510211500.tx1.01.01.DAT": b""}), "files"),
        (packed({"ORG11111.ORG22222.4000.00.202510211500.tx1.00.01.DAT": b""}), "files"),
    ],
)
def test_what_is_no_set_is_refused(hub: Platform, files: dict[str, str], path: str) -> None:
    request = {"action": "sync.preview", "by": "me", "files": files}
    told = answer(hub.hub, request, "ca-central-1")
    assert not told["ok"]
    assert told["faults"][0]["path"].startswith(path)
