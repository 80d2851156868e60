"""The stage of the figures."""

from collections.abc import Iterator

from tactometer.study import figures
from tactometer.study.outline import outline
from tactometer.study.stages import Code, Stage


def _code() -> Iterator[tuple[str, Code]]:
    """The code of all figures, which `draw` calls by their names."""
    each = (f"{module}:plot" for module in figures.modules().values())
    yield "draw", Code(("figures.draw:run", *each))


PLACE = 60
STAGES = (
    Stage(
        "draw",
        "figures.draw",
        "draw every figure, as SVG and PNG",
        needs={"study": "the study as it was pinned", "code": "the recipe of the figures"},
        beside={
            "tables": "the folder of the tables",
            "kept": "the folder of the last drawings, by what they show",
            "out": "the folder of the figures",
        },
        makes={},
        code=_code,
        keys=outline,
    ),
)
