"""The comparison of scenarios: what may differ may, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.compare import compare

RESPONSE = "ORG11111.ORG22222.2000.01.202508200015.DAT"
SUMMARY = "ORG11111.ORG22222.IR01.00.202508200015.DAT"
REQUEST = "ORG11111.ORG22222.1000.00.202508200005.DAT"
RESPONSE_LINES = (
    f"FNR|{RESPONSE}",
    f"FHR|2000|01|ORG11111|ORG22222|20250820001500|3|{REQUEST}",
    "DTL|ORG11111|SP-0001|10000001|00",
    "DTL|ORG11111|SP-0002|10000002|00",
    "DTL|ORG11111|SP-0001|10000001|01",
    "EOF|3",
)
SUMMARY_LINES = (
    f"FNR|{SUMMARY}",
    "FHR|IR01|00|ORG11111|ORG22222|20250820001500|1",
    (
        "CHR|LDC ORG ID|Submitting ORG ID|Request File Name|Processed Date Time|Requested|Issued"
        "|Already Issued|Invalid ORG ID|Incomplete Data"
    ),
    f"DTL|ORG11111|ORG22222|{REQUEST}|20250820001500|3|2|1|0|0",
    "EOF|1",
)


@pytest.fixture
def expected(tmp_path: Path) -> Path:
    put(tmp_path / "expected", RESPONSE, RESPONSE_LINES)
    put(tmp_path / "expected", SUMMARY, SUMMARY_LINES)
    return tmp_path / "expected"


@pytest.fixture
def found(tmp_path: Path) -> Path:
    put(tmp_path / "found", RESPONSE, RESPONSE_LINES)
    put(tmp_path / "found", SUMMARY, SUMMARY_LINES)
    return tmp_path / "found"


def put(folder: Path, name: str, lines: tuple[str, ...]) -> None:
    path = folder / "ORG22222" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "ORG22222" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def rename(folder: Path, name: str, new: str) -> None:
    change(folder, name, f"FNR|{name}", f"FNR|{new}")
    path = folder / "ORG22222" / name
    path.rename(path.with_name(new))


def test_the_same_files_do_not_differ(expected: Path, found: Path) -> None:
    assert compare(expected, found) == []


def test_times_of_processing_may_lie_a_while_apart(expected: Path, found: Path) -> None:
    change(found, SUMMARY, "20250820001500", "20250820002459")
    rename(found, RESPONSE, RESPONSE.replace("0015.DAT", "0024.DAT"))

    assert compare(expected, found) == []


def test_times_of_another_run_do_differ(expected: Path, found: Path) -> None:
    change(found, SUMMARY, "|20250820001500|3", "|20250820003000|3")

    assert compare(expected, found) == [
        (
            f"ORG22222/{SUMMARY}: line 4: Processed Date Time: "
            "'20250820001500' expected, '20250820003000' found"
        )
    ]


def test_names_of_another_run_do_differ(expected: Path, found: Path) -> None:
    late = RESPONSE.replace("0015.DAT", "0030.DAT")
    rename(found, RESPONSE, late)

    assert compare(expected, found) == [f"ORG22222/{RESPONSE}: name: found {late}"]


def test_numbers_may_be_others_one_for_one(expected: Path, found: Path) -> None:
    change(found, RESPONSE, "10000001", "20000001")
    change(found, RESPONSE, "10000002", "10000001")

    assert compare(expected, found) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("10000002", "10000001"),  # two pairs share a number
        ("10000001|01", "10000003|01"),  # a pair has two
        ("10000002", "00000002"),  # no number
        ("10000002", ""),
    ],
)
def test_numbers_must_stand_for_the_same_pairs(
    expected: Path, found: Path, old: str, new: str
) -> None:
    change(found, RESPONSE, old, new)

    assert len(compare(expected, found)) > 0


def test_numbers_that_the_scenario_gives_are_found_as_they_are(expected: Path, found: Path) -> None:
    change(found, RESPONSE, "10000002", "20000002")

    assert compare(expected, found, given=["10000001"]) == []
    assert len(compare(expected, found, given=["10000002"])) == 1


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (RESPONSE, "|01\nEOF", "|00\nEOF", "line 5: Transaction Status"),
        (RESPONSE, REQUEST, REQUEST.replace("0005", "0006"), "line 2: Request File Name"),
        (RESPONSE, "EOF|3", "EOF|2", "line 6: Detail Count"),
        (RESPONSE, "DTL|ORG11111|SP-0002", "DTX|ORG11111|SP-0002", "line 4: record DTL"),
        (RESPONSE, "|00\nDTL|ORG11111|SP-0002", "|00|\nDTL|ORG11111|SP-0002", "line 3: "),
        (RESPONSE, "EOF|3\n", "EOF|3", "7 lines expected, 6 found"),
        (RESPONSE, f"FNR|{RESPONSE}", f"FNR|{SUMMARY}", "line 1: "),
        (SUMMARY, "|Issued|", "|Given|", "line 3: "),
        (SUMMARY, "|3|2|1|0|0", "|3|1|2|0|0", "line 4: Issued"),
    ],
)
def test_anything_else_must_be_the_same(
    expected: Path, found: Path, name: str, old: str, new: str, told: str
) -> None:
    change(found, name, old, new)

    differences = compare(expected, found)

    assert differences[0].startswith(f"ORG22222/{name}: {told}")


def test_a_file_that_is_not_there_differs(expected: Path, found: Path) -> None:
    (found / "ORG22222" / SUMMARY).unlink()

    assert compare(expected, found) == ["ORG22222.ORG11111.IR01.00: 1 files expected, found none"]


def test_a_file_too_many_differs(expected: Path, found: Path) -> None:
    put(found.parent / "found", RESPONSE.replace("0015.DAT", "0016.DAT"), RESPONSE_LINES)

    assert len(compare(expected, found)) == 1


def test_a_file_for_another_recipient_differs(expected: Path, found: Path) -> None:
    (found / "ORG22222").rename(found / "ORG33333")

    assert len(compare(expected, found)) == 4


def test_the_times_of_a_status_record_may_lie_a_while_apart_and_nothing_else(
    tmp_path: Path,
) -> None:
    name = "ORG11111.ORG22222.IR14.00.202509021005.DAT"
    lines = (
        f"FNR|{name}",
        "FHR|IR14|00|ORG11111|ORG22222|20250902100500|0",
        "STS|ORG11111|ORG22222|4000|tx1|1|20250902093000|20250902100400|20250902100500|00|57|0|0",
        "EOF|0",
    )
    one, other = tmp_path / "expected", tmp_path / "found"
    put(one, name, lines)
    put(other, name, lines)
    change(other, name, "|20250902100400|", "|20250902100000|")
    assert compare(one, other) == []

    change(other, name, "|57|0|0", "|58|0|0")
    (difference,) = compare(one, other)
    assert difference.endswith("line 3: Records Read: '57' expected, '58' found")
