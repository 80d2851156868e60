"""Where the analysis `priors` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(place=145, told=125, question="trust", needs=("sampled",))
