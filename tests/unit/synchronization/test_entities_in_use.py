"""Y220: an SDP, meter or AMCD is not cancelled wholly while anything else of it holds."""

from __future__ import annotations

import pytest
from mdmr.directory.documents import Entity, Kind
from mdmr.synchronization.processing.plan import Plan

from tests.support.planning import Directory, codes
from tests.support.towns import BARN, HOUSE, SUM, sdp, town


@pytest.fixture
def directory() -> Directory:
    return town()


def refused(made: Plan) -> list[str]:
    return [code for _, code in codes(made)]


CANCELLED = "20250901000000|20250901000000"
OF_BARN = f"""
    PRM|{BARN}|PR-1|Oakville|ON|L6H0A1|{CANCELLED}
    SAG|{BARN}|04|E|{CANCELLED}
    PAR|S|{BARN}|VEES|01|{CANCELLED}
    REL|SB|{BARN}|ORG22222|{CANCELLED}
    REL|SO|{BARN}|ORG33333|{CANCELLED}
    """
ENTITIES = {
    BARN: f"SDP|{BARN}|SP-{BARN[:4]}|P|E|AC|{CANCELLED}",
    "M-3": f"MTR|M-3|ELSTER|REX2|S|00000100|N|{CANCELLED}",
    "A-3": f"COM|A-3|EL||{CANCELLED}",
}
OF_METER = f"""
    PAR|M|M-3|DIAL|5|{CANCELLED}
    PAR|M|M-3|CH01|KWH|{CANCELLED}
    REL|MC|M-3|A-3|{CANCELLED}
    """


@pytest.mark.parametrize("entity", ENTITIES)
def test_no_entity_is_cancelled_of_which_something_else_holds(
    directory: Directory, entity: str
) -> None:
    directory.sync(sdp(BARN))
    assert refused(directory.plan(ENTITIES[entity])) == ["Y220"]
    with_all = OF_BARN if entity == BARN else OF_METER
    assert refused(directory.plan(ENTITIES[entity] + "\n" + with_all)) == []
    for kept in filter(None, map(str.strip, with_all.splitlines())):
        others = with_all.replace(kept, "")
        # Of the AMCD nothing holds but the relationship.
        wanted = [] if entity == "A-3" and "|MC|" not in kept else ["Y220"]
        assert refused(directory.plan(ENTITIES[entity] + "\n" + others)) == wanted, kept


def test_one_set_takes_back_an_sdp_with_all_that_belongs_to_it(
    directory: Directory,
) -> None:
    directory.sync(sdp(BARN) + f"REL|SM|{BARN}|M-3|20250901000000|")
    made = directory.sync(
        "\n".join((*ENTITIES.values(), f"REL|SM|{BARN}|M-3|{CANCELLED}")) + OF_BARN + OF_METER
    )
    assert refused(made) == []
    gone = {each.entity.id: each.timelines for each in made.documents}
    assert gone == {BARN: {}, "M-3": {}, "A-3": {}}
    # As it was never there it can be created anew, with another type too.
    assert refused(directory.plan(sdp(BARN, kind="V", start="20200901000000"))) == []


def test_a_cancel_that_leaves_a_period_is_not_asked(directory: Directory) -> None:
    directory.sync(f"SDP|{HOUSE}|SP-4821|P|E|CP|20251001000000|")
    cancelled = f"SDP|{HOUSE}|SP-4821|P|E|CP|20251001000000|20251001000000"
    assert refused(directory.plan(cancelled)) == []


def test_what_was_ever_a_component_is_not_cancelled(directory: Directory) -> None:
    component = f"CTC|{SUM}|01|{BARN}|01|1.000000|20250901000000|"
    on_its_meter = f"REL|SM|{BARN}|M-3|20250901000000|"
    directory.sync(sdp(BARN) + sdp(SUM, kind="V") + on_its_meter + "\n" + component)
    directory.sync(f"{component}20250910000000\nREL|SM|{BARN}|M-3|{CANCELLED}" + OF_BARN)
    assert refused(directory.plan(ENTITIES[BARN])) == ["Y220"]
    taken_back = f"{component}20250901000000"
    assert refused(directory.sync(f"{ENTITIES[BARN]}\n{taken_back}")) == []
    assert directory.documents[Entity(Kind.SDP, directory.ldc, BARN)].timelines == {}
