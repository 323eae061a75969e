"""File sets from their first file to their end: complete, in order, one of an LDC at a time."""
