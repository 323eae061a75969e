"""The command as a whole."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from typer.testing import Result

HEAVY = ("boto3", "botocore", "yaml", "mdmr", "mdmr_local")


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from mdmr_cli.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ("simulate",),
        ("local", "up"),
        ("org", "plan"),
        ("org", "apply"),
        ("hub", "start"),
        ("check",),
        ("fetch",),
        ("files", "retry"),
        ("send",),
        ("status",),
    ],
)
def test_each_subcommand_tells_its_exit_codes(
    mdmr: Callable[..., Result], arguments: tuple[str, ...]
) -> None:
    result = mdmr(*arguments, "--help")

    assert (result.exit_code, "Exit codes" in result.stdout) == (0, True)


def test_an_unknown_subcommand_is_a_fault_of_usage(mdmr: Callable[..., Result]) -> None:
    assert mdmr("dance").exit_code == 2
