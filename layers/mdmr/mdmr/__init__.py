"""Meter Data Management and Repository: the hub between smart meters and utility bills."""
