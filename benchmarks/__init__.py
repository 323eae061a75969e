"""Benchmarks: `python -m benchmarks NAME`; each is a package that says what it asks, and how."""
