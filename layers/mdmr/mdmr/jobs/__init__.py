"""Long work on large files: ranges, batches, parts, plans written once, sorted results merged."""
