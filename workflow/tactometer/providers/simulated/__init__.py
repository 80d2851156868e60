"""Simulated speakers: known parameters, answers in words. Open provider.py."""
