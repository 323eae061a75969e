"""What the operator does to a hub: its registry, its parameters, its numbers from before."""
