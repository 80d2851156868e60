"""Providers of answers: models behind an API, open weights, and simulated speakers.

Open `provider.py` first: it is the interface that each folder implements.
"""
