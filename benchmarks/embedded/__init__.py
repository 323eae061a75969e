"""Benchmark of synchronization sets on the deployed hub, from upload to reports."""
