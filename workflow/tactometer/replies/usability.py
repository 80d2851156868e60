"""Whether an answer can be used: what a journal line says, whatever the estimator."""

import math
from collections.abc import Sequence
from typing import Final

from tactometer.replies.journal_line import JournalLine
from tactometer.replies.reply_reader import read_reply
from tactometer.replies.stop_reasons import no_answer

SURPLUS: Final = 0.01
"""By how much probabilities may add up to more than 1: servers round them."""


def why_unusable(line: JournalLine, options: Sequence[str]) -> str | None:
    """Why a journal line is no usable answer to a prompt with these options; None if it is one."""
    stopped = no_answer(line)
    if stopped is not None:
        return stopped
    if line["logprobs"] is not None:
        total = math.fsum(map(mass, line["logprobs"].values()))
        return "undecided" if not total else "error" if total > 1.0 + SURPLUS else None
    return read_reply(line["text"], options).reason


def mass(logprob: float) -> float:
    """The probability that a log-probability stands for; none of what is no number."""
    return 0.0 if math.isnan(logprob) else math.exp(min(logprob, 700.0))
