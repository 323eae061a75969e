"""Staging: every check of a complete set before anything of it is applied."""
