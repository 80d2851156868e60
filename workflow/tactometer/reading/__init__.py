"""Reading: from answers to choices, counts and semantics. Open choices.py, then replies.py."""
