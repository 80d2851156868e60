"""TODO framing_effects."""
