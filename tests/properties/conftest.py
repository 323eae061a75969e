"""Hypothesis for the properties: no deadline, as the machine may be busy with something else."""

from __future__ import annotations

from hypothesis import settings

from tests.support.examples import TIMES

settings.register_profile("properties", deadline=None, max_examples=60 * TIMES, print_blob=True)
settings.load_profile("properties")
