"""Where the analysis `variance_shares` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=62,
    figure="variance_shares",
    told=42,
    question="change",
    needs=("asked", "fits", "training", "crossed"),
)
