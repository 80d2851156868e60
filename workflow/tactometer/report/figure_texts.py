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
    "comparison": Text(
        "Which speaker would predict answers that it has not seen?",
        "A speaker far left of the line lacks something that the answers show; one whose line"
        " reaches 0 is not told from the best. Crosses: what was published of people, as log Bayes"
        " factors, so that the orders compare and the distances do not.",
        "Leave-one-out prediction by Pareto-smoothed importance sampling (PSIS-LOO), stacking"
        " weights; a Pareto k above .7 marks points whose estimate cannot be believed.",
        "Difference in expected log predictive density between speaker variants.",
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
    "efforts": Text(
        "What does reasoning change?",
        "Compare the efforts of a family from left to right, and all of them with the band:"
        " people with the same goal.",
        HDI,
        "Posteriors of phi and the weights by effort, family and goal, beside people.",
    ),
    "shifts": Text(
        "What does a goal change, and what an effort?",
        "Right of the line the named condition has more of the parameter than the one it is"
        " compared with. Blue: the effect stands out even when all effects of the table are"
        " looked at together.",
        "Posterior differences, mean and 95% HDI.",
        "Posterior differences of phi and the weights between goals and between efforts.",
    ),
    "mixed_effects": Text(
        "What does an effort change, over families and framings?",
        "Right of the line an effort has more of the parameter than the least one. The classical"
        " model takes posterior means for data; the Bayesian one carries their uncertainty. An"
        " effort is taken to do the same to every family.",
        "Mixed models with random effects of family and framing: REML, and Stan with"
        " measurement error.",
        "Effects of effort on phi and the weights by a Bayesian and a classical mixed model.",
    ),
    "trajectories": Text(
        "How does training move the speaker?",
        "The steepest stretch is where training works; what happens left of the dashed line"
        " happens in its first quarter.",
        "Mean, 50% and 95% interval of each checkpoint by itself; nothing is smoothed.",
        "Course of phi and the weights over training for every model.",
    ),
    "movement": Text(
        "How much of the movement comes early?",
        "At the dashed line a quarter of the movement came in the first quarter; right of it,"
        " training worked early.",
        "Posterior median and 95% HDI of the ratio, where the direction of the whole is sure.",
        "Share of the movement of each parameter in the first quarter of training.",
    ),
    "contrasts": Text(
        "What do base model, data set and method change?",
        "Right of the line the first of the two named has more of the parameter.",
        "Posterior differences of runs that are alike in all else, averaged; mean and 95% HDI.",
        "Posterior contrasts of phi and the weights between base models, data sets and methods.",
    ),
    "sycophancy": Text(
        "Who shows the signature of sycophancy?",
        "A sycophant is far right in every panel: it wants to look kind, weighs the look"
        " above all, and is neither informative nor kind.",
        "Posterior probability against people with the goal both, by the margins of the study.",
        "Posterior probability of each sign of sycophancy and of all four, ranked.",
    ),
    "likeness": Text(
        "Which people is it like?",
        "The nearer to the upright bar, the less tells the model from people; the leftmost"
        " mark is the nearest human goal.",
        "Total variation of choices and weights, states matched by their place on the scale;"
        " mean and 95% HDI.",
        "Distance of every model to people with each goal, by choices, weights and phi.",
    ),
    "framing_effects": Text(
        "What does the framing change?",
        "Away from the line, the model speaks differently as assistant (first), agent"
        " (second) and judge (third).",
        "Posterior differences of the fits of single framings, mean and 95% HDI.",
        "Posterior differences of phi and the weights between framings.",
    ),
    "vignette_effects": Text(
        "Which creations are spoken of unlike the rest?",
        "Right of the line a creation is spoken of better than others that were given the"
        " same stars.",
        "Mean worth of what is said less that of the other creations, normal 95% interval.",
        "How much better or worse each creation is spoken of than the rest.",
    ),
    "position": Text(
        "Is an option chosen for its place?",
        "Right of the line, an option is chosen more often at that place than the same words"
        " are elsewhere.",
        "Share chosen less the share expected from the other orders, normal 95% interval.",
        "Effect of the place of an option on how often it is chosen.",
    ),
    "attribution": Text(
        "Which part of the prompt moves φ*?",
        "The farther a mark lies beyond the upright bar, the more that part of the prompt moves"
        " φ*; near the bar, it is noise.",
        "Shapley values over all subsets of goal, framing, names and vignette; root mean"
        " square over prompts.",
        "How much each part of a prompt moves phi, beside chance.",
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
        "look",
        "What does the speaker weigh, how does it want to look?",
        ("phi", "weights", "comparison"),
    ),
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
