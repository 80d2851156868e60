"""TODO position."""
