"""Convergence: whether runs of a training method end closer than they began. Open `computation.py`
first.
"""
