"""Replication: published figures beside those of a study. Open `computation.py` first."""
