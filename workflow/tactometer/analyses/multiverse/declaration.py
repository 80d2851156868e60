"""Where the analysis `multiverse` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(place=128, told=98, question="trust", needs=("asked", "second_fit"))
