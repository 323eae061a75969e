"""What the operate function answers, an example of each: what the command is given to show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from mdmr.calendar.instants import to_text

from tests.support.market import AGENT, LDC, name

DELIVERY: dict[str, Any] = {
    "file": "A.DAT",
    "recipient": "ORG22222",
    "state": "INTENDED",
    "since": "2025-08-20T05:06:00.000Z",
    "tries": 1,
    "next_try": "2025-08-20T05:16:00.000Z",
    "resend": 1,
    "history": [{"what": "WITHHELD", "at": "2025-08-20T05:06:00.000Z", "why": "NOT ACTIVE"}],
}
PERIOD = {"from": "2025-01-01T05:00:00.000Z", "to": None}
RIGHT = {"ldc": "ORG11111", "organization": "ORG22222", "file_id": "2000", "right": "RECEIVE"}
ORGANIZATION = {
    "ok": True,
    "organization": {
        "org_id": "ORG22222",
        "name": "Agent",
        "roles": ["AGENT"],
        "transport_ids": ["as2:agent"],
        "contacts": {"continuity": "a@example.org"},
        **PERIOD,
    },
    "gave": [],
    "has": [{**RIGHT, **PERIOD, "to": "2026-01-01T05:00:00.000Z"}],
    "parameters": [
        {
            "name": "out.max_details",
            "unit": "records",
            "value": "5",
            "values": [
                {"value": "5", "from": "2025-08-20T17:05:00.000Z"},
                {"value": "9", "from": "2026-01-01T05:00:00.000Z"},
            ],
        }
    ],
}
CHANGES = [
    {"at": "2025-08-20T05:06:00.000Z", "by": "anna", "what": "x", "before": "a", "after": "b"},
    {"at": "2025-08-20T05:05:00.000Z", "by": "bert", "what": "x", "before": None, "after": "a"},
]


def segment(start: str, end: str | None, value: str, *, in_force: bool) -> dict[str, Any]:
    return {"start": start, "end": end, "value": value, "in_force": in_force}


SEPTEMBER, METER_CHANGE = "2025-09-01T05:00:00.000Z", "2025-10-21T16:00:00.000Z"
DIRECTORY: dict[str, Any] = {
    "ok": True,
    "universal_sdp_id": "48217730",
    "ldc": "ORG11111",
    "as_of": METER_CHANGE,
    "known_at": None,
    "entities": [
        {
            "kind": "SDP",
            "id": "48217730",
            "version": 2,
            "timelines": [
                {
                    "name": "SDP",
                    "segments": [segment(SEPTEMBER, None, f"{'X' * 50};P;E;AC", in_force=True)],
                },
                {
                    "name": "SM",
                    "segments": [
                        segment(SEPTEMBER, METER_CHANGE, "M-1001", in_force=False),
                        segment(METER_CHANGE, None, "M-1002", in_force=True),
                    ],
                },
                {
                    "name": "CTC 01 48217730 01",
                    "segments": [segment(SEPTEMBER, None, "1", in_force=True)],
                },
            ],
            "learned": [
                {
                    "at": "2025-09-02T15:05:00.000Z",
                    "by": "ORG11111-ORG22222-4000-tx0001",
                    "changed": ["SDP", "SM", "CTC 01 48217730 01", "VEES", "PRM", "SAG", "SB"],
                }
            ],
        }
    ],
}

GATEWAY_MODE = {
    "scope": "ALL",
    "mode": "DRAIN",
    "since": "2026-01-05T06:00:00.000Z",
    "by": "ann",
    "why": "new disks",
    "then": "HOLD",
    "planned": "2026-01-05T07:00:00.000Z",
    "plan": "GW-000002",
    "notice": "NT-2026-000001",
    "releasing": False,
}
GATEWAY_PLAN = {
    "id": "GW-000002",
    "scope": "ALL",
    "mode": "HOLD",
    "drain_at": "2026-01-05T06:00:00.000Z",
    "start": "2026-01-05T07:00:00.000Z",
    "end": None,
    "by": "ann",
    "why": "new disks",
    "notice": "NT-2026-000001",
    "begun": True,
}
GATEWAY_CHANGE = {
    "at": "2026-01-05T06:00:00.000Z",
    "by": "ann",
    "what": "ALL: OPEN to DRAIN",
    "why": "new disks",
    "notice": "NT-2026-000001",
}
GATEWAY: dict[str, Any] = {
    "modes": [GATEWAY_MODE],
    "plans": [GATEWAY_PLAN],
    "held": 7,
    "changes": [GATEWAY_CHANGE],
    "plan": None,
    "changed": False,
}

EVIDENCE_RECORD = {
    "number": 2,
    "at": "2025-08-20T17:00:00.000Z",
    "by": "kim",
    "what": "gateway ALL: OPEN to HOLD",
    "why": "storage fault",
    "epoch": 1,
    "facts": {"notice": "NT-1"},
    "sha256": "abc",
}

ORG_PLAN = {
    "ok": True,
    "changes": [
        {"action": "same", "what": "organization ORG22222", "before": "a", "after": "a"},
        {"action": "add", "what": "organization ORG11111", "before": None, "after": "new"},
        {"action": "change", "what": "parameter sync.wait_min", "before": "60", "after": "30"},
    ],
    "digest": "abc",
}

LEASE_HELD = {"active": "ca-central-1", "epoch": 1, "phase": "run", "solo": False}


def lease(*, second: str | None = "ca-west-1", holdings: list[Any] | None = None) -> dict[str, Any]:
    found = {
        "region": "ca-central-1",
        "second_region": second,
        "shards": 16,
        "holdings": [LEASE_HELD] if holdings is None else holdings,
        "renewed_at": "2025-08-20T15:05:00.000Z",
        "orders": [],
    }
    return {"ok": True, "lease": found}


SCHEDULE_FILE = {
    "receipt": "f" * 32,
    "name": "ORG11111.ORG22222.8000.00.20250825090000.DAT",
    "state": "AWAITING_APPROVAL",
    "since": "2025-08-25T14:05:00.000Z",
    "errors": 0,
    "warnings": 1,
}

SET_NAME = f"{LDC}-{AGENT}-4000-tx1"
FILE_SET: dict[str, Any] = {
    "set": SET_NAME,
    "log": "0" * 32,
    "state": "COLLECTING",
    "since": "2025-08-20T17:05:00.000Z",
    "first": "2025-08-20T17:05:00.000Z",
    "number": 3,
    "expected": 2,
    "status": "",
    "now": "waits for files",
    "reason": "FILES",
    "until": "2025-08-20T18:05:00.000Z",
    "then": "rejected with I002 and I004",
    "missing": ["a file"],
    "not_listed": ["another"],
    "numbers": [2],
    "faults": ["line 2: File Count: says 6, the file has 5 MAN records"],
    "history": [],
}

REJECTED_FILE = {
    "id": "1",
    "name": name(version="01"),
    "arrived": "2025-08-20T05:05:00.000Z",
    "state": "REJECTED",
    "code": "F003",
    "reason": "F003",
    "since": "2025-08-20T05:06:00.000Z",
}


def owed(state: str) -> dict[str, Any]:
    """Return a delivery that was decided, and reached its state, two days ago."""
    since = datetime.now(UTC) - timedelta(days=2, minutes=1)
    decided = since - timedelta(minutes=1)
    return {
        "id": "2",
        "file": name("FR01"),
        "recipient": AGENT,
        "state": state,
        "decided": to_text(decided),
        "since": to_text(since),
        "tries": 1,
        "next_try": "2025-08-20T05:16:00.000Z" if state == "INTENDED" else None,
        "resend": 0,
        "history": [{"what": state, "at": to_text(since), "why": "NOT ACTIVE"}],
    }


PREVIEW_ENDED = (
    "DTL|05|01|3|SB|END|48217730|48217730|ORG22222|SB|ORG22222||20250901000000|20251001000000"
)
PREVIEW_REFUSED = (
    "DTL|04|01|name|3|PAR|48217730|48217730||BCID|BC99|20251001000000||Y213|BILLING CYCLE"
)
PREVIEW: dict[str, Any] = {
    "ok": True,
    "set": "ORG11111-ORG22222-4000-tx0001",
    "stl_status": "00",
    "errors": 0,
    "warnings": 0,
    "findings": [],
    "status": "01",
    "status_text": "COMPLETE WITH EXCEPTIONS",
    "records": 2,
    "updates": 1,
    "exceptions": 1,
    "new": 0,
    "deactivated": 0,
    "IR06": [PREVIEW_ENDED],
    "IR07": [PREVIEW_REFUSED],
    "ends": [PREVIEW_ENDED],
}
