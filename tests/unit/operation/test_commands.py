from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from mdmr.continuity import ordering
from mdmr.continuity.gateway import Scope
from mdmr.continuity.ordering import Author
from mdmr.operation.commands import answer
from mdmr.organizations import history
from mdmr.ports.authority import GatewayMode
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock

from tests.support.market import AGENT, LDC, NOON, name, request
from tests.support.story import HOUR, Platform, platform

REGION = "ca-central-1"
DOCUMENT = {"organizations": [{"org_id": LDC, "name": "Example Hydro", "roles": ["LDC"]}]}


def ask(hub: MemoryHub, action: str, **more: object) -> dict[str, Any]:
    return answer(hub, {"action": action, "by": "test", **more}, REGION)


@pytest.fixture
def hub() -> MemoryHub:
    return memory_hub(FixedClock(NOON), operating=False)


class TestARequest:
    @pytest.mark.parametrize(
        ("asked", "path"),
        [
            ({}, "action"),
            ({"action": "stop", "by": "test"}, "action"),
            ({"action": None, "by": "test"}, "action"),
            ({"action": "start"}, "by"),
            ({"action": "start", "by": ""}, "by"),
        ],
    )
    def test_must_say_what_and_who(self, hub: MemoryHub, asked: dict[str, str], path: str) -> None:
        refused = answer(hub, asked, REGION)
        assert refused["ok"] is False
        assert [fault["path"] for fault in refused["faults"]] == [path]


class TestStart:
    def test_puts_the_hub_into_operation_once(self, hub: MemoryHub) -> None:
        first, again = ask(hub, "start"), ask(hub, "start")
        assert first == {"ok": True, "lease_given": 16, "gateway_opened": True}
        assert again == {"ok": True, "lease_given": 0, "gateway_opened": False}


class TestPlanAndApply:
    @pytest.fixture
    def hub(self) -> MemoryHub:
        return memory_hub(FixedClock(NOON))

    def test_show_the_same_changes(self, hub: MemoryHub) -> None:
        shown = ask(hub, "plan", document=DOCUMENT)
        done = ask(hub, "apply", document=DOCUMENT, digest=shown["digest"])
        assert shown == done
        assert [change["action"] for change in done["changes"]] == ["add"]

    def test_tell_the_faults_of_the_document_with_their_paths(self, hub: MemoryHub) -> None:
        for action in ("plan", "apply"):
            refused = ask(hub, action, document={"organizations": [{"org_id": "x"}]})
            assert refused["ok"] is False
            assert "organizations[0].org_id" in [fault["path"] for fault in refused["faults"]]

    @pytest.mark.parametrize("action", ["plan", "apply"])
    def test_need_a_document(self, hub: MemoryHub, action: str) -> None:
        assert ask(hub, action)["ok"] is False

    def test_refuse_a_digest_of_another_plan(self, hub: MemoryHub) -> None:
        refused = ask(hub, "apply", document=DOCUMENT, digest="0" * 16)
        assert [fault["path"] for fault in refused["faults"]] == ["digest"]
        assert not list(history.of_organization(hub.state, LDC))

    def test_refuse_a_number_that_contradicts_another(self, hub: MemoryHub) -> None:
        row = {"ldc": LDC, "sdp_id": "SP-1", "universal_sdp_id": "48217730"}
        ask(hub, "apply", document={"universal_sdp_ids": [row]})
        other = {**row, "universal_sdp_id": "48217731"}
        refused = ask(hub, "apply", document={"universal_sdp_ids": [other]})
        assert [fault["path"] for fault in refused["faults"]] == ["universal_sdp_ids[0]"]

    def test_apply_nothing_to_a_hub_that_was_not_started(self) -> None:
        hub = memory_hub(FixedClock(NOON), operating=False)
        assert ask(hub, "plan", document=DOCUMENT)["ok"]
        refused = ask(hub, "apply", document=DOCUMENT)
        assert [fault["path"] for fault in refused["faults"]] == [""]
        assert hub.state.items() == []

    def test_change_the_past_of_a_parameter_only_where_that_is_asked_for(
        self, hub: MemoryHub
    ) -> None:
        value = {"usdp.run_min": {"value": 30, "from": "2025-08-01"}}
        asked = {"document": {"parameters": {"global": value}}}
        for action in ("plan", "apply"):
            (fault,) = ask(hub, action, **asked)["faults"]
            assert fault["path"] == "parameters.global.usdp.run_min"
            assert "would change the past" in fault["text"]
        assert ask(hub, "apply", change_past=True, **asked)["ok"]
        assert ask(hub, "apply", **asked)["changes"][0]["action"] == "same"


