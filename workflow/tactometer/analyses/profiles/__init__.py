"""The analysis `profiles`. Open computation.py; declaration.py says where it stands."""
