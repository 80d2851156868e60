"""Where the analysis `outside_scores` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=92,
    figure="outside_scores",
    told=72,
    question="like",
    needs=("asked", "fits", "scores"),
)
