"""Figures: their style, and those that belong to no analysis. Open draw.py, then style.py."""
