"""TODO trajectories."""
