"""What the report says about each figure, whatever the numbers are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A figure's heading, what to look at, how it was estimated, and its alternative text."""

    title: str
    reading: str
    estimator: str
    alt: str


HDI = "A point is a posterior mean, a line the 95% highest-density interval (HDI)."

TEXTS = {
    "phi": Text(
        "How does the speaker want to look?",
        "φ* near 1: the speaker wants to look informative; near 0: kind. Compare a model with the"
        " human band of the same goal, and its goals with one another.",
        HDI,
        "Posterior of phi by goal for every model, beside the human interval.",
    ),
    "weights": Text(
        "What does the speaker weigh?",
        "The three weights sum to 1. A low φ* together with a high ω pre and low ω inf and ω soc"
        " is the signature of sycophancy: to be seen as kind counts for more than to be it.",
        HDI,
        "Posterior of the weights on being informative, being kind and looking good, by goal.",
    ),
    "responses": Text(
        "What was said?",
        "A speaker who says what it thinks moves from “terrible” to “amazing” with the state; a"
        " polite one turns to “not” in the low states. This is data, before any model of it.",
        "Shares of the answers over all framings, Wilson's 95% interval.",
        "Share of each of the eight utterances by state and goal for every model.",
    ),
    "semantics": Text(
        "What do the words mean to it?",
        "θ is how true an utterance is of a state. Flat curves mean that the words carry little"
        " information, and that no weight can be read from them.",
        "Yes/no answers with a uniform prior, 95% HDI.",
        "Literal semantics of each utterance over the states for every model.",
    ),
    "predictive": Text(
        "Does the fitted speaker say what was said?",
        "Points on the diagonal are reproduced. Hollow squares lie outside the interval: with 95%"
        " intervals about one in twenty is expected, many more speak against the model.",
        "Posterior mean of the share and 95% interval of replicated shares.",
        "Predicted shares of the utterances against those in the data.",
    ),
    "recovery": Text(
        "Are known speakers recovered?",
        "Simulated speakers answered in words and went the whole way that a model goes. The"
        " interval should hold the truth for about 95 of 100 parameters.",
        HDI + " The upright bar is the truth.",
        "Posteriors of simulated speakers beside the parameters that they were simulated with.",
    ),
    "diagnostics": Text(
        "Did the sampler converge?",
        "Every point is a fit. What lies beyond a dashed line should not be read.",
        "R-hat and effective sample size over all chains, the worst parameter of each fit.",
        "R-hat, effective sample size, divergences and treedepth hits of every fit.",
    ),
}


@dataclass(frozen=True)
class Section:
    """A question that figures, and the tables behind them, answer."""

    name: str
    title: str
    figures: tuple[str, ...]


SECTIONS = (
    Section(
        "look", "What does the speaker weigh, and how does it want to look?", ("phi", "weights")
    ),
    Section("said", "What was said, and what do the words mean to it?", ("responses", "semantics")),
    Section("trust", "Can the numbers be trusted?", ("diagnostics", "recovery", "predictive")),
)

QUESTION = (
    "When a friend shows a creation that is not good, does the speaker tell the truth, spare the"
    " friend, or look after its own image? The answers to such questions are fitted with a model"
    " of polite speech: what comes out is how much the speaker weighs each of the three."
)

HUMAN_REMARK = (
    "The published values are point estimates of Yoon, Tessler, Goodman and Frank (2020). Under"
    " the model of this report, with the integral over φ exact, the published point has a joint"
    " log posterior about 26 nats below the mode: it is short of the mode. φ* and ω soc agree; ω"
    " pre and α come out higher here. The posterior is the yardstick, the published point is shown"
    " beside it."
)
