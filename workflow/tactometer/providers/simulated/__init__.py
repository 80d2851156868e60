"""TODO simulated."""
