"""Where the analysis `shifts` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(place=20, tests=True, figure="shifts", told=10)
