"""Tactometer measures how a language model trades honesty against kindness."""

__version__ = "0.1.0"
