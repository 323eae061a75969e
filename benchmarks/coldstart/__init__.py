"""What importing each handler costs a cold start."""
