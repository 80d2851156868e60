"""The analysis `movement`. Open computation.py; declaration.py says where it stands."""
