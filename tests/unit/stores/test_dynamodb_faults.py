from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from mdmr.ports.state import (
    Absent,
    Check,
    ConditionFailedError,
    Delete,
    Equal,
    Item,
    Key,
    Put,
    StateBusyError,
    Update,
    Write,
)
from mdmr.stores.limits import UnfitError

from tests.unit.stores.dynamo import Scripted, cancelled, fault

KEY = Key("FILE#1", "RECEIPT")
ITEM: Item = {"pk": "FILE#1", "sk": "RECEIPT", "state": "ACCEPTED"}
WIRE = {"pk": {"S": "FILE#1"}, "sk": {"S": "RECEIPT"}, "state": {"S": "ACCEPTED"}}
OTHER = {**WIRE, "state": {"S": "REFUSED"}}

THROTTLED = fault("ThrottlingException")
CONFLICT = fault("TransactionConflictException")
LOST = ReadTimeoutError(endpoint_url="x")
UNREACHED = EndpointConnectionError(endpoint_url="x")
UNAVAILABLE = fault("503", ResponseMetadata={"HTTPStatusCode": 503})

WRITES: list[Write] = [
    Put(ITEM, Absent()),
    Update(KEY, set={"state": "DONE"}),
    Delete(KEY),
    Check(KEY, Absent()),
]


@pytest.mark.parametrize("turned_away", [THROTTLED, CONFLICT, LOST, UNREACHED, UNAVAILABLE])
@pytest.mark.parametrize("write", WRITES)
def test_a_commit_that_is_turned_away_is_tried_again(write: Write, turned_away: Exception) -> None:
    scripted = Scripted(turned_away, turned_away, {})
    scripted.store.commit(write)
    assert len(scripted.calls) == 3
    assert scripted.calls[0] == scripted.calls[2]


@pytest.mark.parametrize("turned_away", [THROTTLED, CONFLICT, LOST, UNREACHED, UNAVAILABLE])
@pytest.mark.parametrize("write", WRITES)
def test_a_commit_that_is_always_turned_away_is_told_busy(
    write: Write, turned_away: Exception
) -> None:
    scripted = Scripted(turned_away)
    with pytest.raises(StateBusyError):
        scripted.store.commit(write)
    assert len(scripted.calls) == 4


def test_pauses_grow_up_to_a_bound_and_are_random() -> None:
    scripted = Scripted(THROTTLED, attempts=50)
    with pytest.raises(StateBusyError):
        scripted.store.commit(*WRITES[:1])
    assert len(scripted.pauses) == 49
    assert scripted.pauses[0] <= 1
    assert scripted.pauses[1] <= 2
    assert 2 < max(scripted.pauses) <= 3
    assert len(set(scripted.pauses)) > 40


@pytest.mark.parametrize(
    "codes",
    [
        ("TransactionConflict", "None"),
        ("ThrottlingError", "None"),
        ("ProvisionedThroughputExceeded",),
    ],
)
def test_a_transaction_in_conflict_is_tried_again_under_its_token(codes: tuple[str, ...]) -> None:
    scripted = Scripted(cancelled(*codes), LOST, fault("TransactionInProgressException"), {})
    scripted.store.commit(Put(ITEM), Check(Key("GATE", "GLOBAL"), Equal("version", 1)))
    tokens = {request["ClientRequestToken"] for _, request in scripted.calls}
    assert len(scripted.calls) == 4
    assert len(tokens) == 1


def test_no_condition_is_told_failed_while_another_write_is_in_conflict() -> None:
    both = cancelled("ConditionalCheckFailed", "TransactionConflict")
    settled = cancelled("ConditionalCheckFailed", "ConditionalCheckFailed", items=(WIRE, None))
    scripted = Scripted(both, settled)
    with pytest.raises(ConditionFailedError) as failure:
        scripted.store.commit(
            Put(ITEM, Absent()), Check(Key("LEASE#1", "LEASE"), Equal("epoch", 1))
        )
    assert failure.value.failed == {0: ITEM, 1: None}
    with pytest.raises(StateBusyError):
        Scripted(both).store.commit(Put(ITEM, Absent()), Check(KEY._replace(sort="X"), Absent()))


