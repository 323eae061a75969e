"""Benchmark of Universal SDP IDs."""
