"""What the operator is told of one organization, and what the hub has against a document."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from mdmr.operation.commands import answer
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock

from tests.support.market import AGENT, LDC, NOON, OTHER_LDC

HYDRO = {
    "org_id": LDC,
    "name": "Example Hydro",
    "roles": ["LDC"],
    "transport_ids": ["as2:hydro"],
    "contacts": {"service desk": "desk@example.org"},
}
AGENT_ROW = {"org_id": AGENT, "name": "Billing Services", "roles": ["AGENT"], "from": "2025-01-01"}
DOCUMENT = {
    "organizations": [HYDRO, AGENT_ROW],
    "authorizations": [{"ldc": LDC, "organization": AGENT, "file_id": "8000", "right": "SUBMIT"}],
    "parameters": {AGENT: {"out.max_details": 5}},
}


def ask(hub: MemoryHub, action: str, **more: object) -> dict[str, Any]:
    return answer(hub, {"action": action, "by": "anna", **more}, "ca-central-1")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def hub(clock: FixedClock) -> MemoryHub:
    made = memory_hub(clock)
    assert ask(made, "apply", document=DOCUMENT)["ok"]
    return made


def faults(answered: dict[str, Any]) -> list[str]:
    assert answered["ok"] is False
    return [f"{each['path']}: {each['text']}" for each in answered["faults"]]


class TestAnOrganization:
    def test_is_told_with_its_contacts_and_identities(self, hub: MemoryHub) -> None:
        found = ask(hub, "organization", organization=LDC)["organization"]
        assert found == HYDRO | {"from": None, "to": None}

    def test_is_told_with_what_it_gave_and_has(self, hub: MemoryHub) -> None:
        gave, has = (ask(hub, "organization", organization=each) for each in (LDC, AGENT))
        assert gave["gave"] == has["has"]
        assert [(row["right"], row["file_id"]) for row in gave["gave"]] == [
            ("SUBMIT", "8000"),
            ("RECEIVE", "IR03"),
        ]
        assert (gave["has"], has["gave"]) == ([], [])

    def test_is_told_with_its_own_parameters(self, hub: MemoryHub) -> None:
        assert ask(hub, "organization", organization=AGENT)["parameters"] == [
            {
                "name": "out.max_details",
                "unit": "records",
                "value": "5",
                "values": [{"value": "5", "from": "2025-08-20T17:05:00.000Z"}],
            }
        ]
        assert ask(hub, "organization", organization=LDC)["parameters"] == []

    def test_that_is_not_registered_is_refused(self, hub: MemoryHub) -> None:
        assert faults(ask(hub, "organization", organization=OTHER_LDC)) == [
            f"organization: {OTHER_LDC} is not registered"
        ]
        assert faults(ask(hub, "organization")) == ["organization: is missing"]


class TestTheHistory:
    def test_tells_author_time_and_change_newest_first(
        self, hub: MemoryHub, clock: FixedClock
    ) -> None:
        clock.advance(timedelta(days=1))
        ask(hub, "apply", document={"organizations": [HYDRO | {"name": "New Hydro"}]})
        newest, *others = ask(hub, "history", organization=LDC)["history"]
        assert (newest["by"], newest["what"]) == ("anna", f"organization {LDC}")
        assert newest["at"] == "2025-08-21T17:05:00.000Z"
        assert ("Example Hydro" in newest["before"], "New Hydro" in newest["after"]) == (True, True)
        assert len(others) == 3

    def test_tells_what_is_younger_than_asked_for(self, hub: MemoryHub, clock: FixedClock) -> None:
        clock.advance(timedelta(days=1))
        ask(hub, "apply", document={"organizations": [HYDRO | {"name": "New Hydro"}]})
        since = (NOON + timedelta(hours=1)).isoformat()
        assert len(ask(hub, "history", organization=LDC, since=since)["history"]) == 1

    def test_ends_at_a_number(self, hub: MemoryHub, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mdmr.operation.organizations.MOST", 2)
        assert len(ask(hub, "history", organization=LDC)["history"]) == 2

    def test_is_asked_for_an_organization_and_an_instant(self, hub: MemoryHub) -> None:
        assert faults(ask(hub, "history")) == ["organization: is missing"]
        assert faults(ask(hub, "history", organization=LDC, since="x"))[0].startswith("since: ")


class TestAnObjection:
    @pytest.mark.parametrize("action", ["plan", "apply"])
    def test_is_that_another_organization_connects_so(self, hub: MemoryHub, action: str) -> None:
        thief = {**AGENT_ROW, "transport_ids": ["as2:hydro"]}
        assert faults(ask(hub, action, document={"organizations": [thief]})) == [
            f"organizations {AGENT}: as2:hydro belongs to {LDC}"
        ]

    def test_is_none_when_the_other_gives_the_identity_up(self, hub: MemoryHub) -> None:
        rows = [{**HYDRO, "transport_ids": []}, {**AGENT_ROW, "transport_ids": ["as2:hydro"]}]
        assert ask(hub, "apply", document={"organizations": rows})["ok"]

    @pytest.mark.parametrize(
        ("ldc", "organization", "text"),
        [
            (AGENT, LDC, f"{AGENT} is not registered as an LDC"),
            (OTHER_LDC, AGENT, f"{OTHER_LDC} is not registered as an LDC"),
            (LDC, OTHER_LDC, f"{OTHER_LDC} is not registered"),
        ],
    )
    def test_is_that_a_party_of_an_authorization_is_not_what_it_should_be(
        self, hub: MemoryHub, ldc: str, organization: str, text: str
    ) -> None:
        row = {"ldc": ldc, "organization": organization, "file_id": "1000", "right": "SUBMIT"}
        found = faults(ask(hub, "plan", document={"authorizations": [row]}))
        assert found == [f"authorizations: {text}"]
