"""The three weights of the speaker's utility, by goal, for every model."""

from tactometer.figures.posteriors import draw_parameters
from tactometer.figures.style import Drawing
from tactometer.tables.reader import Tables


def plot(tables: Tables) -> Drawing:
    """ω inf, ω soc and ω pre with 95% HDIs."""
    title = "What the speaker weighs: being informative, being kind, looking good"
    return draw_parameters(tables, ["omega_inf", "omega_soc", "omega_pre"], title)
