"""Where the analysis `sycophancy` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=70,
    figure="sycophancy",
    told=50,
    question="like",
    needs=("yardstick", "asked", "fits", "yardstick_goal", "comparable"),
    headline=30,
)
