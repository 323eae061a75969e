"""The list of planted faults: where each stands, what it changes, and the tests that notice it."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

LIST = Path(__file__).parent / "plants.yaml"


class Plant(Struct, frozen=True):
    """A fault: in `file` the text `find`, which stands there once, becomes `put`.

    `tests` are what pytest is given; the first path tells the kind of test that notices it.
    """

    what: str
    file: str
    find: str
    put: str
    tests: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The folder of the tests that notice it."""
        return self.tests[0].split("/")[1]


def read(path: Path = LIST) -> list[Plant]:
    """Return the plants of a list. Raises msgspec.ValidationError for what is no list of plants."""
    return msgspec.yaml.decode(path.read_bytes(), type=list[Plant])


def planted(text: str, plant: Plant) -> str:
    """Return a file's text with the fault in it.

    Raises:
        LookupError: the text to change does not stand there exactly once.
    """
    if text.count(plant.find) != 1:
        message = f"{plant.file} has {plant.find!r} {text.count(plant.find)} times, not once"
        raise LookupError(message)
    return text.replace(plant.find, plant.put)
