"""What the report says about each figure, whatever the numbers are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """A question that figures, and the tables behind them, answer."""

    name: str
    title: str
    figures: tuple[str, ...]


ANSWER = "answer"
"""The figure that opens the page."""

SECTIONS = (
    Section(
        "look",
        "What does the speaker weigh, how does it want to look?",
        ("phi", "weights", "comparison"),
    ),
    Section(
        "change",
        "What do goals, reasoning and training change?",
        (
            *("efforts", "mixed_effects", "shifts"),
            *(
                "trajectories",
                "movement",
                "quarters",
                "convergence",
                "contrasts",
                "variance_shares",
            ),
        ),
    ),
    Section(
        "like",
        "How like people, how like a sycophant?",
        ("sycophancy", "likeness", "outside_scores"),
    ),
    Section("published", "How do published figures compare?", ("replication",)),
    Section("said", "What was said, what do the words mean to it?", ("responses", "semantics")),
    Section(
        "prompts",
        "What does the form of the prompt do?",
        (
            "framing_effects",
            "factor_effects",
            "factor_shares",
            "moderation",
            "position",
            "vignette_effects",
            "attribution",
        ),
    ),
    Section(
        "trust",
        "Can the numbers be trusted?",
        ("analysis_choices", "diagnostics", "recovery", "predictive"),
    ),
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
