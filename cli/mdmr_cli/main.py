"""The `mdmr` command. What a subcommand needs is imported when it runs, so that help is quick.

Exit codes of every subcommand: 0 done; 1 refused by the hub, or failed; 2 faulty input or usage.
"""

from __future__ import annotations

import typer

from mdmr_cli import (
    check,
    deliveries,
    directory,
    explain,
    fetch,
    files,
    gateway,
    hub,
    local,
    org,
    schedule,
    send,
    simulate,
    status,
    sync,
)
from mdmr_cli.usage import PrintableGroup

app = typer.Typer(
    name="mdmr",
    cls=PrintableGroup,
    help="Work with an open meter data hub, as an organization or as its operator.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("check")(check.check)
app.command("deliveries")(deliveries.deliveries)
app.command("explain")(explain.explain)
app.command("fetch")(fetch.fetch)
app.command("redeliver")(deliveries.redeliver)
app.command("resend")(deliveries.resend)
app.command("send")(send.send)
app.command("simulate")(simulate.simulate)
app.command("status")(status.status)
app.add_typer(directory.app, name="directory")
app.add_typer(files.app, name="files")
app.add_typer(gateway.app, name="gateway")
app.add_typer(hub.app, name="hub")
app.add_typer(local.app, name="local")
app.add_typer(org.app, name="org")
app.add_typer(schedule.app, name="schedule")
app.add_typer(sync.app, name="sync")
