"""Mutants: small faults planted in the code one by one, and whether a test notices.

`python -m tools.mutants` asks it of every group of `rooms.py` and writes docs/generated/mutants.md.
"""
