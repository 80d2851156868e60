"""Training trajectories: each parameter with its intervals over the checkpoints of a run. Open
`computation.py` first.
"""
