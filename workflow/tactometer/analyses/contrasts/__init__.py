"""The analysis `contrasts`. Open computation.py; declaration.py says where it stands."""
