"""A delivery as it is stored and told: read back the same, found by its name, under these names."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from mdmr.calendar.instants import to_text
from mdmr.exchange.files.codes import Acts
from mdmr.exchange.files.names import FileName
from mdmr.exchange.outbound import deliveries, delivery, states
from mdmr.exchange.outbound.deliveries import Basis, Cause, Report, Staged
from mdmr.exchange.outbound.delivery import GRACE, Delivery, Resend, Step, change
from mdmr.exchange.outbound.recipients import OUTPUTS, Entitled, Rule
from mdmr.exchange.outbound.telling import tell_delivered, tell_not_delivered
from mdmr.ports.codec import from_item
from mdmr.ports.state import Equal, Key, Put
from mdmr.stores.memory.hub import MemoryHub
from mdmr.stores.memory.state import MemoryState
from msgspec.structs import asdict, replace

from tests.support.market import AGENT, LDC, NOON, OTHER_LDC
from tests.support.story import platform

AT = "2025-08-20T17:05:00.000Z"
MINUTE = timedelta(minutes=1)
TEXT = f"{LDC}.{AGENT}.IR01.00.202508201206.DAT"
NAME = FileName.parse(TEXT) or FileName(LDC, AGENT, "IR01", "00", "202508201206")
REPORT = Report(
    "IR01",
    LDC,
    AGENT,
    "subject",
    Staged("staged/x", 12),
    own=("text", 7),
    status="STS|00",
    cause=Cause("receipt-1", NOON),
    basis=Basis((Key("RECEIPT#1", "RECEIPT"), Key("SLOT#1", "SLOT")), Key("ROWS#1", "ROW#")),
)
FULL = Delivery(
    "d-1",
    REPORT,
    NAME,
    NOON + MINUTE,
    NOON,
    states.FAILED_DELIVERY,
    told=True,
    tries=3,
    failed_at=NOON + 2 * MINUTE,
    retry_at=NOON + 3 * MINUTE,
    size=99,
    sha256="digest",
    resends=2,
    resend=Resend("d-0", 4),
    history=(Step("INTENDED", NOON, "why"), Step("FAILED", NOON + MINUTE)),
    revision=5,
)
BARE = Delivery(
    "d-2",
    replace(REPORT, own=(), status="", cause=None, basis=Basis()),
    NAME,
    NOON + MINUTE,
    NOON,
    history=(Step("INTENDED", NOON),),
)


class TestTheItem:
    @pytest.mark.parametrize("each", [FULL, BARE])
    def test_is_read_back_as_it_was_written(self, each: Delivery) -> None:
        assert from_item(Delivery, delivery.item_of(each, 3)) == each
        state = MemoryState()
        state.commit(Put(delivery.item_of(each, 3)))
        assert deliveries.find(state, each.id) == each
        assert deliveries.find(state, "never") is None

    def test_has_these_names(self) -> None:
        assert delivery.item_of(FULL, 3) == {
            "pk": "DELIVERY#d-1",
            "sk": "DELIVERY",
            "organization": f"TO#{AGENT}",
            "arrived": AT,
            "schema": 1,
            "id": "d-1",
            "report": {
                "file_id": "IR01",
                "org_1": LDC,
                "recipient": AGENT,
                "subject": "subject",
                "staged": {"key": "staged/x", "count": 12},
                "own": ["text", 7],
                "status": "STS|00",
                "cause": {"receipt": "receipt-1", "arrived": AT},
                "basis": {
                    "items": [["RECEIPT#1", "RECEIPT"], ["SLOT#1", "SLOT"]],
                    "rows": ["ROWS#1", "ROW#"],
                },
            },
            "name": asdict(NAME),
            "created": "2025-08-20T17:06:00.000Z",
            "decided": AT,
            "resend": {"of": "d-0", "number": 4},
            "epoch": 3,
            "revision": 5,
            "state": "FAILED_DELIVERY",
            "told": True,
            "tries": 3,
            "failed_at": "2025-08-20T17:07:00.000Z",
            "retry_at": "2025-08-20T17:08:00.000Z",
            "size": 99,
            "sha256": "digest",
            "resends": 2,
            "history": [
                {"what": "INTENDED", "at": AT, "why": "why"},
                {"what": "FAILED", "at": "2025-08-20T17:06:00.000Z", "why": ""},
            ],
            "unfinished": "OPEN#DELIVERY#0",
            "due": "2025-08-20T17:15:00.000Z",
        }

    def test_of_what_lacks_something_tells_so(self) -> None:
        item = delivery.item_of(BARE, 3)
        for name in ("resend", "failed_at", "retry_at"):
            assert item[name] is None
        counts = ("size", "revision", "tries", "resends")
        assert [item[name] for name in counts] == [0, 0, 0, 0]
        assert (item["sha256"], item["told"], item["state"]) == ("", False, "INTENDED")
        # A delivery stands where its name does, a resend where it was asked for.
        assert item["arrived"] == "2025-08-20T17:06:00.000Z"

    def test_is_changed_only_as_it_was_read_and_is_due_while_something_is_left(self) -> None:
        after = replace(FULL, tries=4)
        write = change(FULL, after, NOON + MINUTE)
        assert write.condition == Equal("revision", 5)
        assert write.key == Key("DELIVERY#d-1", "DELIVERY")
        assert (write.set["revision"], write.set["tries"]) == (6, 4)
        assert (write.set["due"], write.remove) == ("2025-08-20T17:06:00.000Z", ())
        done = change(FULL, after, None)
        assert "due" not in done.set
        assert done.remove == ("unfinished", "due")
        assert timedelta(minutes=10) == GRACE


class TestItsId:
    def test_is_that_of_what_it_is_and_of_nothing_else(self) -> None:
        text = f"IR01\n{LDC}\n{AGENT}\nsubject"
        assert REPORT.delivery_id == hashlib.sha256(text.encode()).hexdigest()[:32]
        assert replace(REPORT, own=(), status="x").delivery_id == REPORT.delivery_id

    def test_of_its_staged_records_is_that_of_subject_and_bytes(self) -> None:
        hub = platform().hub
        key = f"staged/{hashlib.sha256(b'one|DTL').hexdigest()}"
        assert deliveries.stage(hub.data, "one", b"DTL", 1) == Staged(key, 1)
        assert hub.data.read(key) == b"DTL"


class TestOpen:
    @pytest.mark.parametrize(
        ("state", "told", "left"),
        [
            (states.INTENDED, False, True),
            (states.INTENDED, True, True),
            (states.DELIVERED, False, False),
            (states.DELIVERED, True, False),
            (states.WITHHELD, False, True),
            (states.WITHHELD, True, False),
            (states.FAILED_DELIVERY, False, True),
            (states.FAILED_DELIVERY, True, False),
        ],
    )
    def test_is_what_is_to_be_made_or_to_be_told(
        self, state: str, *, told: bool, left: bool
    ) -> None:
        assert replace(BARE, state=state, told=told).open is left


class TestTheStates:
    def test_follow_each_other_as_the_table_says(self) -> None:
        legal = {
            ("INTENDED", "DELIVERED"),
            ("INTENDED", "FAILED_DELIVERY"),
            ("FAILED_DELIVERY", "INTENDED"),
        }
        assert {(each.start, each.to) for each in states.MOVES} == legal
        for start in states.STATES:
            for to in states.STATES:
                if (start, to) in legal:
                    assert replace(BARE, state=start).moved(to, NOON, "why").history[-1] == Step(
                        to, NOON, "why"
                    )
                else:
                    with pytest.raises(states.IllegalMoveError, match=f"{start} is never"):
                        replace(BARE, state=start).moved(to, NOON)

    def test_tell_which_is_the_last_and_who_must_act(self) -> None:
        assert {name: (rule.final, rule.acts) for name, rule in states.STATES.items()} == {
            "INTENDED": (False, None),
            "DELIVERED": (True, None),
            "FAILED_DELIVERY": (False, Acts.OPERATOR),
            "WITHHELD": (True, Acts.LDC),
        }


class TestTheTableOfRecipients:
    def test_has_these_rows(self) -> None:
        of_rule: dict[Rule, set[str]] = {}
        for each in OUTPUTS.values():
            of_rule.setdefault(each.rule, set()).add(each.file_id)
        assert of_rule == {
            Rule.SUBMITTER: {"2000", "IR01", "IR03", "IR10", "IR14"},
            Rule.LDC_AND_RECEIVERS: {
                *("IR06", "IR07", "IR08"),
                *("BR01", "BR03", "BR04", "BR05", "BR06"),
            },
            Rule.AGENT_OR_REQUESTER: {"6000", "6100", "6200"},
            Rule.REQUESTER: {"6500"},
            Rule.READER_AND_LDC: {"MR01"},
            Rule.SENDER: {"FR01"},
            Rule.CONCERNED: {"NT01"},
        }
        without = {each.file_id: each.entitled for each in OUTPUTS.values()}
        assert {name for name, it in without.items() if it is Entitled.ACTIVE} == {
            *("6000", "6100", "6200", "NT01")
        }
        assert {name for name, it in without.items() if it is Entitled.REGISTERED} == {"FR01"}


class TestEvents:
    @pytest.fixture
    def hub(self) -> MemoryHub:
        return platform().hub

    ABOUT = {  # noqa: RUF012 - never changed
        "file": TEXT,
        "bucket": "outbound",
        "key": f"{AGENT}/{TEXT}",
        "fileId": "IR01",
        "ldc": LDC,
    }

    @pytest.mark.parametrize(("each", "resend"), [(FULL, 4), (BARE, 0)])
    def test_of_a_file_that_lies_there(self, hub: MemoryHub, each: Delivery, resend: int) -> None:
        tell_delivered(hub, each)
        (event,) = hub.notifications.sent
        assert event.kind == "FILE_DELIVERED"
        assert event.detail == {
            **self.ABOUT,
            "id": each.id,
            "kind": "FILE_DELIVERED",
            "time": "2025-08-20T12:05:00-05:00",
            "organization": AGENT,
            "size": each.size,
            "sha256": each.sha256,
            "resend": resend,
        }

    @pytest.mark.parametrize(
        ("state", "kind", "whom", "text"),
        [
            (
                states.FAILED_DELIVERY,
                "DELIVERY_FAILED",
                AGENT,
                "given up after the last try; the operator is told",
            ),
            (states.WITHHELD, "DELIVERY_WITHHELD", LDC, "NOT ACTIVE"),
        ],
    )
    def test_of_a_file_that_was_not_delivered(
        self, hub: MemoryHub, state: str, kind: str, whom: str, text: str
    ) -> None:
        steps = (*FULL.history, Step(state, NOON + MINUTE, "NOT ACTIVE"))
        tell_not_delivered(hub, replace(FULL, state=state, history=steps))
        (event,) = hub.notifications.sent
        assert event.kind == kind
        assert event.detail == {
            **self.ABOUT,
            "id": "d-1-3",
            "kind": kind,
            "time": "2025-08-20T12:06:00-05:00",
            "organization": whom,
            "recipient": AGENT,
            "text": text,
        }


class TestFoundByName:
    """The first delivery of a file; several of one recipient may stand at one time."""

    @pytest.fixture
    def state(self) -> MemoryState:
        state = MemoryState()
        for number, (org_1, minutes) in enumerate(((LDC, 0), (OTHER_LDC, 0), (LDC, 1))):
            created = NOON + minutes * MINUTE
            name = FileName(org_1, AGENT, "FR01", "00", f"2025082012{5 + minutes:02}00")
            each = replace(BARE, id=f"d-{number}", name=name, created=created)
            state.commit(Put(delivery.item_of(each, 1)))
        again = replace(
            BARE, id="d-again", name=name_of(LDC, "20250820120500"), resend=Resend("d-0", 1)
        )
        state.commit(Put(delivery.item_of(again, 1)))
        return state

    @pytest.mark.parametrize(
        ("org_1", "at", "found"),
        [
            (LDC, "20250820120500", "d-0"),
            (OTHER_LDC, "20250820120500", "d-1"),
            (LDC, "20250820120600", "d-2"),
            (OTHER_LDC, "20250820120600", None),
            (LDC, "20250820120400", None),
        ],
    )
    def test_is_the_one_of_exactly_that_name(
        self, state: MemoryState, org_1: str, at: str, found: str | None
    ) -> None:
        each = deliveries.find_by_name(state, str(name_of(org_1, at)))
        assert (each and each.id) == found

    @pytest.mark.parametrize("text", ["odd", "", f"{LDC}.{AGENT}.FR01.00.20251399000000.DAT"])
    def test_is_none_of_what_is_no_name(self, state: MemoryState, text: str) -> None:
        assert deliveries.find_by_name(state, text) is None

    def test_are_those_of_a_recipient_with_the_latest_names_first(self, state: MemoryState) -> None:
        found = [each.id for each in deliveries.of_recipient(state, AGENT)]
        assert found[0] == "d-2"
        assert set(found[1:]) == {"d-0", "d-1", "d-again"}
        assert list(deliveries.of_recipient(state, LDC)) == []


def name_of(org_1: str, at: str) -> FileName:
    return FileName(org_1, AGENT, "FR01", "00", at)


class TestANameTime:
    def test_is_kept_under_ldc_recipient_and_type(self) -> None:
        assert deliveries.name_key(REPORT) == Key(f"OUTBOUND#{LDC}#{AGENT}#IR01", "NAME")
        hub = platform().hub
        _, writes = deliveries.intend(hub.state, [REPORT], now=NOON, epoch=3)
        hub.state.commit(*writes)
        item = hub.state.get(deliveries.name_key(REPORT)) or {}
        assert item["last"] == to_text(NOON)
        owed = hub.state.get(delivery.delivery_key(REPORT.delivery_id)) or {}
        assert owed["epoch"] == 3

    @pytest.mark.parametrize(("count", "fits"), [(98, True), (99, False)])
    def test_is_written_beside_as_many_deliveries_as_a_commit_holds(
        self, count: int, *, fits: bool
    ) -> None:
        """A commit has a hundred writes: the check of the lease, these, the time of the name."""
        hub = platform().hub
        many = [replace(REPORT, subject=str(each)) for each in range(count)]
        if fits:
            found, writes = deliveries.intend(hub.state, many, now=NOON, epoch=1)
            assert (len(found), len(writes)) == (98, 99)
        else:
            with pytest.raises(ValueError, match="99 reports are more than one commit holds"):
                deliveries.intend(hub.state, many, now=NOON, epoch=1)
        assert deliveries.MOST_AT_ONCE == 90
