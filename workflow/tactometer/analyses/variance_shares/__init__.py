"""Shares of variance: base model against data set against method. Open `computation.py` first."""
