"""The words that stand beside a figure."""

from __future__ import annotations

from dataclasses import dataclass

POINT_AND_HDI = "A point is a posterior mean, a line the 95% highest-density interval (HDI)."


@dataclass(frozen=True)
class Text:
    """A figure's heading, what to look at, how it was estimated, and its alternative text."""

    title: str
    reading: str
    estimator: str
    alt: str
