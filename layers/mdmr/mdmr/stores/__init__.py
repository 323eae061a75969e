"""Adapters of the ports: in memory, and on AWS. Nothing imports this room but `runtime`."""
