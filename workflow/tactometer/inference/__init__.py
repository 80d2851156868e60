"""Inference: from counts to posteriors.

Open fit.py for what is fitted, sampling.py for how a posterior is sampled and believed,
described.py for whether there is a speaker at all.
"""
