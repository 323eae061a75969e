"""Two LDCs bind one AMCD: unique in Ontario, it serves one meter at a time, whoever works when."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from mdmr.calendar.instants import EST
from mdmr.directory import amcd_claims, reading
from mdmr.directory.documents import Entity, Kind
from mdmr.directory.timeline import Timeline
from mdmr.exchange.files.layouts.records import split
from mdmr.identifiers.kept import Kept, keep
from mdmr.identifiers.universal_id import Pair
from mdmr.ports.state import Item, Put, key_of
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows
from mdmr.synchronization.sets.states import Decision, SetState
from msgspec.structs import replace

from tests.support.crashing import Crash, CrashAt, Effect, InterruptAt, Moment, Seen, watched
from tests.support.market import LDC, OTHER_LDC, set_parameter
from tests.support.set_files import files_of
from tests.support.set_runs import run_set
from tests.support.story import Platform
from tests.support.towns import HOUSE, meter, sdp
from tests.support.turns import Turns
from tests.support.working import found, hub_with, reports, send

NOW = datetime(2025, 10, 21, 15, 0, 30, tzinfo=EST)
HOUR = timedelta(hours=1)
BARN = "52210047"
BEGIN, CHANGE = "20250901000000", "20251001000000"
AMCD = "A-1"
SEEDS = range(8)


def market() -> Platform:
    """Return a hub of two LDCs, each with the number of an SDP."""
    ready = hub_with((HOUSE,), at=NOW)
    keep(ready.hub, Kept(Pair(OTHER_LDC, f"SP-{BARN[:4]}"), BARN, issued=True), "test")
    return ready


def sent(ready: Platform, ldc: str, number: int, told: str) -> SetId:
    """Send a set of an LDC; nobody has looked at it."""
    set_id = SetId(ldc, ldc, "4000", f"tx{number:04}")
    lines = list(filter(None, map(str.strip, told.splitlines())))
    at = ready.clock.now()
    return send(ready, files_of(set_id, number, lines, at=at, extracted=at - HOUR))


def town(usdp: str) -> str:
    """Return an SDP with a meter on which the AMCD is."""
    return sdp(usdp) + meter(1) + f"REL|SM|{usdp}|M-1|{BEGIN}|"


def bound(ready: Platform, ldc: str) -> Timeline:
    """Return when the AMCD is on a meter of an LDC."""
    entity = Entity(Kind.AMCD, ldc, AMCD)
    return reading.read(ready.hub.directory, [entity])[entity].timeline("MC")


def refused(ready: Platform, ldc: str) -> list[str]:
    """Return the code of each record that the last set of an LDC had refused."""
    return [split(line)[13] for line in reports(ready, "IR07", ldc)[-1][2:-1]]


def check_that_one_has_it(ready: Platform, where: object = "") -> str:
    """Return the LDC that has the AMCD; the other one's record is refused, and nothing else."""
    sets = [SetId(ldc, ldc, "4000", "tx0001") for ldc in (LDC, OTHER_LDC)]
    assert [found(ready.hub, each).state for each in sets] == [SetState.COMPLETE] * 2, where
    has = {ldc: bool(bound(ready, ldc).segments) for ldc in (LDC, OTHER_LDC)}
    assert sorted(has.values()) == [False, True], where
    assert {ldc: refused(ready, ldc) for ldc in has} == {
        ldc: [] if of_it else ["Y204"] for ldc, of_it in has.items()
    }, where
    return next(ldc for ldc, of_it in has.items() if of_it)


def run(hub: Any, set_id: SetId) -> None:  # noqa: ANN401 - a hub that may be watched
    run_set(hub, set_id)


def test_the_second_one_is_refused_and_told_nothing_of_the_first() -> None:
    ready = market()
    run(ready.hub, sent(ready, LDC, 1, town(HOUSE)))
    run(ready.hub, sent(ready, OTHER_LDC, 1, town(BARN)))
    assert check_that_one_has_it(ready) == LDC
    (told,) = (line for line in reports(ready, "IR07", OTHER_LDC)[-1] if "Y204" in line)
    assert LDC not in told
    assert told.endswith(f"|MC||M-1|{AMCD}|MC|{AMCD}|{BEGIN}||Y204|AMCD RELATED TO OTHER METER")


