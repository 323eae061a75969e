"""Whatever an operator asks, the hub answers it: done, or told what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.operation import commands
from mdmr.operation.commands import answer
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock

from tests.support.market import AGENT, LDC, NOON, name

REGION = "ca-central-1"
DOCUMENT = {"organizations": [{"org_id": LDC, "name": "Example Hydro", "roles": ["LDC"]}]}
# Every key that some action reads.
KEYS = (
    *("as_of", "by", "change_past", "decision", "delivery", "digest", "document", "drain_at"),
    *("end", "file", "files", "first", "known_at", "ldc", "mode", "most", "next", "organization"),
    *("plan", "planned", "receipt", "request", "scope", "set", "since", "start", "then"),
    *("universal_sdp_id", "why"),
)
# A request with something right in every key, so that a fault of one is not hidden by another's.
RIGHT: dict[str, Any] = {
    "as_of": "2025-08-20",
    "by": "anna",
    "decision": "RELEASE",
    "document": DOCUMENT,
    "file": name(),
    "files": {},
    "first": 1,
    "known_at": "2025-08-20",
    "ldc": LDC,
    "mode": "HOLD",
    "next": 3,
    "organization": AGENT,
    "plan": "GW-000001",
    "receipt": "0" * 32,
    "request": "r-1",
    "scope": "ALL",
    "set": f"{LDC}-{AGENT}-4000-T1",
    "start": "2031-08-20T00:00:00-05:00",
    "universal_sdp_id": "48217730",
    "why": "because",
}
HOSTILE = st.one_of(
    st.sampled_from(
        (
            "x" * 5_000,
            "x" * 901,
            "\u20ac" * 1_000,
            "\ud800",
            "a\0b",
            "9" * 5_000,
            "ORG" + "1" * 5_000,
            "#",
            "",
            " ",
            10**30,
            -1,
            1.5,
            float("inf"),
            True,
            None,
            [],
            ["x" * 5_000],
            {},
            {"x" * 5_000: "x" * 5_000},
            "9999-12-31T23:59:59-12:00",
            "0001-01-01T00:00:00+14:00",
            "2026-02-30",
        )
    ),
    st.text(max_size=20),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=5,
    ),
)
ACTIONS = sorted(commands.names())


@pytest.fixture(scope="module")
def hub() -> MemoryHub:
    made = memory_hub(FixedClock(NOON))
    assert answer(made, {"action": "apply", "by": "anna", "document": DOCUMENT}, REGION)["ok"]
    return made


def is_told(told: dict[str, Any]) -> bool:
    return told["ok"] is True or all(each["text"] for each in told["faults"])


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("key", KEYS)
def test_an_id_of_5000_characters_is_a_fault(hub: MemoryHub, action: str, key: str) -> None:
    refused = answer(hub, RIGHT | {"action": action, key: "x" * 5_000}, REGION)
    assert refused["ok"] is False
    assert key in {each["path"] for each in refused["faults"]}


@given(st.sampled_from(ACTIONS), st.dictionaries(st.sampled_from(KEYS), HOSTILE, max_size=3))
def test_a_request_is_answered_whatever_it_holds(
    hub: MemoryHub, action: str, asked: dict[str, Any]
) -> None:
    assert is_told(answer(hub, {"action": action, **RIGHT, **asked}, REGION))


@given(HOSTILE, st.sampled_from(("organizations", "authorizations", "parameters", "all")), HOSTILE)
def test_a_document_is_answered_whatever_it_holds(
    hub: MemoryHub, value: object, part: str, other: object
) -> None:
    rows: dict[str, Any] = {
        "organizations": [{"org_id": LDC, "name": value, "roles": ["LDC"], "transport_ids": other}],
        "authorizations": [
            {"ldc": LDC, "organization": value, "file_id": other, "right": "SUBMIT"}
        ],
        "parameters": {"global": {"out.retry_min": value, "sync.psync_slot": [value, other]}},
        "all": value,
    }
    document = value if part == "all" else {part: rows[part], "universal_sdp_ids": other}
    request = {"action": "plan", "by": "anna", "document": document}
    assert is_told(answer(hub, request, REGION))
