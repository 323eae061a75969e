"""Functions ask for nothing that their roles do not allow, and what they write is described."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulation.rights import Asked, asked_in, forbidden
from tools.policies.kinds import kind_of
from tools.policies.stack import Stack
from tools.sam_template import Json, read_template, transformed

# Worlds of every theme, some of them with sets.
SEEDS = range(30)


@pytest.fixture(scope="module")
def asked() -> set[Asked]:
    return set().union(*map(asked_in, SEEDS))


@pytest.fixture
def template() -> Json:
    return transformed(read_template())


def test_nothing_is_asked_for_that_the_role_does_not_allow(
    asked: set[Asked], template: Json
) -> None:
    assert forbidden(Stack(template), asked) == []


def test_every_item_is_of_a_kind_that_its_module_describes(asked: set[Asked]) -> None:
    parts = {(each.resource, each.part) for each in asked if each.action.startswith("dynamodb:")}
    unknown = [
        (table, part) for table, part in parts if part != "index" and kind_of(table, part) is None
    ]
    assert unknown == []


def test_much_is_asked_for(asked: set[Asked]) -> None:
    written = {each.part.partition("#")[0] for each in asked if each.action == "dynamodb:PutItem"}
    assert {"RECEIPT", "DELIVERY", "SET", "SCHEDULE", "REGISTRY", "EVIDENCE", "CLOSED"} <= written
    assert {"dynamodb:PartiQLInsert", "s3:PutObject"} <= {each.action for each in asked}


def _own(template: Json, role: str) -> list[Json]:
    policy = template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]
    found: list[Json] = policy["Statement"]
    return found


def the_sweep_may_not_note_what_it_filed(template: Json) -> None:
    (found,) = (each for each in _own(template, "SweepRole") if each.get("Sid") == "GovernedItems")
    found["Condition"]["ForAnyValue:StringLike"]["dynamodb:LeadingKeys"].append("FILED#*")


def sets_may_not_write_meters(template: Json) -> None:
    (found,) = (each for each in _own(template, "ProcessSetRole") if each.get("Sid") == "Documents")
    found["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"].remove("METER#*")


def nobody_may_ask_an_index(template: Json) -> None:
    shared = template["Resources"]["DecideInHubState"]["Properties"]["PolicyDocument"]
    del shared["Statement"][1]


@pytest.mark.parametrize(
    "plant",
    [the_sweep_may_not_note_what_it_filed, sets_may_not_write_meters, nobody_may_ask_an_index],
    ids=lambda each: each.__name__,
)
def test_a_right_that_is_missing_is_seen(
    plant: Callable[[Json], None], asked: set[Asked], template: Json
) -> None:
    plant(template)
    assert forbidden(Stack(template), asked) != []
