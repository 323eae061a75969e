"""How long it takes to keep many numbers from before."""
