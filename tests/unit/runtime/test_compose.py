from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from mdmr.ports.hub import Hub
from mdmr.runtime import clients, compose
from mdmr.runtime.settings import SettingMissingError, Settings

ENVIRONMENT = {name.upper(): name for name in Settings.__struct_fields__}


def test_every_variable_is_a_field() -> None:
    assert Settings.read(ENVIRONMENT).inbound_bucket == "inbound_bucket"


def test_missing_and_empty_variables_are_named_together() -> None:
    with pytest.raises(SettingMissingError, match="DATA_BUCKET, HUB_STATE_TABLE"):
        Settings.read({**ENVIRONMENT, "HUB_STATE_TABLE": "", "DATA_BUCKET": ""})


def test_a_hub_of_one_region_has_no_peer() -> None:
    alone = {name: value for name, value in ENVIRONMENT.items() if not name.startswith("PEER_")}
    assert compose.hub_of(Settings.read(alone)).peer.region == ""
    assert compose.hub_of(Settings.read(ENVIRONMENT)).peer.region == "peer_region"


@pytest.fixture(autouse=True)
def _nothing_made_before() -> Iterator[None]:
    made = (compose.hub, compose.settings, clients.dynamodb)
    for each in made:
        each.cache_clear()
    yield
    for each in made:
        each.cache_clear()


def test_a_hub_is_made_once_and_makes_no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    hub = compose.hub()
    assert isinstance(hub, Hub)
    assert compose.hub() is hub
    assert clients.dynamodb.cache_info().currsize == 0


def test_a_hub_without_an_environment_tells_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SettingMissingError, match="AWS_REGION"):
        compose.hub()


def test_importing_the_runtime_needs_no_environment_and_no_models() -> None:
    code = (
        "import sys, mdmr.runtime.compose, mdmr.runtime.observe;"
        "sys.exit(any(name in sys.modules for name in ('pynamodb.models', 'pydantic', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], env={}, check=False).returncode == 0
