"""The analysis `trajectories`. Open computation.py; declaration.py says where it stands."""
