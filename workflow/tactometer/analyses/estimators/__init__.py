"""Estimators: whether a model says the same however it is asked. Open `computation.py` first."""
