"""One corrected emulator under virtual time and one as shipped; a small application in each."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mdmr_local.deploy import deploy
from mdmr_local.embedded import EmbeddedAws

from tests.local.application import Application

START = datetime(2025, 8, 20, 5, 0, tzinfo=UTC)
TEMPLATE = Path(__file__).parent / "fixtures" / "template.yaml"
_accounts = itertools.count(200_000_000_001)


@pytest.fixture
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the commands of a test see no hubs but those of this test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture(scope="session")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws(virtual_start=START, patience=30) as embedded:
        yield embedded


@pytest.fixture(scope="session")
def shipped_aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws(corrected=False) as embedded:
        yield embedded


@pytest.fixture(scope="session")
def application_in() -> Callable[[EmbeddedAws], Application]:
    def deployed(embedded: EmbeddedAws) -> Application:
        own = embedded.as_account(str(next(_accounts)))
        return Application(own, deploy(own, TEMPLATE, "application", {}))

    return deployed


@pytest.fixture(scope="session")
def application(
    aws: EmbeddedAws, application_in: Callable[[EmbeddedAws], Application]
) -> Application:
    """The application in the corrected emulator; shared by the tests of a run."""
    return application_in(aws)


@pytest.fixture(scope="session")
def shipped(
    shipped_aws: EmbeddedAws, application_in: Callable[[EmbeddedAws], Application]
) -> Application:
    """The application in the emulator as shipped."""
    return application_in(shipped_aws)
