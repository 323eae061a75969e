"""Time as the hub keeps it: EST all year, half-open periods, slots of a run."""
