"""Where the analysis `analysis_choices` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=127,
    figure="analysis_choices",
    told=97,
    question="trust",
    needs=("asked", "second_fit"),
)
