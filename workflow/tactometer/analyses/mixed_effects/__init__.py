"""TODO mixed_effects."""
