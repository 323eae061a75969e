from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from mdmr.calendar.instants import EST
from mdmr.exchange.announcing import notices
from mdmr.exchange.announcing.notices import Draft, NoticeAction, NoticeKind
from mdmr.exchange.announcing.spreading import NoticeUnknownError, spread
from mdmr.ports.hub import Hub
from mdmr.ports.state import Item, Key, Put
from msgspec.structs import replace

from tests.support.market import AGENT, LDC, NOON, READER, set_parameter
from tests.support.pictures import outbound
from tests.support.story import Platform, platform

NEW_YEAR = datetime(2026, 1, 15, 12, tzinfo=EST)
TEST_IN_MAY = Draft(
    kind=NoticeKind.BCDR_TEST,
    subject="DR test 24 May 2026",
    effective_from=datetime(2026, 5, 24, tzinfo=EST),
    effective_to=datetime(2026, 5, 24, 4, tzinfo=EST),
    recipients=(LDC, AGENT),
    text=(
        "Yearly failover and failback test of the file gateway, billing and reports.",
        "Files sent in the slot are kept and worked afterwards in order of arrival.",
        "Consultation closed 2025-12-19; conclusion published 2026-01-09.",
    ),
    gateway_mode="HOLD",
    reference="T-2026-01",
)
EXPECTED = f"""\
FNR|{AGENT}.{AGENT}.NT01.00.20260115120000.DAT
FHR|NT01|00|{AGENT}|{AGENT}|20260115120000|3|NT-2026-000004|BCDR_TEST|TEST|DR test 24 May 2026|\
20260524000000|20260524040000||NEW|HOLD|T-2026-01
CHR|Line Number|Text
DTL|1|Yearly failover and failback test of the file gateway, billing and reports.
DTL|2|Files sent in the slot are kept and worked afterwards in order of arrival.
DTL|3|Consultation closed 2025-12-19; conclusion published 2026-01-09.
EOF|3
"""


@pytest.fixture
def hub() -> Platform:
    return platform()


def decided(hub: Hub, draft: Draft) -> str:
    now = hub.clock.now()
    notice_id = notices.next_id(hub.state, now)
    _, writes = notices.decide(notice_id, draft, environment=hub.environment, now=now, epoch=1)
    hub.state.commit(*writes)
    return notice_id


def told(hub: Platform, draft: Draft) -> str:
    notice_id = decided(hub.hub, draft)
    spread(hub.hub, notice_id)
    hub.settle()
    return notice_id


def events(hub: Platform) -> list[dict[str, Any]]:
    return [each.detail for each in hub.hub.notifications.sent if "noticeId" in each.detail]


def test_a_notice_has_the_form_of_the_interface() -> None:
    hub = platform(NEW_YEAR)
    third: Item = {"pk": "NOTICES", "sk": "2026", "schema": 1, "last": 3}
    hub.hub.state.commit(Put(third))
    told(hub, TEST_IN_MAY)
    key = f"{AGENT}/{AGENT}.{AGENT}.NT01.00.20260115120000.DAT"
    assert outbound(hub.hub)[key].decode() == EXPECTED


def test_every_recipient_gets_the_event_with_the_same_content() -> None:
    hub = platform(NEW_YEAR)
    superseding = replace(TEST_IN_MAY, action=NoticeAction.UPD, supersedes="NT-2025-000012")
    told(hub, superseding)
    first, second = events(hub)
    assert first == {
        "id": f"NT-2026-000001-{LDC}",
        "time": "2026-01-15T12:00:00-05:00",
        "organization": LDC,
        "fileId": "NT01",
        "ldc": "",
        "noticeId": "NT-2026-000001",
        "kind": "BCDR_TEST",
        "action": "UPD",
        "environment": "TEST",
        "subject": "DR test 24 May 2026",
        "text": list(TEST_IN_MAY.text),
        "effectiveFrom": "2026-05-24T00:00:00-05:00",
        "effectiveTo": "2026-05-24T04:00:00-05:00",
        "supersedes": "NT-2025-000012",
        "gatewayMode": "HOLD",
        "reference": "T-2026-01",
        "orgId": LDC,
    }
    own = {"id": f"NT-2026-000001-{AGENT}", "organization": AGENT, "orgId": AGENT}
    assert second == {**first, **own}


