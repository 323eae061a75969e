"""Orders and questions with any date there is are carried out, answered, or refused in words."""

from __future__ import annotations

import base64
import zlib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mdmr.calendar.instants import EST, est_seconds, to_text
from mdmr.operation.commands import answer
from mdmr.operation.faults import Reader
from mdmr.ports.hub import Hub

from tests.support.market import AGENT, LDC
from tests.support.story import platform
from tests.support.towns import HOUSE
from tests.support.working import files_of
from tests.unit.synchronization.test_any_dates import NOW, TOWN, account, after_town

FIRST, LAST = "0001-01-01", "9999-12-31T23:59:59-05:00"
TIMES = (FIRST, "0999-12-31", "2025-08-20", "9999-12-30", LAST)
times = st.sampled_from(TIMES) | st.datetimes().map(
    lambda each: each.replace(tzinfo=EST).isoformat()
)
QUESTIONS = (
    ("directory.show", {"universal_sdp_id": HOUSE}, "as_of"),
    ("directory.show", {"universal_sdp_id": HOUSE}, "known_at"),
    ("files", {"organization": LDC}, "since"),
    ("deliveries", {"organization": LDC}, "since"),
    ("history", {"organization": LDC}, "since"),
)


def ask(hub: Hub, action: str, **asked: object) -> dict[str, Any]:
    return answer(hub, {"action": action, "by": "anna", **asked}, "ca-central-1")


@pytest.fixture(scope="module")
def town() -> Hub:
    """A hub whose directory knows an SDP with its meter."""
    return after_town().hub


@pytest.mark.parametrize(("action", "asked", "key"), QUESTIONS)
@settings(max_examples=20, deadline=None)
@given(at=times)
@example(at=FIRST)
@example(at=LAST)
def test_a_question_about_any_time_is_answered(
    town: Hub, action: str, asked: dict[str, str], key: str, at: str
) -> None:
    told = ask(town, action, **asked, **{key: at})
    assert told["ok"]


@settings(max_examples=30, deadline=None)
@given(start=times, end=st.none() | times, drain_at=st.none() | times)
@example(start=FIRST, end=LAST, drain_at=LAST)
@example(start=LAST, end=None, drain_at=FIRST)
def test_a_plan_of_any_time_is_made_or_refused(
    start: str, end: str | None, drain_at: str | None
) -> None:
    hub = platform().hub
    told = ask(hub, "gateway.plan", mode="HOLD", why="w", start=start, end=end, drain_at=drain_at)
    assert told["ok"] is not ("faults" in told)


def test_a_plan_until_the_last_day_opens_by_order() -> None:
    hub = platform().hub
    start = to_text(hub.clock.now() + timedelta(days=1))
    told = ask(hub, "gateway.plan", mode="HOLD", why="w", start=start, end=LAST, drain_at=FIRST)
    (plan,) = told["gateway"]["plans"]
    assert plan["end"] is None


@settings(max_examples=20, deadline=None)
@given(start=times, end=st.none() | times)
@example(start=FIRST, end=LAST)
@example(start=LAST, end=LAST)
def test_an_organization_and_its_rights_may_be_of_any_time(start: str, end: str | None) -> None:
    hub = platform().hub
    rows = {
        "organizations": [
            {"org_id": "ORG77777", "name": "Any", "roles": ["LDC"], "from": start, "to": end}
        ],
        "authorizations": [
            {
                "ldc": "ORG77777",
                "organization": AGENT,
                "file_id": "1000",
                "right": "SUBMIT",
                "from": start,
                "to": end,
            }
        ],
        "parameters": {"ORG77777": {"sync.wait_min": {"value": 5, "from": LAST}}},
    }
    applied = ask(hub, "apply", document=rows)
    ends = end is not None and not end.startswith("9999-12-31")
    if applied["ok"]:
        found = ask(hub, "organization", organization="ORG77777")["organization"]
        assert (found["to"] is None) is not ends
        again = ask(hub, "plan", document=rows)["changes"]
        assert {each["action"] for each in again} == {"same"}
    else:
        assert ends
        assert {each["text"] for each in applied["faults"]} == {"must lie after `from`"}


@settings(max_examples=20, deadline=None)
@given(start=times, end=st.none() | times, extracted=times)
@example(start=FIRST, end=LAST, extracted=FIRST)
@example(start=LAST, end=None, extracted=LAST)
@pytest.mark.parametrize("file_id", ["3000", "4000"])
def test_a_set_of_any_time_is_looked_at(
    town: Hub, file_id: str, start: str, end: str | None, extracted: str
) -> None:
    begins, ends, taken = (_field(each) for each in (start, end, extracted))
    records = TOWN + account(begins, ends) + f"PAR|S|{HOUSE}|OCCH|Y|{begins}|{ends}\n"
    own = est_seconds(NOW - timedelta(hours=1)).encode()
    files = files_of(records, "tx0009", 2, at=NOW, file_id=file_id)
    packed = {
        name: base64.b64encode(zlib.compress(body.replace(own, taken.encode()))).decode()
        for name, body in files.items()
    }

    told = ask(town, "sync.preview", files=packed)

    assert told["ok"], told
    assert told["stl_status"] in {"00", "01", "02"}


def _field(written: str | None) -> str:
    """Return what a document would write as the field of a file."""
    instant = None if written is None else Reader().instant(written, "at")
    return "" if instant is None else est_seconds(instant)
