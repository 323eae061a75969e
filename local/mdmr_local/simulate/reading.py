"""Reads `scenario.yaml`; every fault is found before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from mdmr.operation import document
from mdmr.operation.faults import Fault, Raw, Reader, shown
from mdmr.organizations.entities import Role
from mdmr.organizations.parameter_table import PARAMETERS, Scope
from mdmr.organizations.parameters import EVERYONE

from mdmr_local.hub import STACKS
from mdmr_local.simulate.inbound import by_name
from mdmr_local.simulate.paths import LINK
from mdmr_local.simulate.scenario import Scenario
from mdmr_local.simulate.steps import read_steps
from mdmr_local.simulate.tables import read_class_profiles, read_cpp_events
from mdmr_local.yaml_documents import YamlError, read_yaml

FILE = "scenario.yaml"
_NEEDED = ("start", "until", "environment", "organizations")
_KEYS = (
    *_NEEDED,
    *(key for key in document.KEYS if key not in _NEEDED),
    "class_profiles",
    "cpp_events",
    "steps",
    "inbound",
)
# Before and after these the embedded AWS has no times.
_CLOCK = datetime(1970, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
_BY_NAME, _STEPS_ONLY = "by-name", "steps-only"


class ScenarioError(Exception):
    """A scenario that cannot be run.

    Attributes:
        faults: everything that is wrong with it, each with its path in the file.
    """

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def read_scenario(folder: Path, until: datetime | None = None) -> Scenario:
    """Return the scenario of a folder.

    Args:
        folder: holds `scenario.yaml` and the files it names.
        until: the end of the run, instead of the one written there. What lies between an earlier
            end and the written one is valid and does not take place.

    Raises:
        ScenarioError: it has faults.
    """
    reader = Reader()
    raw = reader.mapping(_load(folder / FILE), "", _KEYS, _NEEDED)
    start = reader.instant(raw.get("start"), "start")
    written = reader.instant(raw.get("until"), "until")
    _check_span(reader, start, written, until)
    environment = reader.text(raw.get("environment"), "environment")
    if environment and environment not in STACKS:
        reader.fault("environment", f"{shown(environment)} is none of {', '.join(STACKS)}")
    hub_document = {key: raw[key] for key in document.KEYS if key in raw}
    _check_document(reader, hub_document)
    class_profiles = read_class_profiles(reader, raw.get("class_profiles"), folder)
    cpp_events = read_cpp_events(reader, raw.get("cpp_events"))
    span = (start, max(filter(None, (written, until)), default=None))
    steps = read_steps(reader, raw.get("steps"), folder, span)
    mode = raw.get("inbound") or _BY_NAME
    if mode not in (_BY_NAME, _STEPS_ONLY):
        reader.fault("inbound", f"must be {_BY_NAME} or {_STEPS_ONLY}")
    inbound = by_name(reader, folder, span) if mode == _BY_NAME else []
    end = until or written
    if reader.faults or start is None or end is None:
        raise ScenarioError(reader.faults)
    return Scenario(
        start=start,
        until=end,
        environment=environment,
        document=hub_document,
        steps=tuple(steps),
        inbound=tuple(inbound),
        class_profiles=class_profiles,
        cpp_events=tuple(cpp_events),
    )


def _load(path: Path) -> Raw:
    try:
        if path.is_symlink():
            raise ScenarioError([Fault(str(path), LINK)])
        return read_yaml(path)
    except OSError as error:
        raise ScenarioError([Fault(str(path), error.strerror or "cannot be read")]) from None
    except YamlError as error:
        place = str(path) if error.line is None else f"{path}:{error.line}"
        text = ": ".join(each for each in (error.fault.path, error.fault.text) if each)
        raise ScenarioError([Fault(place, text)]) from None


def _check_span(
    reader: Reader, start: datetime | None, written: datetime | None, until: datetime | None
) -> None:
    for path, at in (("start", start), ("until", written), ("--until", until)):
        if at is not None and not _CLOCK[0] <= at <= _CLOCK[1]:
            reader.fault(path, "must lie in the years 1970 to 2999, which the simulated clock has")
    if start is None:
        return
    if written is not None and written <= start:
        reader.fault("until", "must lie after `start`")
    if until is not None and until <= start:
        reader.fault("--until", "must lie after `start`")


def _check_document(reader: Reader, raw: Mapping[str, Raw]) -> None:
    """Gather the faults of the hub document, and what it says about an organization's role."""
    read, faults = document.read(raw)
    reader.faults += faults
    if read is None:
        return
    ldcs = {each.org_id for each in read.organizations if Role.LDC in each.roles}
    for setting in read.settings:
        scope = PARAMETERS[setting.name].scope
        path = f"parameters.{setting.owner}.{setting.name}"
        if setting.owner == EVERYONE:
            continue
        if scope is Scope.VEE_SERVICE:
            reader.fault(path, "can only be set for all (`global`)")
        if scope is Scope.LDC and setting.owner not in ldcs:
            reader.fault(path, "can only be set for all (`global`) or for an LDC")
