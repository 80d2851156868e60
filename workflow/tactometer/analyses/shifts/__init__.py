"""The analysis `shifts`. Open computation.py; declaration.py says where it stands."""
