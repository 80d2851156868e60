"""TODO reading."""
