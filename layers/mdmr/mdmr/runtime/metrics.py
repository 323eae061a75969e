"""The hub's own metrics: every name that may be counted or measured, with unit and meaning.

They are written as log lines (embedded metric format) in the namespace `mdmr`, with the dimension
`service`, which names the environment. What has `by` is told once more with that dimension, too.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

NAMESPACE = "mdmr"
SERVICE, FUNCTION, CONTENDED = "service", "function", "contended"


class Unit(Enum):
    """A unit of CloudWatch."""

    COUNT = "Count"
    SECONDS = "Seconds"
    MILLISECONDS = "Milliseconds"


class Metric(Struct, frozen=True):
    """A metric: what one value of it means, in which unit, and its second dimension, if any."""

    name: str
    unit: Unit
    meaning: str
    by: str = ""


_ALL = (
    Metric(
        "FilesReceived",
        Unit.COUNT,
        "uploads handed to their lines; one that is told of twice counts twice",
    ),
    Metric("FilesAccepted", Unit.COUNT, "files that intake accepted"),
    Metric("FilesRejected", Unit.COUNT, "files that intake refused"),
    Metric("FilesHeld", Unit.COUNT, "files that intake kept for a closed gateway"),
    Metric("FilesDone", Unit.COUNT, "files answered in the run of a slot"),
    Metric("FilesFailed", Unit.COUNT, "files set aside by the run of a slot"),
    Metric("FilesSetAside", Unit.COUNT, "uploads that intake failed at for good"),
    Metric(
        "EarlierVersionsFailed",
        Unit.COUNT,
        "earlier versions of an upload at which intake failed when it came to a later one; the "
        "message of each comes again by itself",
    ),
    Metric("FilesDelivered", Unit.COUNT, "reports delivered"),
    Metric(
        "FilesNotDelivered",
        Unit.COUNT,
        "tries to deliver that failed, and deliveries that were withheld",
    ),
    Metric(
        "ArrivalToReport",
        Unit.SECONDS,
        "from a file's arrival until a report about it lies in its recipient's prefix",
    ),
    Metric(
        "DecisionToDelivery",
        Unit.MILLISECONDS,
        "from the decision that a report is owed until it lies in its recipient's prefix",
    ),
    Metric(
        "OldestUnfinishedAge",
        Unit.SECONDS,
        "how long ago the oldest work began that a sweep found overdue; 0 for none. What the "
        "gateway keeps does not count",
    ),
    Metric("Sweeps", Unit.COUNT, "sweeps that came to their end, in either region"),
    Metric("SweptUp", Unit.COUNT, "what a sweep of the active region handed over again"),
    Metric(
        "IncidentsOpened",
        Unit.COUNT,
        "refused with F099, files failed, sets stopped or with records that the hub failed on, "
        "deliveries given up, steps of the gateway failed, work that a sweep started in vain",
    ),
    Metric("GatewayChanges", Unit.COUNT, "changes of the gateway, by order or by plan"),
    Metric("LeaseRenewals", Unit.COUNT, "renewals that came to their end, in either region"),
    Metric(
        "LeaseRenewalAge",
        Unit.SECONDS,
        "how old the last renewal was when the next began, in the region that holds the lease",
    ),
    Metric("LeftToActiveRegion", Unit.COUNT, "messages let go, as another region decides"),
    Metric(
        "Failures",
        Unit.COUNT,
        "messages and tasks that a function failed at and said so; most are tried again",
        by=FUNCTION,
    ),
    Metric(
        "WriteContention",
        Unit.COUNT,
        "attempts to write that were lost to another writer; each is made anew after a pause, up "
        "to 8 times (evidence: 20). `contended` is the kind of item that both wrote",
        by=CONTENDED,
    ),
)
METRICS = {each.name: each for each in _ALL}


class UnknownMetricError(LookupError):
    """Something is counted or measured that is not in the table, or not as the table has it."""


def metric(name: str, unit: Unit | None = None) -> Metric:
    """Return a metric of the table. Raises UnknownMetricError, also for one of another unit."""
    found = METRICS.get(name)
    if found is None or unit not in (None, found.unit):
        raise UnknownMetricError(name)
    return found
