"""TODO contrasts."""
