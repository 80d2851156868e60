"""How much faster the workflow's programs are than the straightforward one, on the same data.

    python benchmarks/fit.py [--sets 6] [--semantics fixed joint human sweep] [--numpyro PYTHON]

Every set is fitted by each program in turn (interleaved: whatever else the machine does meets all
of them), the human data three times, for one set alone would be at the mercy of a seed. The figure
is the least bulk ESS over alpha, phi, omega (and cost) per second of processor time, which a busy
machine bends less than wall time: warm-up and draws of all chains, whitening and process start-up
included, compiling not. NumPyro's compiled, vectorised NUTS takes the fixed sets too, given the
Python of an environment made from envs/numpyro.lock; `sweep` is how long 10,000 fits with fixed
semantics take as the workflow's own jobs, beside a gradient of the naive program (sweep.py).
benchmarks/fit.json keeps ratios to the naive program and what else does not depend on the machine,
and of the sweep what it took `here`.
"""

import argparse
import csv
import json
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import beside
import importance
import numpy as np
import sweep
import yaml

from tactometer.inference import cmdstan, sampling, stan_runs
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.mode_search import Problem
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.summaries import ess, rhat, scalars
from tactometer.speaker_model import reference
from tactometer.speaker_model.variants import speaker
from tactometer.utils.arrays import Array

HERE = Path(__file__).resolve().parent
RESOURCES = HERE.parent / "resources"
NAIVE = HERE / "stan" / "naive_s2.stan"
# least ratio of ESS a second to the naive program's, geometric mean over the sets
PROMISED = {"fixed": {"stan": 100}, "joint": {"stan": 10, "c++": 50}, "human": {"stan": 20}}
COMPILE, EXECUTABLE = cmdstan.compile_program, cmdstan.executable
# alpha, phi, omega: ordinary speakers, and one that would rather look good than be either
SPEAKERS = (
    (4.0, 0.8, (0.7, 0.1, 0.2)),
    (4.5, 0.2, (0.15, 0.15, 0.7)),
    (2.0, 0.5, (0.34, 0.33, 0.33)),
    (4.0, 0.4, (0.2, 0.5, 0.3)),
    (6.0, 0.6, (0.4, 0.2, 0.4)),
    (3.0, 0.3, (0.5, 0.2, 0.3)),
)


def simulated(index: int) -> Behaviour:
    """130 answers a state of a known speaker, and 52 yes/no answers a cell."""
    domain = yaml.safe_load((RESOURCES / "polite_speech" / "domain.yaml").read_text())
    utterances, states = tuple(domain["utterances"]), domain["states"]
    theta, values = np.array([domain["literal"][u] for u in utterances]), np.array(states, float)
    rng = np.random.default_rng([20260101, index])
    p = np.exp(reference.s2(*SPEAKERS[index % len(SPEAKERS)], theta, values))
    counts = np.array([[rng.multinomial(130, row / row.sum()) for row in p]], float)
    yes, n = rng.binomial(52, theta).astype(float), np.full(theta.shape, 52.0)
    names = tuple(str(state) for state in states)
    return Behaviour(counts, yes, n, values, None, ("default",), names, utterances)


def human() -> Behaviour:
    """The human figures: three goals that share alpha and cost."""
    goals, states = ("informative", "social", "both"), ("0", "1", "2", "3")
    production, semantics = (
        list(csv.DictReader((RESOURCES / "human" / f"yoon2020_{name}.csv").open()))
        for name in ("production", "semantics")
    )
    utterances = tuple(dict.fromkeys(row["utterance"] for row in semantics))
    counts, yes, n = np.zeros((3, 4, 8)), np.zeros((8, 4)), np.zeros((8, 4))
    for row in production:
        u = utterances.index(row["utterance"])
        counts[goals.index(row["goal"]), int(row["state"]), u] = float(row["count"])
    for row in semantics:
        cell = utterances.index(row["utterance"]), int(row["state"])
        yes[cell], n[cell] = float(row["yes"]), float(row["n"])
    negated = np.array([u.startswith("not ") for u in utterances])
    return Behaviour(counts, yes, n, np.arange(4.0), negated, goals, states, utterances)


def workflow(behaviour: Behaviour, settings: SamplingSettings, *, native: bool) -> dict[str, Array]:
    """One run of the workflow's program, without its ladder."""
    cmdstan.executable = partial(EXECUTABLE, native=native)  # type: ignore[assignment]
    try:
        known = speaker("s2", cost=behaviour.negated is not None)
        problem = sampling.problem_of(behaviour, known, settings)
        found = stan_runs.run(problem, settings)
        draws = sampling.natural_draws(found, problem)
    finally:
        cmdstan.executable = EXECUTABLE
    return {**draws, "divergences": found.columns["divergent__"][..., 0]}


