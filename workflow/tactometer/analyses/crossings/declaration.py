"""Where the analysis `crossings` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=80,
    told=60,
    question="like",
    needs=("yardstick", "asked", "fits", "yardstick_goal", "comparable", "social"),
)
