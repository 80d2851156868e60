"""TODO movement."""
