"""Arguments that many subcommands take, checked before anything is asked of a hub."""

from __future__ import annotations

import re

import typer

_ORG_ID = re.compile(r"ORG[0-9]{5}")
_ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]{0,19}")
EVERYONE = "*"


def org_id(value: str | None) -> str | None:
    """Return an ORG ID as it was given; ends the command with 2 where it is none."""
    if value is not None and _ORG_ID.fullmatch(value) is None:
        raise typer.BadParameter(f"{value!r}: must be ORG and five digits, for example ORG11111")
    return value


def org_id_or_everyone(value: str | None) -> str | None:
    """Return an ORG ID, or `*` for everyone; ends the command with 2 where it is neither."""
    return value if value == EVERYONE else org_id(value)


def environment(value: str) -> str:
    """Return the name of an environment; ends the command with 2 where it is none."""
    if _ENVIRONMENT.fullmatch(value) is None:
        raise typer.BadParameter(
            f"{value!r}: must be the name of an environment: dev, test, prod or sand"
        )
    return value
