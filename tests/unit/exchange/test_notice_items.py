"""How notices are stored: read back the same, under these names, each id once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.exchange.announcing import notices
from mdmr.exchange.announcing.notices import NOTICES, Draft, Notice, NoticeAction, NoticeKind
from mdmr.ports.state import ConditionFailedError, Put
from mdmr.ports.views import OperatorScope, OrganizationScope, PageRequest, ReadScope
from mdmr.stores.memory.state import MemoryState
from mdmr.stores.memory.views import MemoryViews
from msgspec.structs import replace

from tests.support.market import AGENT, LDC, NOON

AT = "2025-08-20T17:05:00.000Z"
MINUTE = timedelta(minutes=1)
FULL = Draft(
    kind=NoticeKind.GATEWAY,
    subject="Gateway HOLD",
    effective_from=NOON,
    recipients=(LDC, AGENT),
    text=("one", "two"),
    held="HELD#1",
    action=NoticeAction.UPD,
    effective_to=NOON + MINUTE,
    supersedes="NT-2025-000001",
    gateway_mode="HOLD",
    reference="GW-000002",
    ldc=LDC,
)
BARE = Draft(NoticeKind.GENERAL, "Subject", NOON, (LDC,))


def decided(state: MemoryState, draft: Draft) -> Notice:
    notice, writes = notices.decide(
        notices.next_id(state, NOON), draft, environment="TEST", now=NOON, epoch=3
    )
    state.commit(*writes)
    return notice


@pytest.mark.parametrize("draft", [FULL, BARE])
def test_a_notice_is_read_back_as_it_was_decided(draft: Draft) -> None:
    state = MemoryState()
    notice = decided(state, draft)
    assert notice == Notice("NT-2025-000001", draft, "TEST", NOON)
    assert notices.find(state, notice.id) == notice
    assert notices.find(state, "NT-2025-000009") is None


def test_it_is_listed_for_its_recipients_and_the_operator() -> None:
    state = MemoryState()
    first, second = decided(state, FULL), decided(state, BARE)
    views = MemoryViews(state)

    def listed(scope: ReadScope) -> set[Notice]:
        return set(views.page(NOTICES, scope, PageRequest()).records)

    assert listed(OperatorScope()) == listed(OrganizationScope(LDC)) == {first, second}
    assert listed(OrganizationScope(AGENT)) == {first}
    assert listed(OrganizationScope("ORG99999")) == set()


def test_it_is_stored_under_these_names() -> None:
    state = MemoryState()
    decided(state, FULL)
    assert state.get(notices.notice_key("NT-2025-000001")) == {
        "pk": "NOTICE#NT-2025-000001",
        "sk": "NOTICE",
        "organization": "NOTICES",
        "arrived": AT,
        "schema": 1,
        "id": "NT-2025-000001",
        "draft": {
            "kind": "GATEWAY",
            "subject": "Gateway HOLD",
            "effective_from": AT,
            "effective_to": "2025-08-20T17:06:00.000Z",
            "recipients": [LDC, AGENT],
            "text": ["one", "two"],
            "held": "HELD#1",
            "action": "UPD",
            "supersedes": "NT-2025-000001",
            "gateway_mode": "HOLD",
            "reference": "GW-000002",
            "ldc": LDC,
        },
        "environment": "TEST",
        "decided": AT,
        "epoch": 3,
        "done": False,
        "unfinished": "OPEN#NOTICE#0",
        "due": "2025-08-20T17:15:00.000Z",
        "again": {
            "process": "gateway",
            "name": "notice-NT-2025-000001",
            "input": {"notice": "NT-2025-000001", "at": AT},
        },
    }


def test_ids_are_numbers_of_a_year_without_a_hole() -> None:
    state = MemoryState()
    assert [decided(state, BARE).id[-1] for _ in range(3)] == ["1", "2", "3"]
    late = NOON.replace(month=12, day=31, hour=23, minute=59)
    assert notices.next_id(state, late) == "NT-2025-000004"
    assert notices.next_id(state, late + MINUTE) == "NT-2026-000001"


def test_an_id_is_given_once() -> None:
    state = MemoryState()
    both = [
        notices.decide("NT-2025-000001", BARE, environment="TEST", now=NOON, epoch=1)[1]
        for _ in range(2)
    ]
    state.commit(*both[0])
    with pytest.raises(ConditionFailedError):
        state.commit(*both[1])
    skipping = notices.decide("NT-2025-000003", BARE, environment="TEST", now=NOON, epoch=1)[1]
    with pytest.raises(ConditionFailedError):
        state.commit(*skipping)


def test_one_that_is_done_is_not_found_by_the_sweep_any_more() -> None:
    state = MemoryState()
    notice = decided(state, FULL)
    state.commit(notices.set_done(notice))
    assert notices.find(state, notice.id) == replace(notice, done=True)
    assert "due" not in (state.get(notice.key) or {})


def test_only_what_is_there_is_read() -> None:
    state = MemoryState()
    state.commit(Put({"pk": "NOTICES", "sk": "2025", "schema": 1, "last": 41}))
    assert notices.next_id(state, NOON) == "NT-2025-000042"
