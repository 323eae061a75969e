"""Hypothesis for the mutants: no deadline, as the machine may be busy with something else."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("corpus", deadline=None, max_examples=100, print_blob=True)
