"""The hub on one machine: the same template, handlers and state machines without an account. Never deployed."""
