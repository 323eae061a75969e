"""What arrives: checks, decisions, what follows, runs of slots, the sweep."""
