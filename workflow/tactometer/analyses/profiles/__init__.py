"""TODO profiles."""
