"""The journal: an append-only JSON Lines log of every answer, which is never deleted and never
asked again.

Open `journal.py` first.
"""
