"""Reading replies: from a model's answers to choices, counts and literal semantics.

Open `choices.py` first; the rules for replies in words are in `reply_grammar/`.
"""
