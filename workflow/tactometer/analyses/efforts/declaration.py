"""Where the analysis `efforts` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(place=35, told=35, question="change", needs=("asked", "thoughts"))
