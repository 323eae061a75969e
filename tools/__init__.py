"""What this repository checks itself with; run by `make check`, never deployed."""
