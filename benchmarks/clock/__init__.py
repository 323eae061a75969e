"""How fast virtual time passes on the embedded AWS."""
