"""Notices to many organizations, each told once."""
