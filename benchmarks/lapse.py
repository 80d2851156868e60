"""What a lapse costs: processor time of an effective draw with it, over the plain program's.

    nice python benchmarks/lapse.py [--sets 6] [--times 3]

Each set of answers is fitted with and without a lapse in turn, so that whatever else the machine
does meets both; the figure is the geometric mean over sets of least bulk ESS per second of
processor time (warm-up and draws of all chains, whitening and process start-up included). The
speakers are those of fit.py, which never lapse, and the same with one answer in twenty blind.
benchmarks/lapse.json keeps the ratios; at most 1.5 is promised.
"""

import argparse
import json
import sys
from dataclasses import replace
from functools import partial

import fit
import numpy as np

from tactometer.inference import sampling, stan_runs
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.settings import SamplingSettings
from tactometer.speaker_model.variants import speaker
from tactometer.utils.arrays import Array

PROMISED = 1.5
KINDS = {
    "s1": ("s1", "joint"),
    "s2_fixed": ("s2", "fixed"),
    "s2_joint": ("s2", "joint"),
}


def blinded(behaviour: Behaviour, share: float, seed: int) -> Behaviour:
    """The same behaviour with that share of its choices drawn evenly from all utterances."""
    rng = np.random.default_rng([20261130, seed])
    counts = behaviour.counts.astype(int)
    moved = rng.binomial(counts, share)
    even = np.full(counts.shape[-1], 1 / counts.shape[-1])
    back = np.array([[rng.multinomial(n, even) for n in row] for row in moved.sum(axis=-1)])
    return replace(behaviour, counts=(counts - moved + back).astype(float))


def draws(variant: str, behaviour: Behaviour, settings: SamplingSettings) -> dict[str, Array]:
    """One run of the workflow's program of that variant, without its ladder."""
    problem = sampling.problem_of(behaviour, speaker(variant), settings)
    found = stan_runs.run(problem, settings)
    columns = sampling.natural_draws(found, problem)
    return {**columns, "divergences": found.columns["divergent__"][..., 0]}


def dearer(level: str, behaviour: Behaviour, settings: SamplingSettings, times: int) -> float:
    """The logarithm of what an effective draw costs with a lapse, over what it costs without."""
    logs: dict[str, list[float]] = {level: [], f"{level}-lapse": []}
    for seed in range(times):
        for variant, found in logs.items():
            run = partial(draws, variant)
            how = replace(settings, seed=settings.seed + seed)
            found.append(np.log(fit.measure(run, behaviour, how)["rate"]))
    plain, lapsing = (float(np.mean(found)) for found in logs.values())
    return plain - lapsing


def main() -> None:
    """Fit, print a table, write lapse.json; exit 1 where a lapse costs more than is promised."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sets", type=int, default=6)
    options.add_argument("--times", type=int, default=3, help="seeds of each set and program")
    at = options.parse_args()
    report = {"command": "python benchmarks/lapse.py", "sets": at.sets, "times": at.times}
    worst = 0.0
    for kind, (level, semantics) in KINDS.items():
        settings = SamplingSettings(parallel_chains=2, semantics=semantics)
        for variant in (level, f"{level}-lapse"):  # compile before the clock runs
            draws(variant, fit.simulated(0), replace(settings, warmup=20, draws=20))
        for name, share in (("none", 0.0), ("one in twenty", 0.05)):
            logs = [
                dearer(level, blinded(fit.simulated(index), share, index), settings, at.times)
                for index in range(at.sets)
            ]
            ratio = round(float(np.exp(np.mean(logs))), 2)
            worst = max(worst, ratio)
            spread = round(float(np.std(logs) / np.sqrt(len(logs))), 2)
            report[f"{kind}, lapses: {name}"] = {"ratio": ratio, "se_of_log": spread}
            print(f"{kind:9} lapses: {name:14} {ratio:5.2f} times the plain program", flush=True)
    (fit.HERE / "lapse.json").write_text(json.dumps(report, indent=1) + "\n")
    sys.exit(0 if worst <= PROMISED else 1)


if __name__ == "__main__":
    main()
