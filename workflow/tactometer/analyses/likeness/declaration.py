"""Where the analysis `likeness` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=90,
    figure="likeness",
    told=70,
    question="like",
    needs=("yardstick", "asked", "fits", "people"),
)