def all_pages(hub: MemoryHub, action: str, **asked: object) -> Iterator[dict[str, Any]]:
    """Yield each page of an answer until it ends."""
    page = ask(hub, action, **asked)
    yield page
    while page["after"]:
        page = ask(hub, action, **asked, after=page["after"])
        yield page


class TestFiles:
    @pytest.fixture
    def many(self) -> Platform:
        ready = platform()
        for number in range(5):
            ready.send(AGENT, f"odd {number}", b"x")
            ready.pass_time(HOUR)
        ready.settle()
        return ready

    @pytest.fixture
    def worked(self) -> Platform:
        ready = platform()
        ready.send(AGENT, name(), request(name(), "SP-1"))
        ready.pass_time(HOUR)
        ready.send(AGENT, "odd", b"x")
        ready.settle()
        return ready

    def test_are_shown_newest_first_with_their_state_and_its_reason(self, worked: Platform) -> None:
        found = ask(worked.hub, "files", organization=AGENT)
        assert [(each["name"], each["state"], each["reason"]) for each in found["files"]] == [
            ("odd", "REJECTED", "F001"),
            (name(), "DONE", "answered"),
        ]

    def test_that_the_gateway_keeps_inside_are_shown_so(self, worked: Platform) -> None:
        for sender in (AGENT, LDC):
            file_name = name(sender=sender, at="20250820120001")
            worked.send(sender, file_name, request(file_name, "SP-2"))
        worked.settle()
        ordering.change(worked.hub, Scope(AGENT), GatewayMode.HOLD, Author("ann", "wrong files"))
        shown = [ask(worked.hub, "files", organization=each)["files"] for each in (AGENT, LDC)]
        assert [[(each["state"], each["kept"]) for each in files] for files in shown] == [
            [("REJECTED", False), ("ACCEPTED", True), ("DONE", False)],
            [("ACCEPTED", False)],
        ]
        assert shown[0][1]["reason"] == "kept as it is: the gateway is HOLD"

    def test_are_shown_since_an_instant(self, worked: Platform) -> None:
        since = (NOON + HOUR).isoformat()
        found = ask(worked.hub, "files", organization=AGENT, since=since)
        assert [each["name"] for each in found["files"]] == ["odd"]

    def test_of_another_organization_are_not_shown(self, worked: Platform) -> None:
        assert ask(worked.hub, "files", organization=LDC)["files"] == []

    def test_are_shown_page_by_page(self, many: Platform) -> None:
        pages = list(all_pages(many.hub, "files", organization=AGENT, limit=2))
        assert [len(each["files"]) for each in pages] == [2, 2, 1]
        names = [each["name"] for page in pages for each in page["files"]]
        assert names == [f"odd {number}" for number in (4, 3, 2, 1, 0)]

    def test_are_listed_by_their_state(self, many: Platform) -> None:
        asked = {"organization": AGENT, "limit": 3}
        pages = list(all_pages(many.hub, "files.list", state="REJECTED", **asked))
        assert [len(each["files"]) for each in pages] == [3, 2]
        assert ask(many.hub, "files.list", state="DONE", **asked)["files"] == []

    @pytest.mark.parametrize(
        ("action", "asked", "path"),
        [
            ("files", {"limit": 0}, "limit"),
            ("files", {"limit": 1_001}, "limit"),
            ("deliveries", {"limit": True}, "limit"),
            ("organization", {"limit": "ten"}, "limit"),
            ("files", {"after": "x"}, "after"),
            ("files", {"after": "."}, "after"),
            ("deliveries", {"after": "x"}, "after"),
            ("files.list", {"after": "x"}, "after"),
            ("files.list", {"state": "ODD"}, "state"),
        ],
    )
    def test_a_page_that_is_none_is_refused(
        self, many: Platform, action: str, asked: dict[str, object], path: str
    ) -> None:
        refused = ask(many.hub, action, organization=AGENT, **asked)
        assert [fault["path"] for fault in refused["faults"]] == [path]

    def test_a_cursor_of_another_organization_is_refused(self, many: Platform) -> None:
        for action in ("files", "files.list"):
            after = ask(many.hub, action, organization=AGENT, limit=1)["after"]
            refused = ask(many.hub, action, organization=LDC, after=after)
            assert [fault["path"] for fault in refused["faults"]] == ["after"]

    @pytest.mark.parametrize(
        ("asked", "path"),
        [({}, "organization"), ({"organization": AGENT, "since": "yesterday"}, "since")],
    )
    def test_are_asked_for_an_organization_and_an_instant(
        self, worked: Platform, asked: dict[str, str], path: str
    ) -> None:
        refused = ask(worked.hub, "files", **asked)
        assert [fault["path"] for fault in refused["faults"]] == [path]
