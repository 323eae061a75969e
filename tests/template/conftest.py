"""The template as AWS sees it, a fresh copy for every test."""

from __future__ import annotations

import copy

import pytest

from tools.sam_template import Json, read_template, transformed


@pytest.fixture(scope="session")
def _transformed_once() -> Json:
    return transformed(read_template())


@pytest.fixture
def template(_transformed_once: Json) -> Json:
    """Return the transformed template; a test may change it."""
    return copy.deepcopy(_transformed_once)
