"""Moderation: how far effects of goals and efforts hang on the level of a factor, such as the
wording. Open `computation.py` first.
"""
