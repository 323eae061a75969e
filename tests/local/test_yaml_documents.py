"""YAML documents: what is read, and the one fault of what is not."""

from __future__ import annotations

import resource
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from mdmr.operation.faults import Raw
from mdmr_local import yaml_documents
from mdmr_local.yaml_documents import MAX_BYTES, MAX_DEPTH, MAX_TEXT, YamlError, lines_of, read_yaml

# Nine levels of nine aliases each: 387 million texts of a document of 0.4 KB.
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.fixture(params=["compiled", "plain"])
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read with the compiled parser, and with the one that is there without it."""
    if request.param == "plain":
        monkeypatch.setattr(yaml_documents, "_Loader", yaml.SafeLoader)


pytestmark = pytest.mark.usefixtures("_parser")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    return tmp_path / "hub.yaml"


def refused(document: Path, content: str | bytes) -> tuple[str, str, int | None]:
    """Return path, text and line of the fault of a content."""
    document.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(YamlError) as caught:
        read_yaml(document)
    return caught.value.fault.path, caught.value.fault.text, caught.value.line


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing\n", None),
        ("a: 1", {"a": 1}),
        ("a: '1'", {"a": "1"}),
        ("a: yes", {"a": True}),
        ("a: ~\nb:\n", {"a": None, "b": None}),
        ("a: 0.5", {"a": 0.5}),
        ("a: 14:30", {"a": 14 * 60 + 30}),
        ("- {a: [x, {b: c}]}\n- []\n- {}\n", [{"a": ["x", {"b": "c"}]}, [], {}]),
        ("a: 2025-08-20", {"a": date(2025, 8, 20)}),
        (
            "a: 2025-08-20T10:00:00-05:00",
            {"a": datetime(2025, 8, 20, 10, tzinfo=timezone(timedelta(hours=-5)))},
        ),
        ("a: 2025-08-20T10:00:00Z", {"a": datetime(2025, 8, 20, 10, tzinfo=UTC)}),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
        ("a: =", {"a": "="}),
        ("'1': a", {"1": "a"}),
    ],
)
def test_a_document_is_read(document: Path, text: str, value: Raw) -> None:
    document.write_text(text)
    assert read_yaml(document) == value


@pytest.mark.parametrize(
    ("text", "path", "line", "words"),
    [
        ("a: 1\nb: &x [1]\n", "b", 2, "the anchor &x is not allowed"),
        ("a: 1\nb:\n  - *x\n", "b[0]", 3, "the alias *x is not allowed"),
        ("a:\n  <<: {b: 1}\n", "a", 2, "the key '<<' must be a text"),
        ("a: !!python/object:os.system {}\n", "a", 1, "the tag"),
        ("a: !!binary aGVsbG8=\n", "a", 1, "the tag"),
        ("a: {b: 1,\n  b: 2}\n", "a", 2, "the key 'b' stands twice"),
        ("a:\n  [x, y]: 1\n", "a", 2, "a key must be a text, not a list or a mapping"),
        ("a:\n  {x: y}: 1\n", "a", 2, "a key must be a text, not a list or a mapping"),
        ("1000: a", "", 1, "the key '1000' must be a text"),
        ("on: a", "", 1, "the key 'on' must be a text"),
        ("~: a", "", 1, "the key '~' must be a text"),
        ("2025-08-20: a", "", 1, "the key '2025-08-20' must be a text"),
        ("a:\n  from: 2026-02-30\n", "a.from", 2, "'2026-02-30' is no real number, date or time"),
        ("a: 2026-01-01T25:00:00Z\n", "a", 1, "is no real"),
        ("a: 2026-01-01T00:00:00+99:00\n", "a", 1, "is no real"),
        (f"a: {'9' * 5_000}\n", "a", 1, "is longer than"),
        (f"a: {'9' * 4_000}\n", "a", 1, "..." + " is no real number, date or time"),
        (f"a: '{'x' * (MAX_TEXT + 1)}'\n", "a", 1, f"is longer than {MAX_TEXT} characters"),
        (f"{'x' * (MAX_TEXT + 1)}: 1\n", "", 1, f"is longer than {MAX_TEXT} characters"),
        ("a: " + "[" * 100_000, "a" + "[0]" * (MAX_DEPTH - 1), 1, "is nested more than"),
        ("a: " + "{a: " * 1_000, "a" + ".a" * (MAX_DEPTH - 1), 1, "is nested more than"),
        ("a: 1\n---\nb: 2\n", "", 2, "a second document begins"),
        ("a: [1\n", "", 2, "is no YAML"),
        ("a: 1\n b: 2\n", "", 2, "is no YAML"),
        ("a: 'x\n", "a", 2, "is no YAML"),
        ("a: \x07\n", "", 1, "is no YAML"),
        ("a: \t- b\n", "a", 1, "is no YAML"),
    ],
)
def test_what_cannot_be_read_is_one_fault_with_path_and_line(
    document: Path, text: str, path: str, line: int, words: str
) -> None:
    told = refused(document, text)
    assert words in told[1]
    assert told[2] is not None
    # Where the parser itself stumbles it may have looked a line ahead, and be in a list already.
    if "is no YAML" not in told[1]:
        assert (told[0], told[2]) == (path, line)


def test_bytes_that_are_no_text_are_told_with_their_line(document: Path) -> None:
    assert refused(document, b"a: 1\nb: \xff\n") == ("", "is not UTF-8", 2)


def test_a_document_that_is_too_large_is_not_read(document: Path) -> None:
    assert "is larger than" in refused(document, b"#" * (MAX_BYTES + 1))[1]


def test_a_document_that_grows_by_its_aliases_takes_no_memory(document: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(document, BOMB)[:2] == ("a", "the anchor &a is not allowed")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 20_000  # KB


@pytest.mark.parametrize("name", ["none.yaml", "x" * 300, "a\0b", ""])
def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path, name: str) -> None:
    with pytest.raises(YamlError):
        read_yaml(tmp_path / name)


def test_paths_have_the_lines_where_they_stand(document: Path) -> None:
    document.write_text(
        "organizations:\n  - {org_id: A}\n  - org_id: B\n    name: x\n"
        "parameters:\n  global:\n    usdp.run_min: 1\n"
    )
    asked = (
        "organizations[1].name",
        "organizations[1].roles",
        "organizations[0]",
        "parameters.global.usdp.run_min",
        "authorizations",
        "",
    )
    assert lines_of(document, asked) == {
        "organizations[1].name": 4,
        "organizations[1].roles": 3,
        "organizations[0]": 2,
        "parameters.global.usdp.run_min": 7,
    }
