"""The table of metrics: nothing is emitted beside it, and everything in it is emitted."""

from __future__ import annotations

import pytest
from mdmr.runtime.metrics import METRICS, Metric, Unit, UnknownMetricError, metric
from mdmr.runtime.observe import count, measure

from tools.metrics import NameNotWrittenError, emitters, names_in


def test_what_is_emitted_is_what_the_table_has() -> None:
    assert emitters().keys() == METRICS.keys()


def test_a_name_that_is_put_together_is_seen() -> None:
    with pytest.raises(NameNotWrittenError, match="here, line 2"):
        names_in('count("Files")\ncount(f"Files{state}")', "here")


@pytest.mark.parametrize("emit", [lambda: count("Unheard"), lambda: measure("Unheard", 1.5)])
def test_what_is_not_in_the_table_is_refused(emit: object) -> None:
    assert callable(emit)
    with pytest.raises(UnknownMetricError, match="Unheard"):
        emit()


def test_what_is_measured_is_not_counted() -> None:
    with pytest.raises(UnknownMetricError, match="ArrivalToReport"):
        count("ArrivalToReport")


def test_a_metric_is_told_with_its_unit() -> None:
    assert metric("ArrivalToReport").unit is Unit.SECONDS
    assert metric("SweptUp", Unit.COUNT) == Metric(
        "SweptUp", Unit.COUNT, METRICS["SweptUp"].meaning
    )


def test_two_are_told_by_a_second_dimension() -> None:
    found = {each.name: each.by for each in METRICS.values() if each.by}
    assert found == {"Failures": "function", "WriteContention": "contended"}
