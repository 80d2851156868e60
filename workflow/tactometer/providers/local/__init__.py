"""Open-weight models run on this machine by vLLM or transformers: chat templates, exact label
probabilities, checkpoint swaps.

Open `provider.py` first.
"""
