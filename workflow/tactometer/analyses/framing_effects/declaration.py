"""Where the analysis `framing_effects` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=100,
    tests=True,
    figure="framing_effects",
    told=90,
    question="prompts",
    needs=("asked", "fits", "framings"),
)
