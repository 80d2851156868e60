"""Shapley attribution: how much of a shift in phi each part of the prompt makes (goal, framing,
names, vignette). Open `computation.py` first.
"""
