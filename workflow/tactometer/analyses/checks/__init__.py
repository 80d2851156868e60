"""The analysis `checks`. Open computation.py; declaration.py says where it stands."""
