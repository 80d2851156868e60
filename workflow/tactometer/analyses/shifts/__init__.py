"""TODO shifts."""
