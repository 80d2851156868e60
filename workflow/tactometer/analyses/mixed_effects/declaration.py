"""Where the analysis `mixed_effects` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=30,
    tests=True,
    figure="mixed_effects",
    told=20,
    files=("mixed_effects.stan",),
    question="change",
    needs=("asked", "fits", "families"),
)
