"""Processing: what the records of a loaded set change in the master directory."""
