"""The analysis `crossings`. Open computation.py; declaration.py says where it stands."""
