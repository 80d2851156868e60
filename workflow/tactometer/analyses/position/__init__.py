"""Option-order bias: whether an option is chosen for the position at which it was listed. Open
`computation.py` first.
"""
