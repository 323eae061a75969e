"""A scenario: what is known to the hub at the start, and what happens when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Upload:
    """A file that is put into an organization's inbound prefix at an instant."""

    at: datetime
    path: Path
    organization: str

    @property
    def name(self) -> str:
        """The name under which it arrives."""
        return self.path.name


@dataclass(frozen=True)
class GatewayChange:
    """An order to the gateway at an instant.

    Attributes:
        at: when it is given.
        mode: the mode it sets for all files.
        then: with DRAIN, the mode that follows.
        planned: with DRAIN, when that follows at the latest.
    """

    at: datetime
    mode: str
    then: str | None = None
    planned: datetime | None = None


@dataclass(frozen=True)
class SetDecision:
    """A decision about a stopped file set at an instant.

    Attributes:
        at: when it is made.
        decision: `RELEASE` or `REFUSE`.
        ldc: whose set it is.
        tx_id: its TX_ID.
    """

    at: datetime
    decision: str
    ldc: str
    tx_id: str


@dataclass(frozen=True)
class SequenceReset:
    """The service request Synchronization Sequence Reset, carried out at an instant.

    Attributes:
        at: when.
        ldc: whose sequence it is.
        next: the number that the LDC is to send next.
    """

    at: datetime
    ldc: str
    next: int


Step: TypeAlias = "Upload | GatewayChange | SetDecision | SequenceReset"


@dataclass(frozen=True)
class PriceEvent:
    """A critical peak: `start` to `end` (None: midnight) of one date, in zone E, C or both."""

    day: date
    start: time
    end: time | None
    zone: str


@dataclass(frozen=True)
class Scenario:
    """A scenario without faults.

    Attributes:
        start: the instant at which the run begins.
        until: the instant at which it ends.
        environment: PROD, TEST or SAND.
        document: organizations, authorizations, parameters and universal_sdp_ids as written.
        steps: what the steps do, in the order of the file.
        inbound: uploads at the time of their names.
        class_profiles: the table of class load profiles, if there is one.
        cpp_events: price events.
    """

    start: datetime
    until: datetime
    environment: str
    document: Mapping[str, Any]
    steps: tuple[Step, ...] = ()
    inbound: tuple[Upload, ...] = ()
    class_profiles: Path | None = None
    cpp_events: tuple[PriceEvent, ...] = ()

    def timeline(self) -> Iterator[Step]:
        """Yield all that happens in order: by instant; at one steps first, then by name."""
        ordered: list[tuple[datetime, int, int | str, str, Step]] = [
            *((step.at, 0, number, "", step) for number, step in enumerate(self.steps)),
            *((each.at, 1, each.name, each.organization, each) for each in self.inbound),
        ]
        for *_, step in sorted(ordered, key=lambda entry: (entry[0], entry[1], entry[2:4])):
            yield step
