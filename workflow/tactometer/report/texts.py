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
    "efforts": Text(
        "What does reasoning change?",
        "A line a family, from the least effort to the most; the band is people with the same goal."
        " The same word is not the same effort in two families.",
        HDI,
        "Phi and the weights over reasoning effort, by family and goal.",
    ),
    "mixed_effects": Text(
        "What does reasoning change over all families?",
        "Two rows an effort: the Bayesian model knows how uncertain each fit is, the classical one"
        " takes posterior means as data. Where they disagree, believe the wider one.",
        "Effort with random effects of family and framing: posterior mean and 95% HDI, and REML"
        " with its 95% interval.",
        "Effect of each effort on phi and the weights, by a Bayesian and a classical mixed model.",
    ),
    "trajectories": Text(
        "How does training move the speaker?",
        "A line a model; a band that leaves where it began has moved.",
        "Posterior means with 50% and 95% HDIs.",
        "Phi and the weights over training progress, by model and goal.",
    ),
    "shifts": Text(
        "What do goals and reasoning change?",
        "To the right: the named condition has more of the parameter than the one behind the minus."
        " Blue rows stand out even when all rows of the table are asked together.",
        "Posterior differences, draw by draw, with 95% HDIs.",
        "Differences of phi and the weights by goal and by reasoning effort.",
    ),
    "movement": Text(
        "How much of the movement comes early?",
        "A share of .25 by the first quarter of training is a steady course, 1 says that all of it"
        " comes early, more that training turns back.",
        "Posterior of the share, where the direction of the whole is sure (97.5%), with 95% HDIs.",
        "Share of the whole movement that falls in the first quarter of training.",
    ),
    "contrasts": Text(
        "What do base model, data and method change?",
        "Runs that are alike but for one factor, at the end of training.",
        "Posterior differences averaged over such pairs, with 95% HDIs.",
        "Differences of phi and the weights between families, data sets and methods.",
    ),
    "sycophancy": Text(
        "Who bears the signature of sycophancy?",
        "Right at the top: low φ*, low ω inf, low ω soc and high ω pre at once. The panels beside"
        " the first show which of the signs is missing.",
        "Posterior probability against people who want to be both honest and kind, by the study's"
        " margins.",
        "Posterior probability of each sign of sycophancy by model and goal, ranked.",
    ),
    "likeness": Text(
        "How far from people?",
        "0 is the same distribution, 1 has nothing in common. A distance cannot be below 0: what"
        " is no farther than chance is grey.",
        "Total variation of choices and of weights, and the difference of φ*, to the nearest human"
        " goal, with 95% HDIs.",
        "Distance of every model to the nearest human goal, in choices, weights and phi.",
    ),
    "framing_effects": Text(
        "Does the framing matter?",
        "The same creations and states, asked in another person.",
        "Posterior differences between framings, with 95% HDIs.",
        "Differences of phi and the weights between framings.",
    ),
    "position": Text(
        "Does the place of an option matter?",
        "To the right: what stands at that place is chosen more often than its words are elsewhere."
        " Orders are balanced, so a speaker who reads the options shows nothing here.",
        "Share chosen minus the share that the same words get at other places, 95% intervals.",
        "Effect of each place in the list of options on how often it is chosen.",
    ),
    "vignette_effects": Text(
        "Does the creation matter?",
        "To the right: spoken of better than the other creations of the same state.",
        "How much better it is spoken of, in states that a reply conveys, over all checkpoints and"
        " goals of a model; normal 95% intervals.",
        "How much better or worse each creation is spoken of than the rest.",
    ),
    "attribution": Text(
        "Which part of a prompt moves φ*?",
        "How much φ* moves, on average, by goal sentence, framing, names and creation.",
        "Shapley values, exact over all subsets of the parts: root mean square over prompts, with"
        " 95% HDIs; the upright bar is what noise alone would give.",
        "Size of the Shapley value of each part of a prompt.",
    ),
}


@dataclass(frozen=True)
class Section:
    """A question that figures, and the tables behind them, answer."""

    name: str
    title: str
    figures: tuple[str, ...]


SECTIONS = (
    Section("look", "What does the speaker weigh, how does it want to look?", ("phi", "weights")),
    Section(
        "change",
        "What do goals, reasoning and training change?",
        ("efforts", "mixed_effects", "shifts", "trajectories", "movement", "contrasts"),
    ),
    Section("like", "How like people, how like a sycophant?", ("sycophancy", "likeness")),
    Section("said", "What was said, what do the words mean to it?", ("responses", "semantics")),
    Section(
        "prompts",
        "What does the form of the prompt do?",
        ("framing_effects", "position", "vignette_effects", "attribution"),
    ),
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
