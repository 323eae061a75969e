"""What the import of each handler brings, against the budget table."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.budgets import bars, modules_of_handlers
from tools.handler_imports import handlers, imports_of

ALLOWED = modules_of_handlers()
# Heavy ones, and what is there for tests and for people: a function waits for their import.
NEVER_MODULES = {
    "mdmr.stores.dynamodb.schema",
    "mdmr.stores.memory.state",
    "pynamodb.connection",
    "pynamodb.models",
    "unittest",
}
NEVER = {"numpy", "rich", "typer", "yaml", "mdmr_cli", "mdmr_local"}


class TestEveryHandler:
    def test_has_its_rows_in_the_budget_table(self) -> None:
        assert handlers() == sorted(ALLOWED) == sorted(bars("coldstart"))

    @pytest.mark.parametrize("handler", handlers())
    def test_brings_what_its_row_allows_and_makes_no_client(self, handler: str) -> None:
        found = imports_of(handler)
        assert found.packages <= ALLOWED[handler]
        assert found.clients == ()
        assert found.modules & NEVER_MODULES == set()

    @pytest.mark.parametrize("handler", sorted(ALLOWED))
    def test_is_allowed_nothing_of_the_command_and_nothing_large(self, handler: str) -> None:
        assert not ALLOWED[handler] & NEVER


class TestAHandler:
    def test_that_brings_another_package_and_makes_a_client_is_found(self, tmp_path: Path) -> None:
        folder = tmp_path / "functions" / "planted"
        folder.mkdir(parents=True)
        (folder / "app.py").write_text("import boto3, pynamodb.models, yaml\nboto3.client('sqs')\n")
        found = imports_of("planted", [tmp_path])
        assert "yaml" in found.packages - ALLOWED["intake"]
        assert found.clients == ("sqs",)
        assert "pynamodb.models" in found.modules & NEVER_MODULES
