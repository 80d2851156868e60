"""The speaker model: its mathematics in numpy, its variants and coordinates.

Open reference.py for the equations, variants.py for the speakers that are fitted.
"""
