"""A sampled posterior: draws, diagnostics, predictions."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tactometer.inference.behaviour import Behaviour
from tactometer.inference.intervals import thinned
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.summaries import (
    Diagnostics,
    scalars,
    summarise,
)
from tactometer.speaker_model.speaker_coordinates import Natural
from tactometer.speaker_model.variants import UTILITIES, SpeakerModel
from tactometer.utils.arrays import Array

DIMS: dict[str, tuple[str, ...]] = {
    "phi": ("goal",),
    "omega": ("goal", "utility"),
    "theta": ("utterance", "state"),
    "counts": ("goal", "state", "utterance"),
    "yes": ("utterance", "state"),
    "n": ("utterance", "state"),
    "values": ("state",),
    "negated": ("utterance",),
}
"""The dimensions of a posterior's arrays, behind chain and draw."""


@dataclass(frozen=True, eq=False)
class Sampled:
    """A posterior sample: draws [chain, draw, ...] of alpha, phi [goal], omega [goal, 3], cost,
    lapse, theta [utterance, state].

    What a speaker does not have is absent; a utility that it does not weigh has omega 0. `modes`
    has a row for each mode and parameter if there are several (columns of `tables/modes`).
    """

    behaviour: Behaviour
    speaker: SpeakerModel
    settings: SamplingSettings
    draws: Mapping[str, Array]
    stats: Mapping[str, Array]
    diagnostics: Diagnostics
    modes: list[dict[str, Any]] = field(default_factory=list)

    def summary(self) -> list[dict[str, Any]]:
        """One row per natural parameter (and goal, None where it is shared): the columns of
        `tables/estimates`.
        """
        return [
            {"parameter": name, "goal": goal, **summarise(name, x, self.speaker)}
            for (name, goal), x in scalars(self.draws, self.behaviour.goals).items()
        ]

    def predict(self, draws: int = 300) -> Array:
        """Posterior predictive p(u|s) [draw, goal, state, utterance] of draws spread evenly over
        the chains.
        """
        return self.predict_at(thinned(self.stats["lp"].size, draws))

    def predict_at(self, picked: NDArray[np.int64]) -> Array:
        """The same of these draws, numbered through all chains."""
        return np.exp(_log_speaker(self, picked))

    def parts(self) -> dict[str, dict[str, ArrayLike]]:
        """The arrays of an InferenceData: draws, sample_stats, the behaviour as observed_data."""
        b = self.behaviour
        return {
            "posterior": dict(self.draws),
            "sample_stats": {**self.stats, "diverging": self.stats["diverging"].astype(bool)},
            "observed_data": {"counts": b.counts, "yes": b.yes, "n": b.n},
            "constant_data": {"values": b.values, "negated": _flags(b)},
        }

    def coordinates(self) -> dict[str, list[str]]:
        """Coordinate labels along the dimensions of `DIMS`."""
        b = self.behaviour
        return {
            "goal": list(b.goals),
            "utility": list(UTILITIES),
            "utterance": list(b.utterances),
            "state": list(b.states),
        }

    def attributes(self) -> dict[str, Any]:
        """Diagnostics, speaker and settings, as the attributes of the posterior."""
        fields = {key: _plain(value) for key, value in asdict(self.diagnostics).items()}
        return {**fields, "speaker": self.speaker.name, **_settings(self.settings)}


NODES, LEAST_NODES = 5, 24  # of the phi integral for each unit of alpha: log p right within 1e-4


def nodes_for(alpha: ArrayLike) -> int:
    """Nodes of the phi integral that are enough for predictions at these alphas."""
    return max(LEAST_NODES, round(NODES * float(np.max(alpha))))


def _log_speaker(sampled: Sampled, picked: NDArray[np.int64]) -> Array:
    total = sampled.stats["lp"].size
    flat = {k: x.reshape(total, *x.shape[2:])[picked] for k, x in sampled.draws.items()}
    b = sampled.behaviour
    nodes = nodes_for(flat["alpha"])
    theta = flat.get("theta", b.theta)
    return sampled.speaker.log_speaker(Natural.of(flat), theta, b.values, b.negated, nodes)


def _flags(behaviour: Behaviour) -> Array:
    absent = np.zeros(len(behaviour.utterances))
    return absent if behaviour.negated is None else np.asarray(behaviour.negated, dtype=float)


def _plain(value: Any) -> Any:
    """What a netCDF attribute can hold."""
    if isinstance(value, tuple) and value and isinstance(value[0], str):
        return "; ".join(value)
    return list(value) if isinstance(value, tuple) else value


def _settings(settings: SamplingSettings) -> dict[str, Any]:
    return {key: value for key, value in asdict(settings).items() if value is not None}
