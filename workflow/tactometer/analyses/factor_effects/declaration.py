"""Where the analysis `factor_effects` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=102,
    tests=True,
    figure="factor_effects",
    told=92,
    question="prompts",
    needs=("asked", "fits", "factors"),
)