def test_a_transaction_that_no_table_takes_is_refused() -> None:
    scripted = Scripted(cancelled("None", "ValidationError"))
    with pytest.raises(UnfitError):
        scripted.store.commit(Put(ITEM), Delete(Key("X", "X")))
    assert len(scripted.calls) == 1


@pytest.mark.parametrize(
    "stopped", [fault("AccessDeniedException"), cancelled("AccessDenied", "None")]
)
def test_what_trying_again_does_not_mend_is_passed_on_at_once(stopped: ClientError) -> None:
    scripted = Scripted(stopped)
    with pytest.raises(ClientError) as failure:
        scripted.store.commit(Put(ITEM), Delete(Key("X", "X")))
    assert failure.value is stopped
    assert len(scripted.calls) == 1


def test_a_put_whose_answer_was_lost_recognizes_its_own_item() -> None:
    failed = fault("ConditionalCheckFailedException", Item=WIRE)
    Scripted(LOST, failed).store.commit(Put(ITEM, Absent()))
    Scripted(fault("InternalServerError"), failed).store.commit(Put(ITEM, Absent()))
    Scripted(UNAVAILABLE, failed).store.commit(Put(ITEM, Absent()))
    repeated = fault("ConditionalCheckFailedException", Item=WIRE, repeated=1)
    Scripted(repeated).store.commit(Put(ITEM, Absent()))


@pytest.mark.parametrize(
    "failed",
    [
        fault("ConditionalCheckFailedException", Item=OTHER),
        fault("ConditionalCheckFailedException"),
    ],
)
def test_a_put_whose_answer_was_lost_is_no_excuse_for_anothers_item(failed: Exception) -> None:
    with pytest.raises(ConditionFailedError):
        Scripted(LOST, failed).store.commit(Put(ITEM, Absent()))


def test_a_put_that_was_only_throttled_did_not_put_what_it_finds() -> None:
    failed = fault("ConditionalCheckFailedException", Item=WIRE)
    with pytest.raises(ConditionFailedError):
        Scripted(THROTTLED, failed).store.commit(Put(ITEM, Absent()))


def test_an_update_whose_answer_was_lost_tells_what_it_finds() -> None:
    failed = fault("ConditionalCheckFailedException", Item=WIRE)
    with pytest.raises(ConditionFailedError) as failure:
        Scripted(LOST, failed).store.commit(Update(KEY, {"state": "ACCEPTED"}, (), Absent("state")))
    assert failure.value.failed == {0: ITEM}


def test_a_read_that_is_turned_away_is_tried_again_and_then_told_busy() -> None:
    assert Scripted(THROTTLED, LOST, {"Item": WIRE}).store.get(KEY) == ITEM
    assert list(Scripted(UNREACHED, {"Items": [WIRE]}).store.query("FILE#1")) == [ITEM]
    for ask in (lambda s: s.get(KEY), lambda s: list(s.query("A")), lambda s: s.get_many([KEY])):
        with pytest.raises(StateBusyError):
            ask(Scripted(THROTTLED).store)


def test_a_read_that_is_denied_is_passed_on() -> None:
    with pytest.raises(ClientError):
        Scripted(fault("AccessDeniedException")).store.get(KEY)


def test_reads_of_keys_and_partitions_see_every_earlier_write() -> None:
    scripted = Scripted({"Items": [], "Responses": {}})
    scripted.store.get(KEY)
    list(scripted.store.query("A"))
    scripted.store.get_many([KEY])
    list(scripted.store.query_index("unfinished", "intake"))
    (_, get), (_, query), (_, many), (_, index) = scripted.calls
    assert get["ConsistentRead"] is True
    assert query["ConsistentRead"] is True
    assert many["RequestItems"]["table"]["ConsistentRead"] is True
    assert "ConsistentRead" not in index
