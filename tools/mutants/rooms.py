"""What is asked of which tests: rooms of modules, their tests, and how many must be noticed."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).parents[2]

CODE = ROOT / "layers" / "mdmr" / "mdmr"
TESTS = ROOT / "tests"
BAR = 95


class Room(Struct, frozen=True):
    """Modules that belong together, the tests that notice their mutants, and the bar in percent.

    Paths are relative to the code and to the tests. `bar` 0: what comes out is only shown.
    """

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    bar: int = BAR

    @property
    def paths(self) -> list[Path]:
        """The files of the modules."""
        return [CODE / each for each in self.modules]

    @property
    def test_paths(self) -> list[Path]:
        """The files and folders of the tests."""
        return [TESTS / each for each in self.tests]


_SETS = "synchronization/sets"
_OF_SETS = "unit/synchronization"


def _under(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{name}.py" for name in names)


_ROOMS = (
    Room(
        "lease",
        _under("continuity", "lease", "records", "renewing", "switching"),
        (
            *_under("unit/continuity", "test_continuity", "test_lease_boundaries"),
            *_under("unit/continuity", "test_renewing", "test_switching"),
        ),
    ),
    Room(
        "gate",
        _under(
            "continuity",
            "gate",
            "gateway",
            "turning",
            "attending",
            "modes",
            "draining",
            "ordering",
        ),
        (
            *_under("unit/continuity", "test_gateway", "test_gate_boundaries", "test_modes"),
            *_under("unit/continuity", "test_ordering", "test_gate_orders", "test_gate_changes"),
            "unit/continuity/test_gate_attended.py",
            *_under("unit/exchange", "test_gateway", "test_inside"),
            "properties/test_gateway.py",
        ),
    ),
    Room(
        "sequencer",
        _under(_SETS, "sequence", "closing", "states", "deciding"),
        (
            f"{_OF_SETS}/sets",
            f"{_OF_SETS}/test_releases.py",
            "properties/test_sequences.py",
        ),
    ),
    Room(
        "waits",
        _under(_SETS, "judging", "attending", "finding", "psync_slot"),
        (f"{_OF_SETS}/sets",),
    ),
    Room(
        "thresholds",
        _under("synchronization/processing", "thresholds", "deciding", "begun", "tally"),
        _under(_OF_SETS, "test_thresholds", "test_releases", "test_work_begun", "test_processing"),
    ),
    Room(
        "timelines",
        ("directory/timeline.py", "directory/applying.py", "calendar/period.py"),
        (
            "unit/calendar/test_period.py",
            *_under("unit/directory", "test_timelines", "test_directory_map"),
            "properties/test_timelines.py",
        ),
    ),
    Room(
        "claims",
        ("exchange/inbound/claims.py",),
        _under("unit/exchange", "test_claims", "test_claims_taken", "test_checks", "test_intake"),
    ),
    Room(
        "codecs",
        (
            "continuity/gateway_item.py",
            f"{_SETS}/rows.py",
            "ports/codec.py",
            *_under(
                "exchange/ledger",
                "held",
                "incidents",
                "receipts",
                "restarts",
                "slots",
                "unfinished",
            ),
            "schedules/files.py",
        ),
        (
            *_under("unit/exchange", "test_held", "test_held_together", "test_intake"),
            *_under("unit/exchange", "test_slots", "test_inside", "test_sweep", "test_items"),
            *_under("unit/exchange", "test_unfinished_looks", "test_states"),
            "unit/ports",
            "unit/processes",
            "unit/schedules",
            "unit/exchange/test_slot_items.py",
            f"{_OF_SETS}/sets",
            *_under("unit/continuity", "test_gateway", "test_gateway_items"),
        ),
    ),
    Room(
        "deliveries",
        _under(
            "exchange/outbound",
            "deliveries",
            "delivery",
            "publishing",
            "recipients",
            "resending",
            "retrying",
            "standby",
            "states",
            "telling",
        ),
        (
            *_under("unit/exchange", "test_deliveries", "test_publishing", "test_recipients"),
            *_under("unit/exchange", "test_standby", "test_large_reports", "test_resends"),
            *_under("unit/exchange", "test_delivery_items", "test_standby_boundaries"),
            "unit/operation/test_outgoing.py",
            "properties/test_deliveries.py",
        ),
    ),
)
ROOMS = {room.name: room for room in _ROOMS}
