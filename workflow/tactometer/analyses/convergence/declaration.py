"""Where the analysis `convergence` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=54,
    figure="convergence",
    told=34,
    question="change",
    needs=("asked", "fits", "training", "runs"),
)
