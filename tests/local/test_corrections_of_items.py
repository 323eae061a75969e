"""The corrections of how DynamoDB's items are read and written: as right, with less to do."""

from pathlib import Path

import pytest

from tests.support.emulator_facts import Facts, facts_of


@pytest.fixture(scope="module")
def inside() -> dict[str, Facts]:
    """What writing items takes inside the emulator's process, by `shipped` and `corrected`."""
    return facts_of(Path(__file__).parent / "inside_items.py")


def _calls_of_a_write(inside: dict[str, Facts], name: str) -> tuple[int, int]:
    shipped, corrected = (inside[which]["written"]["calls"] for which in ("shipped", "corrected"))
    return shipped[name], corrected[name]


def test_what_is_written_is_the_same(inside: dict[str, Facts]) -> None:
    for which in ("shipped", "corrected"):
        assert inside[which]["written"]["count"] == "4"
    assert inside["shipped"]["written"]["size"] == inside["corrected"]["written"]["size"]


def test_dynamodb_parse_once(inside: dict[str, Facts]) -> None:
    assert (inside["shipped"]["parsed"], inside["corrected"]["parsed"]) == (4, 2)


def test_dynamodb_copies(inside: dict[str, Facts]) -> None:
    shipped, corrected = _calls_of_a_write(inside, "deepcopy")
    assert shipped > 50
    assert corrected == 0


def test_dynamodb_expressions(inside: dict[str, Facts]) -> None:
    assert _calls_of_a_write(inside, "_tokenize")[0] > 1
    assert _calls_of_a_write(inside, "_condition_syntax_error")[0] > 1
    for name in ("_tokenize", "_condition_syntax_error"):
        assert _calls_of_a_write(inside, name)[1] == 0


def test_dynamodb_sizes(inside: dict[str, Facts]) -> None:
    shipped, corrected = _calls_of_a_write(inside, "_attribute_value_size")
    assert shipped > 2 * corrected


def test_response_types(inside: dict[str, Facts]) -> None:
    shipped, corrected = inside["shipped"]["types"], inside["corrected"]["types"]
    assert shipped["found"] == corrected["found"] == ["application/x-amz-json-1.1"] * 4
    assert shipped["calls"] == {"get_session": 2, "_expected_envelope_content_type": 4}
    assert corrected["calls"] == {"get_session": 0, "_expected_envelope_content_type": 2}


def test_s3_xml(inside: dict[str, Facts]) -> None:
    shipped, corrected = inside["shipped"]["xml"], inside["corrected"]["xml"]
    assert shipped["text"] == corrected["text"]
    assert "<Key>&lt;&amp;&gt;" in shipped["text"]
    assert (shipped["calls"], corrected["calls"]) == (8, 0)
