"""Analysis choices: the same choices fitted in several ways, side by side. Open `computation.py`
first.
"""
