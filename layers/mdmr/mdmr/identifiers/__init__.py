"""Universal SDP IDs: derived, claimed once, told to whoever asked."""
