"""Where the analysis `contrasts` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=60,
    tests=True,
    figure="contrasts",
    told=40,
    question="change",
    needs=("asked", "fits", "alike"),
)
