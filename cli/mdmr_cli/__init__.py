"""The `mdmr` command: the hub at the desk of an organization or its operator. Never deployed."""
