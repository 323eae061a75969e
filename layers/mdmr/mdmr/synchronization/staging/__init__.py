"""Staging: every record of a set is checked before anything of it is applied."""