def test_it_is_free_for_the_other_ldc_once_it_is_off_the_meter() -> None:
    ready = market()
    run(ready.hub, sent(ready, LDC, 1, town(HOUSE)))
    run(ready.hub, sent(ready, LDC, 2, f"REL|MC|M-1|{AMCD}|{BEGIN}|{CHANGE}"))
    moved = town(BARN).replace(f"M-1|{AMCD}|{BEGIN}", f"M-1|{AMCD}|{CHANGE}")
    run(ready.hub, sent(ready, OTHER_LDC, 1, moved))
    assert refused(ready, OTHER_LDC) == []
    # Now the first one may not take it back from there on, and may go on until then.
    run(ready.hub, sent(ready, LDC, 3, f"REL|MC|M-1|{AMCD}|{BEGIN}|"))
    assert refused(ready, LDC) == ["Y204"]
    (segment,) = bound(ready, LDC).segments
    assert segment.end == datetime(2025, 10, 1, tzinfo=EST)


def test_a_cancel_does_not_let_it_reach_into_the_time_of_another_ldc() -> None:
    ready = market()
    run(ready.hub, sent(ready, LDC, 1, town(HOUSE)))
    other = f"COM|A-2|EL||{BEGIN}|\nREL|MC|M-1|A-2|{CHANGE}|"
    run(ready.hub, sent(ready, LDC, 2, other))
    moved = town(BARN).replace(f"M-1|{AMCD}|{BEGIN}", f"M-1|{AMCD}|{CHANGE}")
    run(ready.hub, sent(ready, OTHER_LDC, 1, moved))
    run(ready.hub, sent(ready, LDC, 3, f"REL|MC|M-1|A-2|{CHANGE}|{CHANGE}"))
    assert refused(ready, LDC) == ["Y204"]


def test_of_two_at_once_one_has_it_whatever_the_other_does_between_two_effects() -> None:
    ready = market()
    seen = Seen()
    run(watched(ready.hub, seen), sent(ready, LDC, 1, town(HOUSE)))
    ends = set()
    for number, effect in enumerate(seen.effects):
        if effect.port != "directory" and not effect.writes:
            continue
        ready = market()
        one, other = (
            sent(ready, *each) for each in ((LDC, 1, town(HOUSE)), (OTHER_LDC, 1, town(BARN)))
        )
        at = InterruptAt(number=number, act=partial(run, ready.hub, other))
        run(watched(ready.hub, at), one)
        ends.add(check_that_one_has_it(ready, f"{number} {effect.name}"))
    assert ends == {LDC, OTHER_LDC}


@pytest.mark.parametrize("seed", SEEDS)
def test_of_two_at_once_one_has_it_whoever_works_when(seed: int) -> None:
    ready = market()
    sets = [sent(ready, LDC, 1, town(HOUSE)), sent(ready, OTHER_LDC, 1, town(BARN))]

    def around(effect: Effect) -> Any:  # noqa: ANN401 - whatever the effect returns
        return effect.happen()

    works = [partial(run, set_id=each) for each in (*sets, *sets)]
    Turns(watched(ready.hub, around), works, seed).run()
    for each in sets:
        run(ready.hub, each)
    check_that_one_has_it(ready, f"seed {seed}")


def off_the_meter() -> tuple[Platform, SetId, SetId]:
    """Return a hub where the AMCD was on a meter until a day, and two sets that want it from then.

    The first is of the LDC that had it, the second of the other one.
    """
    ready = market()
    run(ready.hub, sent(ready, LDC, 1, town(HOUSE)))
    run(ready.hub, sent(ready, LDC, 2, f"REL|MC|M-1|{AMCD}|{BEGIN}|{CHANGE}"))
    back = sent(ready, LDC, 3, f"REL|MC|M-1|{AMCD}|{BEGIN}|")
    moved = town(BARN).replace(f"M-1|{AMCD}|{BEGIN}", f"M-1|{AMCD}|{CHANGE}")
    return ready, back, sent(ready, OTHER_LDC, 1, moved)


def who_has_it_now(ready: Platform, where: object) -> str:
    """Return the LDC that has the AMCD without end; of the other one the record was refused."""
    without_end = {ldc: bound(ready, ldc).at(NOW) is not None for ldc in (LDC, OTHER_LDC)}
    assert sorted(without_end.values()) == [False, True], where
    for ldc, has in without_end.items():
        assert refused(ready, ldc) == ([] if has else ["Y204"]), where
    return LDC if without_end[LDC] else OTHER_LDC


