"""What `mdmr check` keeps of a set: rows on disk by what hangs together, the first findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.synchronization.records import Place
from mdmr.synchronization.staging.findings import Finding
from mdmr.synchronization.staging.linking import Links, Size
from mdmr.synchronization.staging.rows import Row, encode, entities
from mdmr_cli import rows_on_disk
from mdmr_cli.compact_links import CompactLinks
from mdmr_cli.first_findings import FirstFindings
from mdmr_cli.rows_on_disk import RowsOnDisk

NAMES = st.sampled_from([f"S{n}" for n in range(40)] + [f"M{n}" for n in range(40)])
groups = st.lists(st.lists(NAMES, min_size=1, max_size=3), max_size=60)


class TestCompactLinks:
    @given(groups, st.integers(1, 20), st.integers(1, 20))
    def test_make_the_parts_that_staging_makes(
        self, told: Sequence[Sequence[str]], most: int, rows: int
    ) -> None:
        links, compact = Links(), CompactLinks()
        for names in told:
            links.add(names, 1)
            compact.add(names, 1)
        expected = links.parts(Size(most, rows))

        parts, count = compact.parts(most, rows)

        assert {name: compact.part_of(name, parts) for name in expected} == dict(expected)
        assert count == len(set(expected.values()))

    def test_hold_more_than_they_began_with(self) -> None:
        links = CompactLinks()
        for number in range(5_000):
            links.add([f"S{number}", f"M{number}"], 1)
        assert len(links) == 10_000
        parts, count = links.parts(10, 10)
        assert count == 1_000
        assert links.part_of("S4999", parts) == links.part_of("M4999", parts) == 999


def _row(number: str, line: int, names: Sequence[str]) -> Row:
    usdp, meter = names
    return Row(Place(number, "01", line), "REL", "REL/SM", ("SM", usdp, meter, "x", ""))


class TestRowsOnDisk:
    @pytest.mark.parametrize("per_part", [1, 4, 1_000])
    def test_come_back_part_by_part_in_the_order_of_the_set(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, per_part: int
    ) -> None:
        monkeypatch.setattr(rows_on_disk, "_ENTITIES", per_part)
        monkeypatch.setattr(rows_on_disk, "_STRETCH", 50)
        sent = {
            number: [
                _row(number, line, (str(line % 7), str(line % 5 + (line % 7) * 5)))
                for line in range(3, 60)
            ]
            for number in ("01", "05")
        }
        rows = RowsOnDisk(tmp_path)
        for number, own in sent.items():
            rows.add(number, "01", map(encode, own))

        parts = [list(part) for part in rows.parts()]

        together = [row for part in parts for row in part]
        assert sorted(together, key=lambda row: row.place) == [*sent["01"], *sent["05"]]
        assert all(part == sorted(part, key=lambda row: row.place) for part in parts)
        where = defaultdict(set)
        for at, part in enumerate(parts):
            for row in part:
                for name in entities(row).split(" "):
                    where[name].add(at)
        assert all(len(each) == 1 for each in where.values())
        assert (len(parts) > 1) is (per_part < 1_000)

    def test_of_a_set_without_any_are_none(self, tmp_path: Path) -> None:
        assert [list(part) for part in RowsOnDisk(tmp_path).parts()] == [[]]


class TestFirstFindings:
    @given(st.lists(st.tuples(st.integers(1, 30), st.sampled_from(["S012", "S016"]))), st.data())
    def test_are_the_first_in_the_order_of_the_report(
        self, told: list[tuple[int, str]], data: st.DataObject
    ) -> None:
        most = data.draw(st.integers(1, 10))
        kept = FirstFindings(most)
        findings = [
            Finding(Place("01", "01", line), code, value=str(at))
            for at, (line, code) in enumerate(told * 20)
        ]
        for each in findings:
            kept.add(each)

        assert kept.first() == sorted(findings, key=lambda each: each.order)[:most]
        assert kept.counts.total() == len(findings)
