"""Two sets of an LDC at once: one is worked at a time, in their order, and none is lost."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.ports.authority import GatewayMode
from mdmr.ports.hub import Hub
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import attending, rows, sequence
from mdmr.synchronization.sets.states import FINAL, GATHERING, SetState

from tests.support.crashing import Effect, InterruptAt, Moment, Seen, watched
from tests.support.gateway import set_mode
from tests.support.market import LDC
from tests.support.set_calls import GROWN, NOW, TOWN, sent, town_hub
from tests.support.set_runs import run_set
from tests.support.story import Platform
from tests.support.turns import Turns
from tests.support.waiting_sets import park
from tests.support.working import directory, files_of, found, reports, send

SEEDS = range(16)


def under_way(ready: Platform, sets: list[SetId]) -> list[SetId]:
    """Return the sets that are being worked."""
    states = {each: rows.find(ready.hub.state, each) for each in sets}
    waits = FINAL | GATHERING
    return [each for each, row in states.items() if row is not None and row.state not in waits]


def run_all(ready: Platform, sets: list[SetId]) -> list[SetState]:
    """Do what the executions of sets do that are woken again and again; return how they end."""
    for _ in sets:
        for each in sets:
            run_set(ready.hub, each)
    return [found(ready.hub, each).state for each in sets]


def last_files(tx_id: str, number: int, told: str) -> tuple[dict[str, bytes], tuple[str, bytes]]:
    """Return the files of a set but the last, and the last."""
    *files, last = files_of(told, tx_id, number, at=NOW).items()
    return dict(files), last


def two_but_for_their_last_files(second: int) -> tuple[Platform, list[SetId], list[Arrival]]:
    """Return two sets, the second with this number, whose last files are just uploaded."""
    ready = town_hub()
    sets, arrivals = [], []
    for tx_id, number, told in (("tx0001", 1, TOWN), ("tx0002", second, GROWN)):
        files, (name, body) = last_files(tx_id, number, told)
        sets.append(send(ready, files))
        arrivals.append(ready.upload(f"{name.split('.')[1]}/{name}", body))
    for each in sets:
        run_set(ready.hub, each)
    return ready, sets, arrivals


def two_complete(second: int = 2) -> tuple[Platform, list[SetId]]:
    """Return two complete sets at which nobody has looked."""
    ready = town_hub()
    return ready, [
        sent(ready, TOWN, 1, tx_id="tx0001"),
        sent(ready, GROWN, second, tx_id="tx0002"),
    ]


def check_both_are_complete_in_order(ready: Platform, sets: list[SetId], where: str) -> None:
    assert run_all(ready, sets) == [SetState.COMPLETE, SetState.COMPLETE], where
    turned = sequence.find(ready.hub.state, LDC)
    assert (turned.last, turned.open, turned.waiting) == (2, None, ()), where
    assert len(reports(ready, "IR06")) == 2, where


def test_their_last_files_come_at_once() -> None:
    ready, sets, (one, other) = two_but_for_their_last_files(2)
    seen = Seen()
    take_in(watched(ready.hub, seen), one)
    for number, effect in enumerate(seen.effects):
        ready, sets, (one, other) = two_but_for_their_last_files(2)
        at = InterruptAt(number=number, act=partial(take_in, ready.hub, other))
        take_in(watched(ready.hub, at), one)
        check_both_are_complete_in_order(ready, sets, f"{number} {effect.name}")


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0)], ids=["in order", "in turn"])
def test_they_are_looked_at_at_once(first: int, second: int) -> None:
    """The one is looked at between any two effects of the look at the other."""
    ready, sets = two_complete()
    seen = Seen()
    attending.look(watched(ready.hub, seen), sets[first])
    for number, effect in enumerate(seen.effects):
        ready, sets = two_complete()
        at = InterruptAt(number=number, act=partial(attending.look, ready.hub, sets[second]))
        attending.look(watched(ready.hub, at), sets[first])
        assert under_way(ready, sets) == sets[:1], f"{number} {effect.name}"
        check_both_are_complete_in_order(ready, sets, f"{number} {effect.name}")


def test_of_two_with_one_number_one_is_taken_and_the_other_told() -> None:
    ends = set()
    ready, sets = two_complete(second=1)
    seen = Seen()
    attending.look(watched(ready.hub, seen), sets[0])
    for number, effect in enumerate(seen.effects):
        ready, sets = two_complete(second=1)
        at = InterruptAt(number=number, act=partial(attending.look, ready.hub, sets[1]))
        attending.look(watched(ready.hub, at), sets[0])
        assert len(under_way(ready, sets)) == 1, f"{number} {effect.name}"
        ended = run_all(ready, sets)
        assert sorted(ended) == [SetState.COMPLETE, SetState.REJECTED], f"{number} {effect.name}"
        assert sequence.find(ready.hub.state, LDC).last == 1
        ends.add(tuple(ended))
    assert len(ends) == 2


def waits_behind_one_under_way() -> tuple[Platform, list[SetId]]:
    """Return two sets: the first is staged, the second has looked and waits for its turn."""
    ready, sets = two_complete()
    attending.look(ready.hub, sets[0])
    looked = attending.look(ready.hub, sets[1])
    assert looked.each.waits_for == "TURN"
    park(ready.hub, sets[1], "before", looked)
    return ready, sets


def look_and_wait(hub: Hub, set_id: SetId) -> None:
    park(hub, set_id, "token", attending.look(hub, set_id))


def test_a_turn_that_comes_between_a_look_and_its_wait_is_not_lost() -> None:
    ready, sets = waits_behind_one_under_way()
    seen = Seen()
    look_and_wait(watched(ready.hub, seen), sets[1])
    for number, effect in enumerate(seen.effects):
        for moment in (Moment.BEFORE, Moment.AFTER):
            ready, sets = waits_behind_one_under_way()
            at = InterruptAt(number=number, act=partial(run_set, ready.hub, sets[0]), moment=moment)
            look_and_wait(watched(ready.hub, at), sets[1])
            where = f"{moment.value} {number} {effect.name}"
            taken = found(ready.hub, sets[1]).state is SetState.STAGING
            assert taken or "token" in ready.hub.processes.woken, where


def test_a_gate_that_opens_between_a_look_and_its_wait_ends_the_wait() -> None:
    ready, sets = two_complete()
    set_mode(ready.hub, GatewayMode.HOLD)
    looked = attending.look(ready.hub, sets[0])
    assert looked.each.waits_for == "GATEWAY"
    set_mode(ready.hub, GatewayMode.OPEN)
    park(ready.hub, sets[0], "token", looked)
    assert "token" in ready.hub.processes.woken


@pytest.mark.parametrize("seed", SEEDS)
def test_one_is_worked_at_a_time_whoever_works_when(seed: int) -> None:
    """Each set has two executions, and all take turns at every effect."""
    ready, sets = two_complete()
    worked: list[list[SetId]] = []

    def around(effect: Effect) -> Any:  # noqa: ANN401 - whatever the effect returns
        result = effect.happen()
        if effect.name == "state.commit":
            worked.append(under_way(ready, sets))
        return result

    works = [partial(run_set_of, set_id=each) for each in (*sets, *sets)]
    Turns(watched(ready.hub, around), works, seed).run()
    check_both_are_complete_in_order(ready, sets, f"seed {seed}")
    assert [] in worked
    assert [sets[0]] in worked
    assert sets not in worked
    alone, _ = two_complete()
    run_all(alone, sets)
    assert directory(ready) == directory(alone)


def run_set_of(hub: Hub, set_id: SetId) -> None:
    run_set(hub, set_id)
