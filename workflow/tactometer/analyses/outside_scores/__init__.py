"""Outside scores: parameters beside other measures of the same models. Open `computation.py`
first.
"""
