"""The analysis `mixed_effects`. Open computation.py; declaration.py says where it stands."""
