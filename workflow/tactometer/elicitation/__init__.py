"""Elicitation: building the prompts of a study, and asking each checkpoint what is missing.

Open `requests.py` first, then `ask.py`.
"""
