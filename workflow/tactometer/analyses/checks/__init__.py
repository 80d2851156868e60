"""Data quality checks: invalid answers, label probability mass, fits that failed their diagnostics,
parameters that the data did not move. Open `computation.py` first.
"""
