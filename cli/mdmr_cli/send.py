"""`mdmr send`: files into the own inbound prefix, checked before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mdmr_cli.arguments import org_id
from mdmr_cli.check import Files, show_sets
from mdmr_cli.deployed import Environment
from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.output import say, say_json

Org = Annotated[
    str | None,
    typer.Option(
        "--org",
        metavar="ORG_ID",
        callback=org_id,
        help="Whose prefix to use. Default: ORG_ID_2 of the names.",
    ),
]


def send(
    files: Files,
    org: Org = None,
    environment: Environment = "dev",
    *,
    checked: Annotated[
        bool,
        typer.Option(
            "--check/--no-check", help="Check all files first and send none if there is a finding."
        ),
    ] = True,
    part_of_set: Annotated[
        bool,
        typer.Option(
            "--part-of-set", help="Send a part of a set. Its other files come another way."
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was sent, or the findings, as JSON.")
    ] = False,
) -> None:
    """Put files into your inbound prefix, in the order given.

    The command checks all files first. If it finds anything in one of them, it sends none. Give
    all files of a synchronization set, also its Manifest. You need no right except the one to
    your prefix.

    Exit codes: 0 all files sent; 1 findings, a name of another sender, or the upload failed;
    2 wrong usage.
    """
    senders = [_sender(path, org) for path in files]
    if checked:
        _refuse_findings(files, senders, whole=not part_of_set, as_json=as_json)
    sent: list[dict[str, Any]] = []
    try:
        _upload(files, senders, environment, sent, quiet=as_json)
    finally:
        # What was sent before an upload failed is sent.
        if as_json:
            say_json({"sent": sent})


def _sender(path: Path, org: str | None) -> str:
    """Return whose prefix a file goes to; a name that says otherwise ends the command."""
    from mdmr.exchange.files.names import FileName

    name = FileName.parse(path.name)
    if org is None:
        if name is None:
            fail(ExitCode.FAULTY, [f"{path.name}: the name has no ORG_ID_2: give --org"])
        return name.org_2
    if name is not None and name.org_2 != org:
        told = f"{path.name}: F008 ORG_ID_2 {name.org_2}: must be {org}, as --org"
        fail(ExitCode.FAILED, [told, "Nothing was sent."])
    return org


def _refuse_findings(
    files: Sequence[Path], senders: Sequence[str], *, whole: bool, as_json: bool
) -> None:
    from mdmr_cli.findings import MOST, check_files, show
    from mdmr_cli.sets import check_sets

    now = datetime.now(UTC)
    found = []
    for path, sender in zip(files, senders, strict=True):
        found += check_files([path], now=now, most=MOST, sender=sender)
    try:
        found, sets = check_sets(found, now=now, most=MOST, whole=whole)
    except OSError as error:
        fail(ExitCode.FAULTY, [f"{error.filename or 'the set'}: {error.strerror}"])
    faulty = [each for each in found if each.found]
    rejected = [each for each in sets if each.found]
    if not faulty and not rejected:
        return
    if as_json:
        shown = {
            "sent": [],
            "files": [each.data() for each in faulty],
            **({"sets": [each.data() for each in rejected]} if rejected else {}),
        }
        say_json(shown)
    else:
        show(faulty)
        show_sets(rejected)
    told = ["Nothing was sent. Fix the files, or send them as they are with --no-check."]
    if any(reason.code in ("I001", "I002") for each in sets for reason in each.reasons):
        told.append(
            "To send a part of a set whose other files come another way, use --part-of-set."
        )
    fail(ExitCode.FAILED, told)


def _upload(
    files: Sequence[Path],
    senders: Sequence[str],
    environment: str,
    sent: list[dict[str, Any]],
    *,
    quiet: bool,
) -> None:
    from mdmr_cli.progress import progress
    from mdmr_cli.transport import transport_of

    with transport_of(environment) as transport:
        for path, sender in zip(files, senders, strict=True):
            size = path.stat().st_size
            with progress(path.name, size) as note:
                key = transport.upload(path, sender, note)
            sent.append({"file": str(path), "bucket": transport.inbound, "key": key, "size": size})
            if not quiet:
                say(f"sent s3://{transport.inbound}/{key} ({size} bytes)")
