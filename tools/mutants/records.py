"""What the last run of each room came to, and why a mutant may live."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import yaml

from tools.mutants.rooms import ROOMS, ROOT
from tools.mutants.run import Outcome

FOLDER = ROOT / "build" / "mutants"
REASONS = Path(__file__).with_name("survivors.yaml")


class NotRunError(Exception):
    """A room was not tried yet: run `make mutants`."""


def keep(name: str, outcome: Outcome) -> None:
    """Keep what a run of a room came to."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_bytes(msgspec.json.encode(outcome))


def kept(names: Iterable[str] = ()) -> dict[str, Outcome]:
    """Return what the last run of rooms came to, of each by default. Raises NotRunError."""
    found = {}
    for name in tuple(names) or ROOMS:
        path = FOLDER / f"{name}.json"
        if not path.exists():
            raise NotRunError(name)
        found[name] = msgspec.json.decode(path.read_bytes(), type=Outcome)
    return found


def reasons() -> dict[str, str]:
    """Return why no test notices a mutant, by its name."""
    found = yaml.safe_load(REASONS.read_text())
    return {str(name): str(why) for name, why in (found or {}).items()}