def naive(behaviour: Behaviour, settings: SamplingSettings) -> dict[str, Array]:
    """One run of naive_s2.stan, with CmdStan's defaults but for adapt_delta."""
    data, init = naive_inputs(behaviour, joint=settings.semantics == "joint")
    fit = COMPILE(NAIVE).sample(
        data=data, inits=init, chains=settings.chains, parallel_chains=settings.parallel_chains,
        seed=settings.seed, iter_warmup=settings.warmup, iter_sampling=settings.draws,
        adapt_delta=settings.delta, show_progress=False,
    )  # fmt: skip
    names = ("alpha", "phi", "omega", *(("cost",) if data["has_cost"] else ()))
    columns = {name: fit.stan_variable(name) for name in names}
    by_chain = (settings.chains, settings.draws)
    found = {name: x.reshape(by_chain + x.shape[1:]) for name, x in columns.items()}
    if "cost" in found:
        found["cost"] = found["cost"][..., 0]
    return {**found, "divergences": fit.method_variables()["divergent__"].T}


def naive_inputs(behaviour: Behaviour, *, joint: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The data and the inits of naive_s2.stan."""
    data = stan_runs.stan_data(
        Problem(
            behaviour.counts, behaviour.yes, behaviour.n, behaviour.values, behaviour.negated,
            speaker("s2", cost=behaviour.negated is not None), joint,
        )
    )  # fmt: skip
    names = ["G", "S", "U", "values", "counts", "yes", "n", "joint", "has_cost", "negated"]
    init = {
        "alpha": 3.0,
        "phi": [0.5] * data["G"],
        "omega": [[1 / 3] * 3] * data["G"],
        "cost": [3.0] * data["has_cost"],
        "theta_joint": behaviour.theta.tolist() if joint else [],
    }
    return {name: data[name] for name in names}, init


def naive_gradient() -> float:
    """Processor seconds of a gradient of naive_s2.stan with theta fixed, on two cores at once."""
    data, init = naive_inputs(simulated(0), joint=False)
    before = sweep.used()
    fit = COMPILE(NAIVE).sample(
        data=data, inits=init, chains=2, parallel_chains=2, seed=1, adapt_engaged=False,
        iter_warmup=0, iter_sampling=300, step_size=0.01, max_treedepth=5, show_progress=False,
    )  # fmt: skip
    return (sweep.used() - before) / float(fit.method_variables()["n_leapfrog__"].sum())


def processor_seconds() -> float:
    """Of this process and of all that it has waited for."""
    return time.process_time() + sweep.used()


def measure(run: Any, behaviour: Behaviour, settings: SamplingSettings) -> dict[str, Any]:
    """Run a program, and say what it took and gave."""
    start = processor_seconds()
    draws = run(behaviour, settings)
    return rate(processor_seconds() - start, draws, behaviour)


def rate(seconds: float, draws: dict[str, Any], behaviour: Behaviour) -> dict[str, Any]:
    """Processor seconds, least bulk ESS, their quotient, posterior means with their errors."""
    moving = scalars(draws, behaviour.goals)
    sizes = {key: ess(x, "bulk") for key, x in moving.items()}
    return {
        "seconds": seconds,
        "ess": min(sizes.values()),
        "rate": min(sizes.values()) / seconds,
        "rhat": max(rhat(x) for x in moving.values()),
        "divergences": int(draws["divergences"].sum()),
        "draws": draws,
        "mean": {key: float(x.mean()) for key, x in moving.items()},
        "error": {key: float(x.std() / np.sqrt(sizes[key])) for key, x in moving.items()},
    }


def main() -> None:
    """Fit, print a table, write fit.json; exit 1 where a promise does not hold."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sets", type=int, default=6)
    options.add_argument("--out", type=Path, default=HERE / "fit.json")
    options.add_argument("--semantics", nargs="*", default=[*PROMISED, "sweep"])
    options.add_argument(
        "--numpyro", type=Path, help="python of the environment of envs/numpyro.lock"
    )
    at = options.parse_args()
    fast = SamplingSettings(parallel_chains=2)
    slow = replace(fast, warmup=1000, adapt_delta=0.95)
    programs = {
        "naive": (naive, slow),
        "stan": (partial(workflow, native=False), fast),
        "c++": (partial(workflow, native=True), fast),
    }
    for run, _ in programs.values():  # compile before the clock runs
        for kind in ("fixed", "joint"):
            run(simulated(0), replace(fast, warmup=20, draws=20, semantics=kind))
    report: dict[str, Any] = {
        "command": "make bench",
        "chains": fast.chains,
        "warmup": {"naive": slow.warmup, "workflow": fast.warmup},
        "draws": fast.draws,
    }
    kinds = [kind for kind in at.semantics if kind in PROMISED]
    for kind in kinds:
        sets = [human()] * 3 if kind == "human" else [simulated(i) for i in range(at.sets)]
        others: dict[str, list[dict[str, Any]]] = {}
        if kind == "fixed" and at.numpyro:
            drawn, compiling = beside.numpyro(at.numpyro, sets, replace(fast, semantics="fixed"))
            print(f"NumPyro compiled for {compiling:.0f} s, which is not counted", flush=True)
            others["numpyro"] = [rate(*one, b) for one, b in zip(drawn, sets, strict=True)]
        report[kind] = compare(kind, sets, programs, others)
    if "sweep" in at.semantics:
        report["sweep"] = sweep.measure(SPEAKERS, naive_gradient)
    at.out.write_text(json.dumps(report, indent=1) + "\n")
    held = [tell(kind, report[kind]) for kind in kinds]
    if "sweep" in at.semantics:
        held.append(sweep.tell(report["sweep"]))
    sys.exit(0 if all(held) else 1)


