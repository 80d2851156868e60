"""TODO crossings."""
