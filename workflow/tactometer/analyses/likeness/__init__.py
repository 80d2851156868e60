"""The analysis `likeness`. Open computation.py; declaration.py says where it stands."""
