"""A plugin of pytest: the processor seconds of every test, with those of processes that ended."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Generator
from pathlib import Path

import pytest

OUT = "MDMR_TEST_TIMES"
_taken: dict[str, float] = {}


def _so_far() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Time a test with its set-up and its end."""
    before = _so_far()
    result = yield
    _taken[item.nodeid] = _so_far() - before
    return result


def pytest_sessionfinish() -> None:
    """Write what each test took, by its name."""
    Path(os.environ[OUT]).write_text(json.dumps(_taken), encoding="utf-8")
