"""Where the analysis `quarters` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=52,
    figure="quarters",
    told=32,
    question="change",
    needs=("asked", "fits", "training", "quarters"),
)
