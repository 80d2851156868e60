"""Sycophancy score: the posterior probability of low phi, high presentational and low other
weights, against people. Open `computation.py` first.
"""
