"""Where the analysis `vignette_effects` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=110,
    tests=True,
    figure="vignette_effects",
    told=110,
    question="prompts",
    needs=("asked", "vignettes"),
)
