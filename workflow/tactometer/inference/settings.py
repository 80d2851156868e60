"""How to sample: chains, warm-up, draws, step sizes."""

from dataclasses import dataclass, replace

from tactometer.speaker_model.semantics import Semantics

# cheapest in all: with fixed semantics .85 costs 30% more, for a fit is run again twice as often
_DELTA = 0.93


# by how much steps may be refused less often: in a first run, and in later ones
FINER = (1, 3, 25, 100)


@dataclass(frozen=True)
class SamplingSettings:
    """MCMC settings; `adapt_delta` None is the measured one, `parallel_chains` None means as many
    as there are cores.
    """

    semantics: Semantics = "joint"
    chains: int = 4
    warmup: int = 400
    draws: int = 1000
    seed: int = 1
    adapt_delta: float | None = None
    max_treedepth: int = 10
    parallel_chains: int | None = None

    @property
    def delta(self) -> float:
        """Target acceptance of step-size adaptation: lower is faster, and diverges sooner."""
        return self.adapt_delta or _DELTA

    def finer(self, times: float) -> "SamplingSettings":
        """The same with steps that are so many times less often refused."""
        return replace(self, adapt_delta=1 - (1 - self.delta) / times)
