"""Where the analysis `checks` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(place=140, told=5, question="trust", needs=("asked",))
