"""`mdmr hub regions`, `alone`, `pair`: the two regions of a hub, and what each of them holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from mdmr_cli.arguments import org_id
from mdmr_cli.deployed import Environment, operator_of, operators_of
from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.output import add_row, confirm, say, say_json, show_table, table
from mdmr_cli.paging import MAX_ROWS
from mdmr_cli.times import est
from mdmr_cli.transport import transport_of

Why = Annotated[str, typer.Option("--why", help="The reason. Kept with the order.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


def regions(
    environment: Environment = "dev",
    org: Annotated[
        str | None,
        typer.Option(
            "--org", metavar="ORG_ID", callback=org_id, help="Organization whose files to show."
        ),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the lease in each region, and which files of an organization each region has.

    The command asks both regions if the hub has two.

    Exit codes: 0 shown; 1 refused or failed; 2 wrong usage.
    """
    with operator_of(environment) as operator:
        here = operator.ask("lease.show")["lease"]
    names = sorted(filter(None, (here["region"], here["second_region"])))
    with operators_of(environment, names) as operators:
        leases = {name: each.ask("lease.show")["lease"] for name, each in operators.items()}
        stands: dict[str, dict[str, str]] = defaultdict(dict)
        for name, each in operators.items():
            asked = each.ask("files", organization=org, limit=MAX_ROWS)["files"] if org else ()
            for file in asked:
                stands[f"{org}/{file['name']}"][name] = f"{file['state']} {file['code']}".strip()
    found = _objects(environment, names, org) if org else {}
    if as_json:
        shown = {key: {**found[key], "receipt": stands.get(key, {})} for key in sorted(found)}
        say_json({"leases": leases, "files": shown})
    else:
        _show(leases, found, stands)


def alone(why: Why, environment: Environment = "dev", *, yes: Yes = False) -> None:
    """Let the active region work without its standby: reports do not wait for the other region.

    First make sure that the other region is not active. Decisions of two regions at the same time
    cannot be merged.

    Exit codes: 0 done; 1 refused, failed or not confirmed; 2 wrong usage.
    """
    _order(
        environment, "lease.alone", why, "Let this region work without the other region?", yes=yes
    )
    say("This region works alone now.")


def pair(why: Why, environment: Environment = "dev", *, yes: Yes = False) -> None:
    """Let the active region work with its standby again: reports wait for the other region.

    Exit codes: 0 done; 1 refused, failed or not confirmed; 2 wrong usage.
    """
    _order(environment, "lease.pair", why, "Let reports wait for the other region?", yes=yes)
    say("This region works with its standby again.")


def _order(environment: str, action: str, why: str, question: str, *, yes: bool) -> None:
    if not yes and not confirm(question):
        fail(ExitCode.FAILED, ["Nothing was changed."])
    with operator_of(environment) as operator:
        operator.ask(action, why=why)


def _objects(
    environment: str, names: Sequence[str], org: str
) -> dict[str, dict[str, dict[str, str]]]:
    """Return the objects of an organization: key to bucket (in, out) to region to version."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for name in names:
        with transport_of(environment, name) as transport:
            for bucket, key, version in transport.newest(org):
                place = found.setdefault(key, {"inbound": {}, "outbound": {}})
                place[bucket][name] = version
    return found


def _show(
    leases: Mapping[str, Mapping[str, Any]],
    found: Mapping[str, Mapping[str, Mapping[str, str]]],
    stands: Mapping[str, Mapping[str, str]],
) -> None:
    shown = table("The lease in each region (times EST)", "", *leases)
    for title in ("active", "epoch", "phase", "solo"):
        add_row(shown, title, *(_held(each, title) for each in leases.values()))
    renewed = (each["renewed_at"] for each in leases.values())
    add_row(shown, "renewed", *(est(at) if at else "-" for at in renewed))
    show_table(shown)
    if not found:
        return
    shown = table("Files, with the version in each region", "", *leases)
    for key, places in sorted(found.items()):
        for bucket, versions in places.items():
            if versions:
                add_row(shown, f"{bucket} {key}", *(versions.get(name, "-") for name in leases))
        if key in stands:
            add_row(shown, "receipt", *(stands[key].get(name, "-") for name in leases))
    show_table(shown)


def _held(lease: Mapping[str, Any], what: str) -> str:
    """Return one property of a lease; more than one value while an order is on its way."""
    values = (str(each[what]) for each in lease["holdings"])
    return ", ".join(dict.fromkeys(values)) or "-"
