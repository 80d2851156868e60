"""Change over training: total movement of each parameter, its share in the first quarter, and when
it settles. Open `computation.py` first.
"""
