"""Laws of files inside: however often the gateway stops and lets go on, the same comes of them."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from mdmr.continuity import gateway_item, ordering
from mdmr.continuity.gateway import ALL, Scope
from mdmr.continuity.ordering import Author
from mdmr.exchange.files.layouts.records import split
from mdmr.ports.authority import GatewayMode

from tests.support.examples import examples
from tests.support.market import AGENT, LDC, OTHER_LDC, name, request, set_parameter
from tests.support.pictures import essence
from tests.support.story import HOUR, Platform, platform

OPEN, HOLD, REJECT = GatewayMode.OPEN, GatewayMode.HOLD, GatewayMode.REJECT
AUTHOR = Author("ann", "a law")
PARTS = [Scope(LDC), Scope(AGENT), Scope("1000")]
SENDERS = [(AGENT, LDC), (LDC, LDC), (OTHER_LDC, OTHER_LDC)]


class Sent(NamedTuple):
    """A file that is sent: names and contents repeat, and so do SDPs in unlike files."""

    sender: str
    name: str
    body: bytes


class End(NamedTuple):
    """What became of the files, and each 2000 with its request file, SDPs, numbers, statuses."""

    files: dict[tuple[str, str], tuple[str, str]]
    answers: list[tuple[str, ...]]


def _sent(of: tuple[str, str], second: int, sdps: list[int]) -> Sent:
    sender, ldc = of
    file_name = name(sender=sender, ldc=ldc, at=f"202508201100{second:02d}")
    return Sent(sender, file_name, request(file_name, *(f"SP-{each}" for each in sdps)))


files = st.builds(
    _sent,
    st.sampled_from(SENDERS),
    st.integers(0, 5),
    st.lists(st.integers(0, 3), max_size=5),
)
# What happens between two files: the gateway changes for a scope, or time passes and slots run.
acts = st.sampled_from([*PARTS, ALL]) | st.integers(1, 20)
stories = st.lists(st.tuples(files, st.lists(acts, max_size=3)), min_size=1, max_size=6)


def arrive(hub: Platform, sent: Sent) -> None:
    hub.send(sent.sender, sent.name, sent.body)
    hub.settle()
    hub.clock.advance(timedelta(seconds=1))


def turn(hub: Platform, scope: Scope, *, by_reject: bool) -> None:
    """Close a scope that is open and open one that is closed, at times by way of REJECT."""
    mode = gateway_item.read(hub.hub.state).of(scope)
    if mode is None or mode.mode is OPEN:
        ordering.change(hub.hub, scope, HOLD, AUTHOR)
    else:
        if by_reject:
            ordering.change(hub.hub, scope, REJECT, AUTHOR)
            hub.settle()
        ordering.change(hub.hub, scope, OPEN, AUTHOR)
    hub.settle()


def fresh() -> Platform:
    hub = platform()
    set_parameter(hub.hub, "out.max_details", "2")
    return hub


def end(hub: Platform) -> End:
    hub.pass_time(HOUR)
    assert hub.failed_runs == []
    assert hub.dead == []
    found = essence(hub.hub)
    assert found.undelivered == []
    return End(found.files, [each for each in found.received if each[1] == "2000"])


def one_after_the_other(sent: list[Sent]) -> End:
    hub = fresh()
    for each in sent:
        arrive(hub, each)
        hub.pass_time(timedelta(minutes=15))
    return end(hub)


def told(hub: Platform, story: list[tuple[Sent, list[Scope | int]]], *, by_reject: bool) -> End:
    """Return the end of a story: each file with what happens before it, then all scopes open."""
    for sent, before in story:
        for act in before:
            if isinstance(act, int):
                hub.pass_time(timedelta(minutes=act))
            else:
                turn(hub, act, by_reject=by_reject)
        arrive(hub, sent)
    for scope in (*PARTS, ALL):
        ordering.change(hub.hub, scope, OPEN, AUTHOR)
        hub.settle()
    return end(hub)


def without_statuses(answers: list[tuple[str, ...]]) -> list[tuple[str, list[str]]]:
    """Return what numbers each request file was given for which SDPs."""
    rows: dict[str, list[str]] = {}
    for each in answers:
        details = [split(line) for line in each if line.startswith("DTL|")]
        rows.setdefault(each[3], []).extend(f"{row[2]} {row[3]}" for row in details)
    return sorted(rows.items())


@examples(40)
@given(stories, st.booleans())
def test_a_gateway_that_closes_to_all_changes_no_answer(
    story: list[tuple[Sent, list[Scope | int]]],
    by_reject: bool,  # noqa: FBT001
) -> None:
    for_all = [(sent, [ALL if isinstance(a, Scope) else a for a in acts]) for sent, acts in story]
    found = told(fresh(), for_all, by_reject=by_reject)
    assert found == one_after_the_other([sent for sent, _ in story])


@examples(40)
@given(stories, st.booleans())
def test_one_that_closes_to_some_changes_no_receipt_and_no_number(
    story: list[tuple[Sent, list[Scope | int]]],
    by_reject: bool,  # noqa: FBT001
) -> None:
    """Files held at the gateway let others pass, so that who is told 00 may differ: no more."""
    found = told(fresh(), story, by_reject=by_reject)
    wanted = one_after_the_other([sent for sent, _ in story])
    assert found.files == wanted.files
    assert without_statuses(found.answers) == without_statuses(wanted.answers)
