"""Benchmark of intake: one very large file."""
