"""Pages of lists: in memory and on a table, read by an organization and by the operator."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mdmr.ports.state import AtLeast, Condition, Equal, Item, Put, StateStore, Value
from mdmr.ports.views import (
    BadCursorError,
    Listing,
    OperatorScope,
    OrganizationScope,
    PageRequest,
    ReadScope,
    Views,
)
from mdmr.stores.limits import UnfitError
from mdmr.stores.memory.state import MemoryState
from mdmr.stores.memory.views import MemoryViews

from tests.contract.tables import new_lists

OURS, THEIRS = OrganizationScope("ORG1"), OrganizationScope("ORG2")
NOT_GIVEN: Any = None

FILES: Listing[Item] = Listing(
    name="files",
    read=lambda item: item,
    index="by_organization",
    partition=lambda org_id: org_id,
    belongs_to=lambda item, org_id: item["organization"] == org_id,
)
ROWS: Listing[Item] = Listing(
    name="rows",
    read=lambda item: item,
    partition=lambda org_id: f"ROWS#{org_id}",
    prefix=lambda _: "ROW#",
    belongs_to=lambda item, org_id: item["pk"] == f"ROWS#{org_id}",
)
NOTICES: Listing[Item] = Listing(
    name="notices",
    read=lambda item: item,
    index="by_organization",
    partition=lambda _: "NOTICES",
    belongs_to=lambda item, org_id: org_id in item["recipients"],  # type: ignore[operator]  # a list
    shared=True,
)


class Lists:
    """A table with its views, and what is put into it."""

    def __init__(self, state: StateStore, views: Views) -> None:
        self.state, self.views = state, views

    def put(self, *items: Item) -> None:
        for at in range(0, len(items), 100):
            self.state.commit(*map(Put, items[at : at + 100]))

    def names(self, listing: Listing[Item], scope: ReadScope, **asked: Any) -> list[str]:  # noqa: ANN401 - of a PageRequest
        """Return what is on one page."""
        return names(self.views.page(listing, scope, PageRequest(**asked)).records)

    def pages(self, listing: Listing[Item], scope: ReadScope, **asked: Any) -> Iterator[list[str]]:  # noqa: ANN401 - of a PageRequest
        """Yield page after page until the list ends."""
        after = ""
        while True:
            page = self.views.page(listing, scope, PageRequest(after=after, **asked))
            yield names(page.records)
            after = page.after
            if not after:
                return

    def cursor(self, listing: Listing[Item], scope: ReadScope, **asked: Any) -> str:  # noqa: ANN401 - of a PageRequest
        """Return the cursor after a page."""
        return self.views.page(listing, scope, PageRequest(**asked)).after


@pytest.fixture(params=["memory", "embedded"])
def lists(request: pytest.FixtureRequest) -> Lists:
    if request.param == "memory":
        state = MemoryState()
        return Lists(state, MemoryViews(state))
    return Lists(*new_lists(request.getfixturevalue("embedded")))


def names(items: Sequence[Item]) -> list[str]:
    return [str(item["name"]) for item in items]


def a_file(number: int, org: str = "ORG1", at: int | None = None, **more: Value) -> Item:
    arrived = f"2025-08-20T{number if at is None else at:06}"
    place = {"pk": f"RECEIPT#{number:04}", "sk": "RECEIPT", "organization": org, "arrived": arrived}
    return {**place, "name": f"{org}-{number}", **more}


def a_row(number: int, org: str = "ORG1", kind: str = "ROW") -> Item:
    return {"pk": f"ROWS#{org}", "sk": f"{kind}#{number:04}", "name": f"{org}-{number}"}


PLACED = st.tuples(st.integers(0, 5), st.booleans(), st.sampled_from("ab"))


def a_notice(number: int, *recipients: str) -> Item:
    return {**a_file(number, "NOTICES"), "name": str(number), "recipients": list(recipients)}


class TestAPage:
    def test_has_as_many_records_as_asked_for_newest_first(self, lists: Lists) -> None:
        lists.put(*map(a_file, range(5)))
        assert lists.names(FILES, OURS, limit=3) == ["ORG1-4", "ORG1-3", "ORG1-2"]
        assert lists.names(FILES, OURS, limit=2, newest_first=False) == ["ORG1-0", "ORG1-1"]

    @pytest.mark.parametrize("newest_first", [True, False])
    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 10])
    def test_is_followed_by_the_others_until_the_list_ends(
        self, lists: Lists, limit: int, *, newest_first: bool
    ) -> None:
        lists.put(*(a_file(number, at=number // 3) for number in range(7)))
        pages = list(lists.pages(FILES, OURS, limit=limit, newest_first=newest_first))
        found = [name for page in pages for name in page]
        assert sorted(found) == [f"ORG1-{number}" for number in range(7)]
        assert [len(page) for page in pages] == [limit] * (7 // limit) + [7 % limit] * (
            7 % limit > 0
        )
        times = [int(name[5:]) // 3 for name in found]
        assert times == sorted(times, reverse=newest_first)

    def test_of_a_list_without_an_index_has_the_order_of_its_keys(self, lists: Lists) -> None:
        lists.put(*map(a_row, range(5)), a_row(9, kind="OTHER"), a_row(3, "ORG2"))
        pages = list(lists.pages(ROWS, OURS, limit=2, newest_first=False))
        assert pages == [["ORG1-0", "ORG1-1"], ["ORG1-2", "ORG1-3"], ["ORG1-4"]]
        assert lists.names(ROWS, OURS, limit=2) == ["ORG1-4", "ORG1-3"]

    def test_of_an_empty_list_is_empty_and_the_last(self, lists: Lists) -> None:
        assert list(lists.pages(FILES, OURS)) == [[]]

    def test_begins_at_an_instant(self, lists: Lists) -> None:
        lists.put(*map(a_file, range(5)))
        asked = {"since": "2025-08-20T000003", "limit": 1}
        assert list(lists.pages(FILES, OURS, **asked)) == [["ORG1-4"], ["ORG1-3"]]
        oldest = list(lists.pages(FILES, OURS, newest_first=False, **asked))
        assert oldest == [["ORG1-3"], ["ORG1-4"]]

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            (Equal("state", "FAILED"), ["ORG1-8", "ORG1-4", "ORG1-0"]),
            (AtLeast("arrived", "2025-08-20T000007"), ["ORG1-8", "ORG1-7"]),
        ],
    )
    def test_has_only_what_meets_the_filter(
        self, lists: Lists, condition: Condition, expected: list[str]
    ) -> None:
        lists.put(
            *(a_file(at, state="DONE" if at % 4 else "FAILED") for at in range(9)),
        )
        assert lists.names(FILES, OURS, filter=condition) == expected
        pages = list(lists.pages(FILES, OURS, filter=condition, limit=2))
        assert [name for page in pages for name in page] == expected

    def test_of_a_filter_looks_through_a_thousand_and_no_further(self, lists: Lists) -> None:
        lists.put(a_file(1), *(a_file(number, state="DONE") for number in range(2, 1_205)))
        asked = {"filter": Equal("name", "ORG1-1"), "limit": 5}
        assert list(lists.pages(FILES, OURS, **asked)) == [[], ["ORG1-1"]]

    def test_goes_on_where_it_was_though_its_last_record_is_gone(self, lists: Lists) -> None:
        lists.put(*map(a_file, range(4)))
        after = lists.cursor(FILES, OURS, limit=2)
        lists.put({**a_file(2), "organization": "ORG2"}, a_file(9))
        assert lists.names(FILES, OURS, after=after) == ["ORG1-1", "ORG1-0"]

    @pytest.mark.parametrize("limit", [0, -1, 1_001])
    def test_has_a_limit(self, lists: Lists, limit: int) -> None:
        with pytest.raises(ValueError, match="1 to 1000"):
            lists.names(FILES, OURS, limit=limit)

    def test_of_a_list_in_no_order_of_time_begins_at_no_instant(self, lists: Lists) -> None:
        with pytest.raises(ValueError, match="no order of time"):
            lists.names(ROWS, OURS, since="2025")

    def test_of_an_index_that_is_not_there_is_refused(self, lists: Lists) -> None:
        with pytest.raises((UnfitError, KeyError)):
            lists.names(Listing("x", dict, str, lambda *_: True, index="other"), OURS)


class TestAReader:
    def test_sees_what_is_its_own(self, lists: Lists) -> None:
        lists.put(*(a_file(at, f"ORG{at % 2 + 1}") for at in range(6)))
        assert lists.names(FILES, OURS) == ["ORG1-4", "ORG1-2", "ORG1-0"]
        assert lists.names(FILES, THEIRS) == ["ORG2-5", "ORG2-3", "ORG2-1"]
        assert lists.names(FILES, OperatorScope("ORG2")) == ["ORG2-5", "ORG2-3", "ORG2-1"]

    def test_sees_nothing_in_its_own_partition_that_belongs_to_another(self, lists: Lists) -> None:
        lists.put(a_row(1), {**a_row(2), "owner": "ORG2"})
        owned = Listing(
            "owned", ROWS.read, ROWS.partition, lambda item, org: item.get("owner", "ORG1") == org
        )
        assert lists.names(owned, OURS) == ["ORG1-1"]

    def test_of_a_shared_list_sees_what_concerns_it_and_the_operator_all(
        self, lists: Lists
    ) -> None:
        lists.put(a_notice(1, "ORG1", "ORG2"), a_notice(2, "ORG2"), a_notice(3, "ORG1"))
        assert lists.names(NOTICES, OURS) == ["3", "1"]
        assert lists.names(NOTICES, THEIRS) == ["2", "1"]
        assert lists.names(NOTICES, OperatorScope()) == ["3", "2", "1"]
        assert list(lists.pages(NOTICES, OURS, limit=1)) == [["3"], ["1"]]

    def test_is_told_nothing_of_a_shared_list_that_does_not_concern_it(self, lists: Lists) -> None:
        lists.put(a_notice(1, "ORG1"), *(a_notice(number, "ORG2") for number in range(2, 1_205)))
        assert list(lists.pages(NOTICES, OURS, limit=1)) == [["1"]]
        lists.put(a_notice(5_000, "ORG1"))
        cursor = lists.cursor(NOTICES, OURS, limit=1)
        assert "RECEIPT#5000" in urlsafe_b64decode(cursor).decode()
        assert lists.cursor(NOTICES, OURS, limit=1, after=cursor) == ""

    def test_has_no_page_of_all_organizations_where_each_has_its_own(self, lists: Lists) -> None:
        with pytest.raises(ValueError, match="files has no page for all"):
            lists.names(FILES, OperatorScope())

    def test_cannot_be_left_out(self, lists: Lists) -> None:
        with pytest.raises(TypeError):
            lists.views.page(FILES, request=PageRequest())  # type: ignore[call-arg]
        with pytest.raises(AttributeError):
            lists.views.page(FILES, NOT_GIVEN, PageRequest())
        with pytest.raises(ValueError, match="has an id"):
            OrganizationScope("")


class TestACursor:
    @pytest.mark.parametrize(
        ("listing", "scope", "asked"),
        [
            (FILES, THEIRS, {}),
            (FILES, OperatorScope("ORG1"), {}),
            (NOTICES, OURS, {}),
            (ROWS, OURS, {}),
            (FILES, OURS, {"newest_first": False}),
            (FILES, OURS, {"since": "2025"}),
            (FILES, OURS, {"filter": Equal("state", "DONE")}),
        ],
    )
    def test_is_of_one_list_one_reader_and_one_request(
        self, lists: Lists, listing: Listing[Item], scope: ReadScope, asked: dict[str, Any]
    ) -> None:
        lists.put(*map(a_file, range(4)), *(a_file(at, "ORG2") for at in range(10, 14)))
        after = lists.cursor(FILES, OURS, limit=2)
        assert lists.names(FILES, OURS, after=after, limit=3) == ["ORG1-1", "ORG1-0"]
        with pytest.raises(BadCursorError):
            lists.names(listing, scope, after=after, **asked)

    def test_that_was_forged_leads_nowhere_else(self, lists: Lists) -> None:
        """Whatever place it tells: the partition is that of the reader."""
        lists.put(*(a_file(at, f"ORG{at % 2 + 1}") for at in range(8)))
        mine = urlsafe_b64decode(lists.cursor(FILES, OURS, limit=1))
        theirs = urlsafe_b64decode(lists.cursor(FILES, THEIRS, limit=2))
        forged = mine[: mine.index(b",")] + theirs[theirs.index(b",") :]
        found = lists.names(FILES, OURS, after=urlsafe_b64encode(forged).decode())
        assert {name[:4] for name in found} <= {"ORG1"}

    @pytest.mark.parametrize(
        "cursor", ["x", "é", "AAAA", "e30=", "W10=", "x" * 9_000, "W251bGwsbnVsbF0="]
    )
    def test_that_is_none_is_refused(self, lists: Lists, cursor: str) -> None:
        with pytest.raises(BadCursorError):
            lists.names(FILES, OURS, after=cursor)


@pytest.fixture(scope="module")
def new_pair(request: pytest.FixtureRequest) -> Callable[[], tuple[Lists, Lists]]:
    """Return what makes an empty table in memory and one on the embedded AWS."""
    aws = request.getfixturevalue("embedded")

    def pair() -> tuple[Lists, Lists]:
        state = MemoryState()
        return Lists(state, MemoryViews(state)), Lists(*new_lists(aws))

    return pair


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    placed=st.lists(
        st.tuples(st.integers(0, 5), st.booleans(), st.sampled_from("ab")), max_size=30
    ),
    limit=st.integers(1, 9),
    newest_first=st.booleans(),
    filtered=st.booleans(),
)
def test_both_stores_have_the_same_pages(
    new_pair: Callable[[], tuple[Lists, Lists]],
    placed: list[tuple[int, bool, str]],
    limit: int,
    *,
    newest_first: bool,
    filtered: bool,
) -> None:
    # Of equal places a table keeps an order of its own: these are all different.
    items = [
        a_file(number, "ORG1" if ours else "ORG2", at=at * 100 + number, state=state)
        for number, (at, ours, state) in enumerate(placed)
    ]
    asked: dict[str, Any] = {"limit": limit, "newest_first": newest_first}
    if filtered:
        asked["filter"] = Equal("state", "a")
    found = []
    for lists in new_pair():
        lists.put(*items)
        found.append(list(lists.pages(FILES, OURS, **asked)))
    assert found[0] == found[1]
