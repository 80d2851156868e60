"""Where the analysis `profiles` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(place=10, drawn=False)
