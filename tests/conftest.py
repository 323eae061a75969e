"""What holds for every test: no test reaches AWS by accident, and the long ones begin first."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

# In this order, before all others: what begins last must be short, or one worker waits for it.
_FIRST = ("scenarios", "docs", "local", "faults", "enforced", "properties", "desk", "simulation")
# Their tests share nothing and are long: each goes to whoever is free.
_APART = ("scenarios/test_scenarios.py", "simulation/test_planted.py")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Keep the tests of a file together but for those that go to whoever is free."""
    if config.getoption("dist") != "loadfile":
        return None
    scheduling: Any = import_module("xdist.scheduler").LoadFileScheduling(config, log)
    file_of: Callable[[str], str] = scheduling._split_scope

    def group_of(nodeid: str) -> str:
        file = file_of(nodeid)
        return nodeid if file.endswith(_APART) else file

    scheduling._split_scope = group_of
    return scheduling


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several workers share the tests: the long ones first."""
    if hasattr(config, "workerinput"):
        items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    folder = item.path.relative_to(item.config.rootpath).parts[1]
    return _FIRST.index(folder) if folder in _FIRST else len(_FIRST)


@pytest.fixture(autouse=True, scope="session")
def _no_account() -> None:
    """Give boto3 credentials that no account knows, and a region, whatever is set here."""
    patch = pytest.MonkeyPatch()
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE"):
        patch.delenv(name, raising=False)
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    patch.setenv("AWS_DEFAULT_REGION", "ca-central-1")
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
