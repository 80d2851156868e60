"""TODO likeness."""
