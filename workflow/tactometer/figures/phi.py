"""phi*, the impression that the speaker wants to leave, by goal, for every model."""

from tactometer.figures.posteriors import draw_parameters
from tactometer.figures.style import Drawing
from tactometer.tables.reader import Tables


def plot(tables: Tables) -> Drawing:
    """φ* with 95% HDIs."""
    return draw_parameters(tables, ["phi"], "φ*: how the speaker wants to look")
