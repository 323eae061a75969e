"""How a check of the template is tried: on the template as it is, and on each planted fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from tests.template.reading import Check, Plant


def each_check(checks: Sequence[Check]) -> pytest.MarkDecorator:
    """Return the mark that runs a test once for each check, as `check`."""
    return pytest.mark.parametrize("check", checks, ids=lambda each: each.__name__)


def each_plant(plants: Mapping[Check, Sequence[Plant]]) -> pytest.MarkDecorator:
    """Return the mark that runs a test for each fault, as `plant`, with its `check`."""
    pairs = [(check, plant) for check, those in plants.items() for plant in those]
    return pytest.mark.parametrize(("check", "plant"), pairs, ids=lambda each: each.__name__)
