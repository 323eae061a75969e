"""Benchmarks: `python -m benchmarks.<name>`; each says what it measures, on what, and how."""
