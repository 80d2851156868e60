"""Similarity to people: distance of each model's choices and parameters from the human baseline,
goal by goal. Open `computation.py` first.
"""