def test_what_is_not_known_is_null_in_the_event_and_empty_in_the_file(hub: Platform) -> None:
    bare = Draft(NoticeKind.GENERAL, "Hello", NOON, (LDC,), ("A line",))
    told(hub, bare)
    (event,) = events(hub)
    absent = ("effectiveTo", "supersedes", "gatewayMode", "reference")
    assert [event[key] for key in absent] == [None] * 4
    (body,) = outbound(hub.hub).values()
    assert body.decode().splitlines()[1].endswith("|Hello|20250820120500|||NEW||")


def test_ids_count_up_within_the_est_year() -> None:
    hub = platform(datetime(2025, 12, 31, 23, 59, tzinfo=EST))
    ids = [decided(hub.hub, TEST_IN_MAY) for _ in range(2)]
    hub.clock.move_to(datetime(2026, 1, 1, tzinfo=EST))
    ids.append(decided(hub.hub, TEST_IN_MAY))
    assert ids == ["NT-2025-000001", "NT-2025-000002", "NT-2026-000001"]


def test_a_notice_about_one_ldc_is_named_for_it(hub: Platform) -> None:
    told(hub, replace(TEST_IN_MAY, ldc=LDC, recipients=(READER,)))
    assert list(outbound(hub.hub)) == [f"{READER}/{LDC}.{READER}.NT01.00.20250820120500.DAT"]


def test_a_notice_is_split_at_what_its_recipient_takes_under_one_id(hub: Platform) -> None:
    set_parameter(hub.hub, "out.max_details", "2", AGENT)
    notice_id = told(hub, TEST_IN_MAY)
    files = {key: body.decode().splitlines() for key, body in outbound(hub.hub).items()}
    parts = [lines for key, lines in sorted(files.items()) if key.startswith(AGENT)]
    assert [lines[-1] for lines in parts] == ["EOF|2", "EOF|1"]
    assert all(f"|{notice_id}|" in lines[1] for lines in parts)
    assert parts[1][3].startswith("DTL|1|Consultation")
    assert len(events(hub)) == 2


def test_an_event_stays_within_what_a_bus_takes(hub: Platform) -> None:
    long = replace(TEST_IN_MAY, text=tuple("x" * 200 for _ in range(700)), recipients=(LDC,))
    told(hub, long)
    (event,) = events(hub)
    assert len(event["text"]) == 501
    assert event["text"][-1] == "... and 200 more lines: see the file"
    (body,) = outbound(hub.hub).values()
    assert body.endswith(b"EOF|700\n")


def test_line_numbers_keep_to_their_four_digits(hub: Platform) -> None:
    many = replace(TEST_IN_MAY, text=("x",) * 10_001, recipients=(LDC,))
    told(hub, many)
    ends = sorted(body.decode().splitlines()[-1] for body in outbound(hub.hub).values())
    assert ends == ["EOF|2", "EOF|9999"]


def test_a_notice_that_was_told_is_not_found_by_the_sweep(hub: Platform) -> None:
    notice_id = told(hub, TEST_IN_MAY)
    item = hub.hub.state.get(Key(f"NOTICE#{notice_id}", "NOTICE"))
    assert item is not None
    assert ("due" in item, item["done"]) == (False, True)


def test_a_notice_for_nobody_is_done_at_once(hub: Platform) -> None:
    notice_id = told(hub, replace(TEST_IN_MAY, recipients=()))
    found = notices.find(hub.hub.state, notice_id)
    assert found is not None
    assert found.done
    assert outbound(hub.hub) == {}


def test_a_notice_comes_back_from_its_item(hub: Platform) -> None:
    full = replace(TEST_IN_MAY, ldc=LDC, supersedes="NT-2025-000001", action=NoticeAction.CAN)
    found = notices.find(hub.hub.state, decided(hub.hub, full))
    assert found is not None
    assert found.draft == full


def test_an_unknown_notice_is_told_nobody(hub: Platform) -> None:
    with pytest.raises(NoticeUnknownError):
        spread(hub.hub, "NT-2025-000001")
