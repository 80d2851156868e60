"""Quarters of training: whether the first moves a speaker most. Open `computation.py` first."""
