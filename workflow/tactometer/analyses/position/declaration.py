"""Where the analysis `position` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=120,
    tests=True,
    figure="position",
    told=100,
    question="prompts",
    needs=("asked", "options"),
)
