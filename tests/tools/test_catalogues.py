"""The catalogues, checked against the code and against what is tested."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from mdmr.exchange.files import layouts
from mdmr.exchange.files.codes import INTAKE_CODES
from mdmr.exchange.files.filetypes import INBOUND, OUTBOUND
from mdmr.exchange.files.layouts.tables import FileLayout
from mdmr.exchange.inbound.checks import CHECKS
from mdmr.exchange.ledger.states import STATES as FILE_STATES
from mdmr.exchange.outbound.recipients import OUTPUTS
from mdmr.exchange.outbound.states import STATES as DELIVERY_STATES
from mdmr.organizations.parameter_table import PARAMETERS

from tools import catalogues
from tools.catalogues import PACKAGE, pages, stale
from tools.parameter_readers import readers
from tools.sam_template import ROOT, read_template

made = cache(pages)
read = cache(lambda: readers(PACKAGE))


def texts() -> Iterator[str]:
    """Yield the text of every test, and of the cases that tests read."""
    for ending in ("*.py", "expect.yaml", "scenario.yaml"):
        for path in (ROOT / "tests").rglob(ending):
            if path != Path(__file__):
                yield path.read_text()


def rows(page: str) -> list[list[str]]:
    """Return the cells of every row of every table of a page."""
    lines = [line for line in made()[page].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def first_cells(page: str) -> set[str]:
    return {row[0].strip("`") for row in rows(page)}


def every_layout() -> set[str]:
    """Return the names of all layouts that any module of the room defines."""
    found = set()
    for module in pkgutil.iter_modules(layouts.__path__, f"{layouts.__name__}."):
        values = vars(importlib.import_module(module.name)).values()
        found |= {each.name for each in values if isinstance(each, FileLayout)}
    return found


class TestAPage:
    @pytest.fixture(autouse=True)
    def _made_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(catalogues, "pages", made)

    def test_that_differs_from_its_table_is_found(self, tmp_path: Path) -> None:
        for name, text in made().items():
            (tmp_path / name).write_text(text)
        assert stale(tmp_path) == []
        (tmp_path / "codes.md").write_text("another")
        (tmp_path / "state.md").unlink()
        assert stale(tmp_path) == ["codes.md", "state.md"]

    def test_ends_the_check_when_it_is_stale(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
        assert catalogues.main(["--check"]) == 1
        assert catalogues.main([]) == 0
        assert catalogues.main(["--check"]) == 0


class TestTheCodes:
    def test_are_on_their_page_in_the_order_in_which_intake_asks(self) -> None:
        asked = [code for code, _ in CHECKS]
        assert list(INTAKE_CODES) == [*asked, "F099"]
        linked = [row[0].partition("]")[0].lstrip("[") for row in rows("codes.md")]
        assert [each for each in linked if each in INTAKE_CODES] == list(INTAKE_CODES)


class TestTheStates:
    def test_are_all_on_their_pages(self) -> None:
        assert {state.value for state in FILE_STATES} <= first_cells("file-states.md")
        assert set(DELIVERY_STATES) <= first_cells("delivery-states.md")


class TestTheLayouts:
    def test_are_those_of_the_types_of_files_and_no_others(self) -> None:
        coming = [each.layout for each in INBOUND.values() if each.layout]
        used = [*coming, *(each.layout for each in OUTBOUND.values())]
        assert {each.name for each in used} == every_layout()
        for each in used:
            assert f"## {each.name} {each.title}" in made()["layouts.md"]

    @pytest.mark.parametrize("file_id", sorted(OUTBOUND))
    def test_that_go_out_are_expected_by_a_scenario(self, file_id: str) -> None:
        expected = (ROOT / "tests" / "scenarios").glob(f"*/expected/*/*.{file_id}.*.DAT")
        assert next(expected, None) is not None


class TestTheRecipients:
    def test_are_told_for_every_output_and_whether_it_is_sent(self) -> None:
        told = {row[0]: row[-1] for row in rows("recipients.md")}
        assert set(OUTPUTS) <= set(told)
        assert {each for each in OUTPUTS if told[each] == "yes"} == set(OUTBOUND)


class TestTheParameters:
    def test_are_all_on_their_page(self) -> None:
        assert set(PARAMETERS) <= first_cells("parameters.md")

    def test_that_the_hub_reads_are_set_by_a_test(self) -> None:
        everything = "\n".join(texts())
        assert [name for name in read() if name not in everything] == []

    def test_that_are_deployed_are_read_by_no_room(self) -> None:
        deployed = {name for name, parameter in PARAMETERS.items() if parameter.deployed}
        assert deployed
        assert deployed & set(read()) == set()

    def test_of_intake_is_what_the_template_says(self) -> None:
        queue = read_template()["Resources"]["IntakeQueue"]["Properties"]
        tries = queue["RedrivePolicy"]["maxReceiveCount"]
        assert tries == int(PARAMETERS["intake.retry"].default)
