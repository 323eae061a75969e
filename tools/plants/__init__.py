"""Faults planted one after the other in every part of the project: its tests must notice each."""
