"""Elicitation: from prompts to answers.

Open requests.py for the design of the prompts, ask.py for how a checkpoint is asked.
"""
