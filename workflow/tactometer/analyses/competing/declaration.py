"""Where the analysis `competing` stands in the report."""

from tactometer.study.analyses import Analysis

ANALYSIS = Analysis(
    place=145,
    told=140,
    question="trust",
    needs=("asked", "vignettes"),
    space=True,
)
