"""Where the analysis `replication` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=15,
    figure="replication",
    told=7,
    question="published",
    needs=("asked", "published"),
)
