"""Where the analysis `movement` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=50,
    tests=True,
    figure="movement",
    told=30,
    question="change",
    needs=("asked", "fits", "training"),
)
