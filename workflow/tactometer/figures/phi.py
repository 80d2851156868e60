"""phi*, the impression that the speaker wants to leave, by goal, for every model."""

from tactometer.figures.posteriors import draw_parameters
from tactometer.figures.study import Study
from tactometer.figures.style import Drawing


def plot(study: Study) -> Drawing:
    """φ* with 95% HDIs."""
    return draw_parameters(study, ["phi"], "φ*: how the speaker wants to look")
