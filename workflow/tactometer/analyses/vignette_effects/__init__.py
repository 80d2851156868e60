"""TODO vignette_effects."""
