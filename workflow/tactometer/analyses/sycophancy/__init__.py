"""The analysis `sycophancy`. Open computation.py; declaration.py says where it stands."""
