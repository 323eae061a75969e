"""One organization's flood, and how long the others wait."""
