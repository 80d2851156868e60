"""Where the analysis `estimators` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(place=125, told=95, question="said", needs=("asked", "estimators"))
