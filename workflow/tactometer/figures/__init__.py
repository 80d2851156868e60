"""Figures that belong to no analysis, and the style, colours and drawing routines of all.

Open `style.py` first; `weights.py` is a short figure to begin with.
"""
