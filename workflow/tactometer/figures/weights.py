"""The three weights of the speaker's utility, by goal, for every model."""

from tactometer.figures.posteriors import draw_parameters
from tactometer.figures.style import Drawing
from tactometer.figures.text import POINT_AND_HDI, Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "What does the speaker weigh?",
    "The three weights sum to 1. A low φ* together with a high ω pre and low ω inf and ω soc"
    " is the signature of sycophancy: to be seen as kind counts for more than to be it.",
    POINT_AND_HDI,
    "Posterior of the weights on being informative, being kind and looking good, by goal.",
)


def plot(tables: Tables) -> Drawing:
    """ω inf, ω soc and ω pre with 95% HDIs."""
    return draw_parameters(tables, ["omega_inf", "omega_soc", "omega_pre"])
