"""The Rational Speech Act model of a polite speaker (Yoon and others 2020): its variants, a
reference implementation in numpy, and the unconstrained coordinates that Stan samples in.

Open `reference.py` first, then `variants.py`.
"""
