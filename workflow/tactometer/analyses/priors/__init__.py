"""Priors: how far a result hangs on the prior of its speaker. Open `computation.py` first."""
