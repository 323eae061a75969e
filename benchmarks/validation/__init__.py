"""Benchmark of validation by layout."""
