"""The stage of the figures."""

from tactometer.study.outline import outline
from tactometer.study.stages import Stage

STAGES = (
    Stage(
        "draw",
        "figures.draw",
        "draw every figure, as SVG and PNG",
        needs={"study": "the study as it was pinned"},
        beside={"tables": "the folder of the tables", "out": "the folder of the figures"},
        makes={},
        keys=outline,
    ),
)