def compare(
    kind: str,
    sets: list[Behaviour],
    programs: dict[str, Any],
    others: dict[str, list[dict[str, Any]]],
) -> dict[str, Any]:
    """Each set by each program in turn; the ratios of their rates to the naive program's.

    `others` were measured before, a `rate` for each set.
    """
    semantics = "fixed" if kind == "fixed" else "joint"
    logs: dict[str, list[float]] = {n: [] for n in [*programs, *others] if n != "naive"}
    rows = []
    for index, behaviour in enumerate(sets):
        found = {
            name: measure(run, behaviour, replace(how, semantics=semantics, seed=how.seed + index))
            for name, (run, how) in programs.items()
        }
        found |= {name: measured[index] for name, measured in others.items()}
        row: dict[str, Any] = {}
        known = expected(kind, behaviour, found["c++"])
        for name, one in found.items():
            ratio = one["rate"] / found["naive"]["rate"]
            row[name] = {
                "ratio": round(ratio, 1),
                "ess": round(one["ess"]),
                "rhat": round(one["rhat"], 3),
                "divergences": one["divergences"],
                "z": round(apart(one, known), 1),
            }
            print(f"{kind:6} set {index} {name:6}{one['seconds']:8.2f} s  {row[name]}", flush=True)
            if name in logs:
                logs[name].append(float(np.log(ratio)))
        rows.append(row)
    ratios = {name: round(float(np.exp(np.mean(x))), 1) for name, x in logs.items()}
    return {"ratio": ratios, "sets": rows}


def expected(kind: str, behaviour: Behaviour, native: Any) -> dict[Any, tuple[float, float]]:
    """Posterior means and their errors by importance sampling; of the human data, whose goals share
    a speaker, those of the C++ program.
    """
    if kind == "human":
        return {key: (native["mean"][key], native["error"][key]) for key in native["mean"]}
    known = importance.means(behaviour, native["draws"])
    return {key: known[key[0]] for key in native["mean"]}


def apart(one: dict[str, Any], known: dict[Any, tuple[float, float]]) -> float:
    """How many standard errors the worst posterior mean is off."""
    return max(
        abs(one["mean"][key] - mean) / float(np.hypot(one["error"][key], error))
        for key, (mean, error) in known.items()
    )


def tell(kind: str, found: dict[str, Any]) -> bool:
    """Print the ratios beside what is promised, and say whether all of it holds."""
    held = True
    for name, ratio in found["ratio"].items():
        least = PROMISED[kind].get(name)
        good = least is None or ratio >= least
        held &= good
        word = "" if least is None else f"promised {least}: {'holds' if good else 'DOES NOT HOLD'}"
        print(f"{kind:6} {name:5} {ratio:7.1f} times the naive program's ESS a second  {word}")
    if "numpyro" in found["ratio"]:
        times = found["ratio"]["stan"] / found["ratio"]["numpyro"]
        held &= times >= beside.AT_LEAST
        word = "holds" if times >= beside.AT_LEAST else "DOES NOT HOLD"
        print(f"{kind:6} stan  {times:7.1f} times NumPyro's  promised {beside.AT_LEAST}: {word}")
    mine = [name for name in found["ratio"] if name != "numpyro"]  # natural parameters: biased
    worst = max(row[name]["z"] for row in found["sets"] for name in mine)
    held &= worst < 3
    print(f"{kind:6} worst mean {worst:.1f} standard errors off: {'holds' if worst < 3 else 'NO'}")
    return held


if __name__ == "__main__":
    main()
