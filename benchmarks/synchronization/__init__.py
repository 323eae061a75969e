"""Benchmarks of synchronization: a P-Sync of which little changed."""
