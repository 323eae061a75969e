"""Every S code: a set that has it once, and right sets that have none."""

from __future__ import annotations

import pytest
from mdmr.synchronization.codes_staging import STAGING_CODES, Severity

from tests.support.market import LDC, set_parameter
from tests.support.staging_cases import CASES, RIGHT, Case, told
from tests.support.staging_sets import a_hub, findings

NAMES = [f"{each.code}-{number}" for number, each in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_code_is_found_where_it_is(case: Case) -> None:
    hub = a_hub()
    outcome = case.stage_on(hub)
    found = findings(hub)
    assert (case.code, case.found) in [(each.code, told(each)) for each in found]
    assert sorted(each.code for each in found) == case.codes
    errors = any(STAGING_CODES[each].severity is Severity.ERROR for each in case.codes)
    assert outcome == ("FAILED" if errors else "LOADED")


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_set_is_loaded_without_a_word(name: str) -> None:
    hub = a_hub()
    assert RIGHT[name].stage_on(hub) == "LOADED"
    assert findings(hub) == []


def test_every_code_has_a_case() -> None:
    assert {each.code for each in CASES} == set(STAGING_CODES)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("sync.extract_ahead_h", "25", "S007"),
        ("sync.warn_future_days", "91", "S102"),
        ("sync.warn_past_days", "91", "S103"),
    ],
)
def test_a_limit_is_that_of_the_ldc(name: str, value: str, code: str) -> None:
    hub = a_hub()
    set_parameter(hub, name, value, owner=LDC)
    (case,) = [each for each in CASES if each.code == code]
    assert case.stage_on(hub) == "LOADED"
    assert findings(hub) == []
