"""Simulated speakers: Rational Speech Act speakers with known parameters that answer in words.

Open `provider.py` first.
"""
