"""Shares of variance: how much of what differs from prompt to prompt is framing, a factor of the
scenes, the vignette or names. Open `computation.py` first.
"""
