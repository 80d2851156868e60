"""The analysis `attribution`. Open computation.py; declaration.py says where it stands."""
