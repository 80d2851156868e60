"""The tables of a study: estimates, diagnostics, counts and more, gathered from fits and answers,
and their data dictionary.

Open `gather.py` first; `reader.py` is how figures read them.
"""
