"""Where the analysis `trajectories` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=40, figure="trajectories", question="change", needs=("asked", "fits", "training")
)
