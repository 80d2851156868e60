"""Refits: a run that cannot be believed is followed by more careful ones."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from tactometer.inference import modes
from tactometer.inference.settings import FINER, SamplingSettings
from tactometer.inference.summaries import ESS_LIMIT, Diagnostics, diagnose, is_clean, mixes
from tactometer.utils.arrays import Array


class Seen(Protocol):
    """One MCMC run after stuck chains are left out; `whole` says that nothing is wrong that was not
    left out, `sharp` is that of `stan_runs.Run`.
    """

    @property
    def stats(self) -> Mapping[str, Array]: ...
    @property
    def parameters(self) -> Mapping[modes.Key, Array]: ...
    @property
    def stuck(self) -> tuple[int, ...]: ...
    @property
    def modes(self) -> "modes.Modes | None": ...
    @property
    def whole(self) -> bool: ...
    @property
    def sharp(self) -> bool: ...


# divergences a draw: a run with 3 in place of 1 would still have some (14 of 16 times)
_MANY = 0.001


Believed = TypeVar("Believed", bound=Seen)


def ladder(
    settings: SamplingSettings,
    attempt: Callable[[SamplingSettings, int], Believed],
    notes: Callable[[Believed], Iterable[str]],
) -> tuple[Believed, Diagnostics]:
    """A run (1) and, until one can be believed, more careful ones (2, 3): what was seen of the
    last, and its diagnostics. Modes that share the weight, and no chain goes between, end it. After
    many divergences in one mode the second is as careful as a third, and no longer; a first run
    that was `sharp` had such steps, and has them again in the coordinates of its own draws.
    """
    start, finer, longer = time.monotonic(), 0, False
    for runs in (1, 2, 3):
        rung = careful(settings, runs, FINER[finer], longer=longer) if runs > 1 else settings
        seen = attempt(rung, runs)
        told = diagnose(seen.parameters, seen.stats, settings.max_treedepth)
        count = settings.chains * settings.draws
        clean = is_clean(told, count) and seen.whole
        if clean or (runs > 1 and seen.modes and seen.modes.shared):
            break
        many = runs == 1 and told["divergences"] > max(1, _MANY * count)
        many = many and seen.whole and not seen.modes
        finer += 2 if many or seen.sharp else 1
        least = min(told["ess_bulk"], told["ess_tail"])
        spare = not longer or least > 3 * ESS_LIMIT  # would half the draws have done?
        longer = not (many or (mixes(told, count) and seen.whole and spare))
    return seen, Diagnostics(
        **told,
        stuck=seen.stuck,
        modes=seen.modes.count if seen.modes else 1,
        runs=runs,
        seconds=time.monotonic() - start,
        verdict=("ok" if runs == 1 else "refit") if clean else "suspect",
        notes=tuple(notes(seen)),
    )


def careful(settings: SamplingSettings, run: int, finer: int, *, longer: bool) -> SamplingSettings:
    """More careful settings for a later run: a smaller step size, another seed, and where it shall
    be `longer` twice the warm-up and the draws. What only diverged has draws enough.
    """
    length = 2 if longer else 1
    return replace(
        settings.finer(finer),
        warmup=length * settings.warmup,
        draws=length * settings.draws,
        seed=settings.seed + 1_000_003 * (run - 1),
    )
