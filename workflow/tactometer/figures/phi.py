"""phi*, the impression that the speaker wants to leave, by goal, for every model."""

from tactometer.figures.posteriors import draw_parameters
from tactometer.figures.style import Drawing
from tactometer.figures.text import POINT_AND_HDI, Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "How does the speaker want to look?",
    "φ* near 1: the speaker wants to look informative; near 0: kind. Compare a model with the"
    " human band of the same goal, and its goals with one another.",
    POINT_AND_HDI,
    "Posterior of phi by goal for every model, beside the human interval.",
)


def plot(tables: Tables) -> Drawing:
    """φ* with 95% HDIs."""
    return draw_parameters(tables, ["phi"])
