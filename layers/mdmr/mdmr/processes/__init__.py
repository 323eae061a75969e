"""Which process works which type of file."""
