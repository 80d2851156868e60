"""Bayesian inference: the posterior of a speaker model from its choice counts, sampled by NUTS in
Stan, with diagnostics, model comparison and simulation-based calibration.

Open `fit.py` first, then `sampling.py`.
"""
