"""The three weights of the speaker's utility, by goal, for every model."""

from tactometer.figures.posteriors import draw_parameters
from tactometer.figures.study import Study
from tactometer.figures.style import Drawing


def plot(study: Study) -> Drawing:
    """ω inf, ω soc and ω pre with 95% HDIs."""
    title = "What the speaker weighs: being informative, being kind, looking good"
    return draw_parameters(study, ["omega_inf", "omega_soc", "omega_pre"], title)
