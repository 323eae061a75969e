"""What an invariant is: a judge whose first line is its sentence, and the harm of a breach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeAlias, TypeVar

from tests.simulation.ended import Ended

# About what, and how.
Wrong: TypeAlias = Iterator[tuple[str, str]]
Judge = TypeVar("Judge", bound=Callable[..., Wrong])


class Harm(Enum):
    """What a breach of an invariant would mean to an organization."""

    LOST = "lost"
    DUPLICATED = "duplicated"
    CONTRADICTORY = "contradictory"
    UNDUE = "undue"


@dataclass(frozen=True)
class Invariant(Generic[Judge]):
    """A judge with the harm that its findings are."""

    harm: Harm
    judge: Judge

    @property
    def name(self) -> str:
        """The name of the judge."""
        return self.judge.__name__

    @property
    def sentence(self) -> str:
        """What holds."""
        return (self.judge.__doc__ or "").partition("\n")[0].strip()


Law: TypeAlias = "Invariant[Callable[[Ended], Wrong]]"
