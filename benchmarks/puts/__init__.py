"""Benchmark of putting many new items."""
