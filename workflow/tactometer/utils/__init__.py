"""Helpers without knowledge of the field: atomic file writes, content digests, user errors.

Open `errors.py` first: `UserError` is how all bad input is reported.
"""
