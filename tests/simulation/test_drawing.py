"""The generator draws what is rare, and a campaign that never does says so."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from unittest.mock import patch

import pytest
from mdmr.organizations.entities import Right

from tests.simulation import campaign
from tests.simulation.__main__ import main
from tests.simulation.campaign import Figures
from tests.simulation.drawn import RARE
from tests.simulation.market import Market, market
from tests.simulation.sets import Sets
from tests.simulation.story import lived
from tests.simulation.themes import THEMES
from tests.simulation.uploads import Upload, Uploads
from tests.support.market import LDC, NOON

HOURS = timedelta(hours=3)


def markets(*, sets: bool) -> list[Market]:
    return [market(Random(number), NOON, sets=sets) for number in range(50)]


def uploads(number: int) -> list[Upload]:
    dice, theme = Random(number), THEMES[number % len(THEMES)]
    return Uploads(dice, market(dice, NOON), NOON, theme).draw(6, HOURS)


class TestTheGenerator:
    def test_draws_two_versions_of_a_name_in_one_second(self) -> None:
        found = [Counter((each.key, each.at) for each in uploads(number)) for number in range(200)]
        assert sum(any(count > 1 for count in each.values()) for each in found) > 20

    def test_draws_schedules_that_need_approval(self) -> None:
        needing = [
            each
            for each in markets(sets=False)
            if any(s.name == "schedule.approval" and s.owner == LDC for s in each.settings)
        ]
        assert 0 < len(needing) < 50

    def test_draws_more_than_ten_who_hear_of_a_set(self) -> None:
        hearing = [
            sum(
                (r.ldc, r.file_id, r.right) == (LDC, "IR06", Right.RECEIVE)
                for r in each.authorizations
            )
            for each in markets(sets=True)
        ]
        assert sum(count >= 10 for count in hearing) > 5
        assert min(hearing) < 5

    def test_draws_sets_that_were_extracted_before_those_before_them(self) -> None:
        assert sum(_goes_back(Sets(Random(number), NOON).draw()) for number in range(100)) > 5


def _goes_back(files: list[Upload]) -> bool:
    """Return whether a set of the LDC is of an older extract than the one of the number before."""
    manifests = [
        each.body.decode().splitlines()[1].split("|") for each in files if ".00.01.DAT" in each.name
    ]
    by_number = {int(row[12]): row[10] for row in manifests if row[3] == LDC}
    in_order = [by_number[number] for number in sorted(by_number)]
    return in_order != sorted(in_order)


class TestACampaign:
    def test_counts_what_a_world_had(self) -> None:
        figures = Figures()
        figures.add(lived(2))
        assert figures.rare.keys() == RARE.keys()

    def test_that_never_draws_something_fails(self, capsys: pytest.CaptureFixture[str]) -> None:
        figures = Figures(seeds=5_000)
        figures.rare.update(dict.fromkeys(list(RARE)[1:], 1))
        with (
            patch.object(campaign, "seeds", lambda _wanted: figures),
            patch.object(campaign, "singly", list),
            patch.object(campaign, "in_pairs", lambda _singles: []),
        ):
            assert main(["--seeds", "5000"]) == 1
        assert f"the generator never draws: {next(iter(RARE))}" in capsys.readouterr().out
