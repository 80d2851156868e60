"""TODO speaker_model."""
