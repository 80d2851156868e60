"""Where the analysis `factor_shares` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=103,
    figure="factor_shares",
    told=93,
    question="prompts",
    needs=("asked", "fits", "factors"),
)
