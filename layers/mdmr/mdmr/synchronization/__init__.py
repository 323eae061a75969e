"""Synchronization: file sets that tell the master directory what there is, and since when."""
