"""Where the analysis `shifts` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=20,
    tests=True,
    figure="shifts",
    told=10,
    question="change",
    needs=("asked", "fits", "goals_or_efforts"),
    headline=20,
)
