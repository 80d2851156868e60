"""The analysis `position`. Open computation.py; declaration.py says where it stands."""
