"""Where the analysis `profiles` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=10, figure="efforts", told=130, question="look", needs=("asked", "fits"), headline=10
)
