"""Answers as the choices of a conditional logit on option and place."""

from __future__ import annotations

import numpy as np

from tactometer.analyses.answer_arrays import Answers
from tactometer.inference import position_bias
from tactometer.inference.position_bias import Choices, PositionFit


def fitted(answers: Answers) -> PositionFit:
    """The conditional logit of one (model, checkpoint, goal), over all its framings and states."""
    vignettes = answers.frame["vignette"].rank("dense").cast(int).to_numpy() - 1
    _, first = np.unique(answers.cell, return_index=True)
    states = answers.frame["state"].rank("dense").cast(int).to_numpy() - 1
    return position_bias.fit(
        Choices(
            answers.shares * answers.count[:, None],
            answers.places,
            answers.cell,
            states[first],
            vignettes,
        )
    )
