"""What the operator is told of files and deliveries: of an organization, of a name, of an id."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from mdmr.operation.commands import answer

from tests.support.call import QUARTER
from tests.support.calls import blocked
from tests.support.market import AGENT, LDC, NOON, end_authorization, name, request
from tests.support.story import HOUR, Platform, platform


def ask(ready: Platform, **asked: object) -> dict[str, Any]:
    told = answer(ready.hub, {"action": "files", "by": "anna", **asked}, "ca-central-1")
    assert told["ok"], told
    return told


def states(rows: list[dict[str, Any]]) -> list[str]:
    return [row["state"] for row in rows]


def answered() -> Platform:
    ready = platform()
    ready.send(AGENT, name(), request(name(), "SP-1"))
    ready.pass_time(2 * QUARTER)
    return ready


class TestOfAnOrganization:
    def test_all_that_it_sent_is_told_newest_first(self) -> None:
        ready = answered()
        ready.send(AGENT, "odd", b"odd")
        ready.settle()
        told = ask(ready, organization=AGENT)
        assert states(told["files"]) == ["REJECTED", "DONE"]
        assert told["deliveries"] == []
        assert ask(ready, organization=LDC)["files"] == []

    def test_what_it_is_owed_is_told_with_its_next_try(self) -> None:
        ready = blocked(platform(), minutes=5)
        ready.send(AGENT, "odd", b"odd")
        ready.settle()
        (owed,) = ask(ready, organization=AGENT)["deliveries"]
        assert (owed["state"], owed["tries"]) == ("INTENDED", 1)
        assert owed["next_try"] == "2025-08-20T17:15:00.000Z"

    def test_what_was_given_up_or_withheld_is_told_with_its_reason(self) -> None:
        ready = blocked(platform(), minutes=90)
        ready.send(AGENT, name(), request(name(), "SP-1"))
        ready.settle()
        end_authorization(ready.hub, AGENT, "2000", at=NOON)
        ready.pass_time(2 * HOUR)
        owed = ask(ready, organization=AGENT)["deliveries"]
        response, summary = sorted(owed, key=lambda each: str(each["file_id"]))
        assert (summary["file_id"], summary["state"]) == ("IR01", "FAILED_DELIVERY")
        assert (response["file_id"], response["state"]) == ("2000", "WITHHELD")
        assert response["history"][-1]["why"] == "NO RECEIVE AUTHORIZATION"

    def test_it_is_told_since_an_instant(self) -> None:
        ready = blocked(platform(), minutes=60)
        ready.send(AGENT, "odd", b"odd")
        ready.settle()
        later = (NOON + timedelta(seconds=1)).isoformat()
        told = ask(ready, organization=AGENT, since=later)
        assert (told["files"], told["deliveries"]) == ([], [])


class TestOfAName:
    def test_the_file_is_told_with_the_answers_about_it(self) -> None:
        told = ask(answered(), file=name())
        assert states(told["files"]) == ["DONE"]
        assert [(row["file_id"], row["state"]) for row in told["deliveries"]] == [
            ("2000", "DELIVERED")
        ]

    def test_each_version_is_told_the_newest_first(self) -> None:
        ready = answered()
        ready.send(AGENT, name(), request(name(), "SP-2"))
        ready.settle()
        told = ask(ready, file=name())
        assert [(row["state"], row["code"]) for row in told["files"]] == [
            ("REJECTED", "F011"),
            ("DONE", ""),
        ]
        assert sorted(row["file_id"] for row in told["deliveries"]) == ["2000", "FR01"]

    def test_a_file_that_has_just_arrived_is_told(self) -> None:
        ready = platform()
        ready.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
        (found,) = ask(ready, file=name())["files"]
        assert (found["state"], found["reason"]) == ("ARRIVED", "not decided yet")
        assert found["since"] == found["arrived"]

    def test_it_is_looked_for_in_the_prefix_that_is_told(self) -> None:
        ready = platform()
        ready.send(LDC, name(), request(name(), "SP-1"))
        ready.settle()
        assert ask(ready, file=name())["files"] == []
        assert states(ask(ready, file=name(), organization=LDC)["files"]) == ["REJECTED"]

    def test_a_longer_name_that_begins_so_is_another(self) -> None:
        ready = platform()
        ready.send(AGENT, "odd", b"odd")
        ready.send(AGENT, "odder", b"odd")
        ready.settle()
        found = ask(ready, file="odd", organization=AGENT)["files"]
        assert [row["name"] for row in found] == ["odd"]

    def test_a_file_that_the_hub_sends_is_its_delivery(self) -> None:
        ready = answered()
        (about,) = ask(ready, file=name())["deliveries"]
        told = ask(ready, file=about["file"])
        assert (told["files"], told["deliveries"]) == ([], [about])
        assert ask(ready, file=about["file"], organization=LDC)["deliveries"] == []

    def test_nothing_is_told_of_what_is_not_there(self) -> None:
        told = ask(platform(), file=name())
        assert (told["files"], told["deliveries"]) == ([], [])


class TestOfAnId:
    def test_a_file_is_told_with_the_answers_about_it(self) -> None:
        ready = answered()
        (found,) = ask(ready, organization=AGENT)["files"]
        assert ask(ready, file=found["id"]) == ask(ready, file=name())

    def test_a_delivery_is_told(self) -> None:
        ready = answered()
        (about,) = ask(ready, file=name())["deliveries"]
        told = ask(ready, file=about["id"])
        assert (told["files"], told["deliveries"]) == ([], [about])

    def test_nothing_is_told_of_what_is_not_there(self) -> None:
        told = ask(platform(), file="a" * 32)
        assert (told["files"], told["deliveries"]) == ([], [])


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({}, "organization"),
        ({"file": "odd"}, "organization"),
        ({"organization": AGENT, "since": "x"}, "since"),
    ],
)
def test_what_is_asked_for_must_be_clear(asked: dict[str, str], path: str) -> None:
    told = answer(platform().hub, {"action": "files", "by": "anna", **asked}, "ca-central-1")
    assert [fault["path"] for fault in told["faults"]] == [path]
