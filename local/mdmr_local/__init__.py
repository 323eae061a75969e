"""The hub on one machine: the same template, handlers and machines, no account. Not deployed."""
