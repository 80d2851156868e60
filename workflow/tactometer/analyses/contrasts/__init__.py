"""Contrasts of training conditions: base model, data set and method, as matched posterior
differences. Open `computation.py` first.
"""
