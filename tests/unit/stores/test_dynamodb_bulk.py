from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from mdmr.ports.state import Item, Key, StateBusyError
from mdmr.stores.limits import UnfitError

from tests.unit.stores.dynamo import Scripted, fault

LOST = ReadTimeoutError(endpoint_url="x")
UNAVAILABLE = fault("503", ResponseMetadata={"HTTPStatusCode": 503})


def item(number: int, owner: str = "A") -> Item:
    return {"pk": f"USDP#{number:03}", "sk": "ID", "owner": owner}


def wire(number: int, owner: str = "A") -> dict[str, Any]:
    return {"pk": {"S": f"USDP#{number:03}"}, "sk": {"S": "ID"}, "owner": {"S": owner}}


def told(*codes: str, repeated: int = 0) -> dict[str, Any]:
    responses = [{"Error": {"Code": code, "Message": "why"}} if code else {} for code in codes]
    return {"Responses": responses, "ResponseMetadata": {"RetryAttempts": repeated}}


def found(*items: dict[str, Any]) -> dict[str, Any]:
    return {"Responses": {"table": list(items)}}


def all_put(**request: Any) -> dict[str, Any]:  # noqa: ANN401 - a request
    return told(*("" for _ in request["Statements"]))


def test_new_items_are_sent_in_batches_of_25() -> None:
    scripted = Scripted(all_put)
    assert scripted.store.put_all_new([item(number) for number in range(60)]) == [None] * 60
    assert [len(request["Statements"]) for _, request in scripted.calls] == [25, 25, 10]
    assert scripted.calls[0][1]["Statements"][1] == {
        "Statement": """INSERT INTO "table" VALUE {'pk': ?, 'sk': ?, 'owner': ?}""",
        "Parameters": [{"S": "USDP#001"}, {"S": "ID"}, {"S": "A"}],
    }


def test_results_keep_their_order_over_many_connections() -> None:
    def answer(**request: Any) -> dict[str, Any]:  # noqa: ANN401 - a request
        if "RequestItems" in request:
            return found(
                *({**key, "owner": {"S": "B"}} for key in request["RequestItems"]["table"]["Keys"])
            )
        numbers = [int(each["Parameters"][0]["S"][-3:]) for each in request["Statements"]]
        return told(*("DuplicateItem" if number % 7 == 0 else "" for number in numbers))

    scripted = Scripted(answer, connections=8)
    results = scripted.store.put_all_new([item(number) for number in range(500)])
    assert results == [item(number, "B") if number % 7 == 0 else None for number in range(500)]


@pytest.mark.parametrize(
    "code",
    [
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "TransactionConflict",
    ],
)
def test_only_what_was_turned_away_is_sent_again(code: str) -> None:
    scripted = Scripted(told("", code, ""), told(""))
    assert scripted.store.put_all_new([item(1), item(2), item(3)]) == [None] * 3
    (again,) = scripted.calls[1][1]["Statements"]
    assert again["Parameters"][0] == {"S": "USDP#002"}
    assert len(scripted.pauses) == 1


@pytest.mark.parametrize(
    "turned_away", [told("ThrottlingError"), LOST, UNAVAILABLE, fault("ThrottlingException")]
)
def test_new_items_that_are_always_turned_away_are_told_busy(turned_away: Any) -> None:  # noqa: ANN401
    scripted = Scripted(turned_away)
    with pytest.raises(StateBusyError):
        scripted.store.put_all_new([item(1)])
    assert len(scripted.calls) == 4


def test_what_no_table_takes_is_refused_at_once() -> None:
    scripted = Scripted(told("", "ValidationError"))
    with pytest.raises(UnfitError):
        scripted.store.put_all_new([item(1), item(2)])
    assert len(scripted.calls) == 1


@pytest.mark.parametrize("denied", [told("AccessDenied"), fault("AccessDeniedException")])
def test_what_is_denied_is_passed_on_at_once(denied: Any) -> None:  # noqa: ANN401
    scripted = Scripted(denied)
    with pytest.raises(ClientError):
        scripted.store.put_all_new([item(1)])
    assert len(scripted.calls) == 1


def test_a_taken_place_is_told_even_with_the_same_item_in_it() -> None:
    scripted = Scripted(told("DuplicateItem", ""), found(wire(1)))
    assert scripted.store.put_all_new([item(1), item(2)]) == [item(1), None]


@pytest.mark.parametrize(
    "first",
    [
        LOST,
        told("InternalServerError", "InternalServerError"),
        fault("InternalServerError"),
        UNAVAILABLE,
    ],
)
def test_an_insert_whose_answer_was_lost_recognizes_its_own_item(first: Any) -> None:  # noqa: ANN401
    scripted = Scripted(first, told("DuplicateItem", "DuplicateItem"), found(wire(2, "B"), wire(1)))
    assert scripted.store.put_all_new([item(1), item(2)]) == [None, item(2, "B")]


def test_an_insert_that_the_client_repeated_recognizes_its_own_item() -> None:
    scripted = Scripted(told("DuplicateItem", repeated=1), found(wire(1)))
    assert scripted.store.put_all_new([item(1)]) == [None]


def test_a_place_that_was_taken_and_is_free_again_is_told_busy() -> None:
    with pytest.raises(StateBusyError):
        Scripted(told("DuplicateItem"), found()).store.put_all_new([item(1)])


def test_keys_that_were_not_processed_are_asked_for_again() -> None:
    left = {
        "table": {"Keys": [{"pk": {"S": "USDP#002"}, "sk": {"S": "ID"}}], "ConsistentRead": True}
    }
    scripted = Scripted({**found(wire(1)), "UnprocessedKeys": left}, found(wire(2)))
    keys = [Key("USDP#001", "ID"), Key("USDP#002", "ID")]
    assert scripted.store.get_many(keys) == {keys[0]: item(1), keys[1]: item(2)}
    assert scripted.calls[1][1]["RequestItems"] == left
    with pytest.raises(StateBusyError):
        Scripted({**found(), "UnprocessedKeys": left}).store.get_many(keys)


def test_many_keys_are_read_a_hundred_at_a_time() -> None:
    def answer(**request: Any) -> dict[str, Any]:  # noqa: ANN401 - a request
        return found(
            *({**key, "owner": {"S": "A"}} for key in request["RequestItems"]["table"]["Keys"])
        )

    scripted = Scripted(answer, connections=4)
    keys = [Key(f"USDP#{number:03}", "ID") for number in range(250)]
    assert scripted.store.get_many(keys) == {key: item(at) for at, key in enumerate(keys)}
    assert sorted(
        len(request["RequestItems"]["table"]["Keys"]) for _, request in scripted.calls
    ) == [50, 100, 100]