@pytest.mark.parametrize("first", [0, 1], ids=["whose it was", "the other one"])
def test_of_two_that_want_it_from_a_day_on_one_has_it(first: int) -> None:
    """The one is processed between any two effects of the other: claims of before are no help."""
    ready, *sets = off_the_meter()
    seen = Seen()
    run(watched(ready.hub, seen), sets[first])
    ends = set()
    for number, effect in enumerate(seen.effects):
        if effect.port != "directory" and effect.name != "data.put_new":
            continue
        ready, *sets = off_the_meter()
        at = InterruptAt(number=number, act=partial(run, ready.hub, sets[1 - first]))
        run(watched(ready.hub, at), sets[first])
        ends.add(who_has_it_now(ready, f"{number} {effect.name}"))
    assert ends == {LDC, OTHER_LDC}


def test_what_a_stopped_set_claims_is_held_until_the_operator_refuses_it() -> None:
    ready = market()
    run(ready.hub, sent(ready, LDC, 1, sdp(HOUSE) + meter(9)))
    for name, value in (("floor_sdps", "1"), ("meter_min", "0"), ("meter_pct", "0")):
        set_parameter(ready.hub, f"sync.thr_{name}", value, LDC)
    stopped = sent(ready, LDC, 2, meter(1) + f"REL|SM|{HOUSE}|M-1|{BEGIN}|")
    run(ready.hub, stopped)
    assert found(ready.hub, stopped).status == "20"
    run(ready.hub, sent(ready, OTHER_LDC, 1, town(BARN)))
    assert refused(ready, OTHER_LDC) == ["Y204"]
    before = found(ready.hub, stopped)
    rows.commit(ready.hub, before, replace(before, decision=Decision.REFUSE))
    run(ready.hub, stopped)
    assert found(ready.hub, stopped).over
    run(ready.hub, sent(ready, OTHER_LDC, 2, f"REL|MC|M-1|{AMCD}|{BEGIN}|"))
    assert refused(ready, OTHER_LDC) == []
    assert bound(ready, OTHER_LDC).segments


def test_the_same_again_and_what_ends_ask_for_no_claim() -> None:
    ready = market()
    run(ready.hub, sent(ready, LDC, 1, town(HOUSE)))
    seen = Seen()
    for number, told in ((2, meter(1)), (3, f"REL|MC|M-1|{AMCD}|{BEGIN}|{CHANGE}")):
        run(watched(ready.hub, seen), sent(ready, LDC, number, told))
    assert [each for each in seen.effects if is_of_claims(each)] == []


@pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.AFTER])
def test_a_claim_of_one_who_died_is_made_once(moment: Moment) -> None:
    ready = market()
    seen = Seen()
    run(watched(ready.hub, seen), sent(ready, LDC, 1, town(HOUSE)))
    claiming = [number for number, each in enumerate(seen.effects) if is_of_claims(each)]
    # On an AMCD that is new to the LDC there is hardly ever a claim: none is looked for.
    assert [seen.effects[number].method for number in claiming] == ["put_all"]
    ready = market()
    set_id = sent(ready, LDC, 1, town(HOUSE))
    with pytest.raises(Crash):
        run(watched(ready.hub, CrashAt(number=claiming[-1], moment=moment)), set_id)
    run(ready.hub, set_id)
    assert found(ready.hub, set_id).status == "00"
    item = ready.hub.directory.get(amcd_claims.claims_key(AMCD))
    assert item is not None
    assert item["version"] == 1


def test_claims_that_cannot_be_read_are_the_fault_of_the_records_about_the_amcd() -> None:
    ready = market()
    key = amcd_claims.claims_key(AMCD)
    broken: Item = {"pk": key.partition, "sk": key.sort, "version": 1, "claims": "?", "epoch": 1}
    ready.hub.directory.commit(Put(broken))
    run(ready.hub, sent(ready, LDC, 1, town(HOUSE)))
    # The AMCD itself and the relationship; all others are applied.
    assert refused(ready, LDC) == ["Y299", "Y299"]


def is_of_claims(effect: Effect) -> bool:
    """Return whether an effect reads or writes the claims on an AMCD."""
    if effect.port != "directory" or effect.method not in {"get_many", "put_all"}:
        return False
    given = (
        each if effect.method == "get_many" else key_of(each.item) for each in effect.arguments[0]
    )
    return amcd_claims.claims_key(AMCD) in given
