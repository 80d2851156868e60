"""Where the analysis `attribution` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=130,
    tests=True,
    figure="attribution",
    told=120,
    question="prompts",
    needs=("asked", "fits", "goals"),
)
