"""Thresholds: a percentage of the active SDPs and a number, both exceeded."""

from __future__ import annotations

from decimal import Decimal

import pytest
from mdmr.organizations.parameter_table import PARAMETERS
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.processing.thresholds import CHECKS, Check, Limit, exceeded

from tests.support.planning import Directory
from tests.support.towns import BARN, HOUSE, SHOP, sdp, town


def default(check: Check) -> Limit:
    percent, least = (PARAMETERS[name].default for name in (check.percent, check.least))
    return Limit(Decimal(percent), int(least))


def told(tally: Tally, active: int, *, periodic: bool = True) -> str:
    return exceeded(tally, active, floor=100, periodic=periodic, limit=default)


@pytest.mark.parametrize(
    ("tally", "active", "text"),
    [
        (Tally(deactivated=10), 100, ""),
        (Tally(deactivated=11), 100, "DE-ACTIVATED SDPS 11 OF 10"),
        (Tally(deactivated=50), 1000, ""),
        (Tally(deactivated=51), 1000, "DE-ACTIVATED SDPS 51 OF 50"),
        (Tally(new=201), 1000, "NEW SDPS 201 OF 200"),
        (Tally(changed={"SM": 101}), 1000, "SM CHANGES 101 OF 100"),
        (Tally(changed={"SAG": 251}), 1001, "SAG CHANGES 251 OF 250"),
        (Tally(changed={"PAR/VEES": 251}), 1000, "VEES CHANGES 251 OF 250"),
        (Tally(changed={"SB": 251}), 1000, "SB CHANGES 251 OF 250"),
        (Tally(new=900, deactivated=900), 1000, "DE-ACTIVATED SDPS 900 OF 50"),
        # Below the floor nothing is checked.
        (Tally(deactivated=99), 99, ""),
    ],
)
def test_the_first_threshold_that_is_exceeded_is_told(tally: Tally, active: int, text: str) -> None:
    assert told(tally, active) == text


def test_an_i_sync_is_not_asked_for_new_and_de_activated_sdps() -> None:
    assert told(Tally(new=900, deactivated=900), 1000, periodic=False) == ""
    assert told(Tally(changed={"SM": 900}), 1000, periodic=False) == "SM CHANGES 900 OF 100"


def test_every_check_has_its_parameters() -> None:
    names = {name for check in CHECKS for name in (check.percent, check.least)}
    assert names == {name for name in PARAMETERS if name.startswith("sync.thr_")} - {
        "sync.thr_floor_sdps"
    }


class TestASetCounts:
    @pytest.fixture
    def directory(self) -> Directory:
        return town()

    def test_sdps_with_a_change_once(self, directory: Directory) -> None:
        made = directory.plan(
            "".join(f"SAG|{HOUSE}|0{n}|E|2025100{n}000000|\n" for n in (1, 3))
            + f"PAR|S|{SHOP}|VEES|05|20251001000000|\nREL|SB|{SHOP}|ORG11111|20251001000000|"
        )
        assert made.tally.changed == {"PAR/VEES": 1, "SAG": 1, "SB": 1}

    def test_new_sdps_and_not_what_they_begin_with(self, directory: Directory) -> None:
        made = directory.plan(sdp(BARN) + f"REL|SM|{BARN}|M-3|20250901000000|")
        assert (made.tally.new, made.tally.changed) == (1, {})

    def test_de_activated_sdps_and_not_what_that_ends(self, directory: Directory) -> None:
        made = directory.plan(sdp(SHOP), periodic=True, omitted=(HOUSE,))
        assert (made.tally.deactivated, made.tally.changed) == (1, {})

    def test_parts_together(self) -> None:
        one = Tally(1, 2, 3, {"01": 1}, 4, 5, {"SM": 6})
        other = Tally(10, 20, 30, {"01": 1, "05": 2}, 40, 50, {"SB": 7})
        assert Tally.total((one, other)) == Tally(
            11, 22, 33, {"01": 2, "05": 2}, 44, 55, {"SB": 7, "SM": 6}
        )
