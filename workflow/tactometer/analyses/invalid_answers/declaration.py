"""Where the analysis `invalid_answers` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(place=142, told=127, question="trust", needs=("invalid",))
