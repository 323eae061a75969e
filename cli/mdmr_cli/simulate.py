"""`mdmr simulate`: the whole hub on this machine in virtual time, folder in, folder out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.output import say, say_json

if TYPE_CHECKING:
    from mdmr.operation.faults import Fault
    from mdmr_local.simulate.outcome import Outcome
    from mdmr_local.simulate.scenario import Scenario


def simulate(
    scenario_dir: Annotated[
        Path,
        typer.Argument(help="Folder with scenario.yaml and the inbound files.", show_default=False),
    ],
    out: Annotated[
        Path,
        typer.Option(metavar="OUT_DIR", help="Folder for the results. Must be empty or not exist."),
    ],
    until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="End of the run: ISO 8601 with offset. Default: `until` of the scenario.",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Makes every random choice repeatable, also that of Universal SDP IDs."),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Run a scenario on this machine in virtual time, from its start to its end.

    Exit codes: 0 the run reached its end, and every file is in a final state or waits for a
    reason in run.json; 1 something failed inside; 2 the scenario has errors, or wrong usage, and
    nothing was run.
    """
    from mdmr_local.simulate.run import run

    scenario = _scenario(scenario_dir, out, until)
    try:
        outcome = run(scenario, out, seed=seed, progress=lambda line: say(line, err=True))
    except OSError as error:
        fail(ExitCode.FAILED, [f"{error.filename or out}: {error.strerror}"])
    if as_json:
        say_json(_summary(outcome, out))
    else:
        from mdmr_cli.delivered import show

        show(outcome, out)
    if outcome.failed:
        fail(ExitCode.FAILED, (f"failed: {failure}" for failure in outcome.failures))


def _scenario(folder: Path, out: Path, until: str | None) -> Scenario:
    """Return the scenario to run. Ends the command with 2 on any fault, nothing touched."""
    from mdmr_local.simulate.output import is_free
    from mdmr_local.simulate.reading import ScenarioError, read_scenario

    lines: list[str] = []
    try:
        if not is_free(out):
            lines.append(f"--out: {out} is not empty: must be an empty folder, or not exist")
    except (OSError, ValueError) as error:
        lines.append(f"--out: {getattr(error, 'strerror', None) or error}")
    end = _instant(until)
    if until is not None and end is None:
        lines.append(
            f"--until: {until!r}: must be ISO 8601 with offset, for example 2025-11-20T00:00-05:00"
        )
    try:
        scenario = read_scenario(folder, end)
    except ScenarioError as error:
        fail(ExitCode.FAULTY, [*lines, *_fault_lines(folder, error.faults)])
    if lines:
        fail(ExitCode.FAULTY, lines)
    return scenario


def _fault_lines(folder: Path, faults: Sequence[Fault]) -> Iterator[str]:
    """Yield a line for each fault; one of `scenario.yaml` has the line where it stands there."""
    from mdmr_local.simulate.reading import FILE
    from mdmr_local.yaml_documents import YamlError, lines_of

    try:
        lines = lines_of(folder / FILE, [fault.path for fault in faults])
    except YamlError:
        lines = {}
    for fault in faults:
        line = lines.get(fault.path)
        place = "" if line is None else f"{FILE}:{line}"
        yield ": ".join(each for each in (place, fault.path or FILE, fault.text) if each)


def _instant(text: str | None) -> datetime | None:
    from mdmr.operation.faults import Reader

    return Reader().instant(text, "--until")


def _summary(outcome: Outcome, out: Path) -> dict[str, object]:
    from mdmr_cli.delivered import by_recipient

    delivered = [
        {"organization": each.organization, "type": each.file_id, "files": each.files}
        | {"records": each.records, "folder": str(out / "outbound" / each.organization)}
        for each in by_recipient(outcome.delivered)
    ]
    return {**outcome.data(), "delivered": delivered, "out": str(out)}
