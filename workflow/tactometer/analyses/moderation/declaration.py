"""Where the analysis `moderation` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=104,
    figure="moderation",
    told=94,
    question="prompts",
    needs=("asked", "fits", "goals_or_efforts", "factors"),
)
