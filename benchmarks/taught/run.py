"""The proof of the instrument: networks that were taught a speaker and its words are read as any
others, and the speakers are found. Run `make taught`, or `python benchmarks/taught/run.py --help`.

SmolLM2 135M is taught what a speaker with known parameters says, and its yes/no answers, on scenes
and names of this folder (`teach.py`). Tactometer then reads it on the scenes of polite speech, and
its intervals are held against two truths: the speaker that fits best the network's own exact shares
over more scenes (plain forward passes and the numpy reference, neither of which the workflow uses),
and the teacher, where the network became like it. It writes docs/calibration/taught. So far the
teaching was run, and not yet the reading: yes/no answers are learnt slowly.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml
from scipy.optimize import minimize
from scipy.special import expit, softmax

ROOT, HERE = Path(__file__).parents[2], Path(__file__).parent
sys.path.insert(0, str(ROOT / "workflow"))

from tactometer import api  # noqa: E402
from tactometer.elicitation import engine_environment, requests  # noqa: E402
from tactometer.inference.intervals import hdi  # noqa: E402
from tactometer.study import study as studies  # noqa: E402
from tactometer.utils.arrays import Array  # noqa: E402

BASE = ROOT / ".real-models" / "smollm2-135m-instruct"
MADE = ROOT / ".real-models" / "taught"
STUDY = HERE / "study.yaml"
READ = ROOT / "resources" / "polite_speech"
RESULTS = ROOT / "results" / "taught"
OUT = ROOT / "docs" / "calibration" / "taught"
NAMES = ("alpha", "phi", "omega_inf", "omega_soc", "omega_pre")
TEACHERS = {  # in the order of NAMES
    "honest": (4.0, 0.75, 0.7, 0.15, 0.15),
    "kind": (4.0, 0.3, 0.15, 0.65, 0.2),
    "self_presenting": (4.0, 0.5, 0.25, 0.1, 0.65),
}
ORDERED = ("phi", "omega_inf", "omega_soc")
LIKE = 0.05  # nats: below it a network is like its teacher
TAUGHT, MORE = (3, 1), (10, 1)  # name pairs of a vignette, for utterances and for yes/no prompts
STARTS = 12  # of the search for the speaker that fits best


def spoken(speaker: Array, theta: Array, values: Array) -> Array:
    """What a speaker (in the order of NAMES) says, [state, utterance]."""
    alpha, phi, *omega = speaker
    return api.predict(theta, values, alpha=alpha, phi=phi, omega=omega)


def best(shares: Array, theta: Array, values: Array) -> Array:
    """The speaker whose utterances are nearest to shares [state, utterance] in their mean
    Kullback-Leibler divergence, given theta: searched for from many places.
    """

    def natural(x: Array) -> Array:
        return np.array([20 * expit(x[0]), expit(x[1]), *softmax([0.0, *x[2:]])])

    def off(x: Array) -> float:
        p = np.maximum(spoken(natural(x), theta, values), 1e-12)
        return float(-(shares * np.log(p)).sum(axis=1).mean())

    rng = np.random.default_rng(1)
    found = [minimize(off, rng.normal(0, 1.5, 4), method="BFGS") for _ in range(STARTS)]
    return natural(min(found, key=lambda each: each.fun).x)


def asked(folder: Path, domain: Path, pairs: tuple[int, int]) -> list[Path]:
    """The requests of all scenes of a domain, with so many name pairs, as the study makes them."""
    written = yaml.safe_load(STUDY.read_text())
    written |= {"domain": str(domain)}
    written["sample"] = {"name_pairs": pairs[0], "semantics_name_pairs": pairs[1], "seed": 2}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.yaml").write_text(yaml.safe_dump(written))
    study = studies.load([folder / "study.yaml"])
    (model, *_) = study.models.values()
    paths = []
    for prompt_set in model.prompt_sets:
        paths.append(folder / f"{prompt_set}.parquet")
        requests.of(study, model, prompt_set).write_parquet(paths[-1])
    return paths


def taught_scenes(folder: Path) -> Path:
    """The domain that is read, with the vignettes and names of this folder."""
    written = yaml.safe_load((READ / "domain.yaml").read_text())
    own = {"vignettes": str(HERE / "vignettes.yaml"), "prompts": str(READ / "prompts.yaml")}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "domain.yaml").write_text(yaml.safe_dump(written | own))
    return folder


def lesson(folder: Path, teacher: str) -> Path:
    """What a teacher says, and what it takes for true, by state."""
    domain = studies.load([STUDY]).domain
    theta = np.array(domain.literal)
    p = spoken(np.array(TEACHERS[teacher]), theta, np.array(domain.states, float))
    states = [str(state) for state in domain.states]
    told = {
        "utterances": {
            state: dict(zip(domain.utterances, row.tolist(), strict=True))
            for state, row in zip(states, p / p.sum(axis=1, keepdims=True), strict=True)
        },
        "yes_no": {
            name: {s: {"yes": t, "no": 1 - t} for s, t in zip(states, row.tolist(), strict=True)}
            for name, row in zip(domain.utterances, theta, strict=True)
        },
    }
    path = folder / f"{teacher}.json"
    path.write_text(json.dumps(told))
    return path


def in_engines(*arguments: str | Path) -> None:
    """Run `teach.py` in the engines' environment."""
    home = Path(os.environ.get(engine_environment.VARIABLE) or engine_environment.DEFAULT)
    command = [str(home / "bin/python"), str(HERE / "teach.py"), *map(str, arguments)]
    environment = {**os.environ, **engine_environment.SILENT, "PYTHONPATH": str(ROOT / "workflow")}
    subprocess.run(command, check=True, env=environment, cwd=ROOT)


def taught(name: str, minutes: float, steps: int) -> None:
    """Teach a network and measure it on scenes that it was not taught, unless that was done."""
    teacher, seed = name.rsplit("-", 1)
    out, own = MADE / name, MADE / f"{name}.shares.json"
    if not (out / "config.json").exists():
        paths = asked(MADE / "lessons", taught_scenes(MADE / "scenes"), TAUGHT)
        shares = lesson(MADE, teacher)
        in_engines("teach", "--model", BASE, "--requests", *paths, "--shares", shares, "--out", out,
                   "--minutes", str(minutes), "--steps", str(steps), "--seed", seed)  # fmt: skip
    if not own.exists():
        paths = asked(MADE / "more", READ, MORE)
        shares = lesson(MADE, teacher)
        in_engines(
            "measure", "--model", out, "--requests", *paths, "--shares", shares, "--out", own
        )


def exact(name: str) -> tuple[Array, Array, dict[str, float]]:
    """The network's own mean shares [state, utterance] and theta [utterance, state] over more
    scenes, and how far they are from its teacher's.
    """
    told = json.loads((MADE / f"{name}.shares.json").read_text())
    logprobs = {line.pop("request"): line for line in told["logprobs"]}
    frames = [pl.read_parquet(path) for path in sorted((MADE / "more").glob("*.parquet"))]
    rows = [row for frame in frames for row in frame.iter_rows(named=True)]
    study = studies.load([STUDY])
    states, utterances = study.domain.states, study.domain.utterances
    shares = np.zeros((len(states), len(utterances)))
    yes, n = np.zeros(shares.T.shape), np.zeros(shares.T.shape)
    for row in rows:
        line, state = logprobs[row["request"]], states.index(row["state"])
        if row["utterance"]:
            cell = utterances.index(row["utterance"]), state
            yes[cell] += expit(line["yes"] - line["no"])
            n[cell] += 1
        else:
            shares[state] += softmax([line[each] for each in utterances])
    return shares / shares.sum(axis=1, keepdims=True), yes / n, told["divergences"]


def read(name: str) -> tuple[dict[str, Array], str]:
    """What Tactometer makes of a network: draws of each parameter, and whether it is described."""
    teacher, seed = name.rsplit("-", 1)
    found = api.open_study(RESULTS)
    posterior = found.posterior(teacher, seed, "default")
    omega = posterior["omega"].values.reshape(-1, 3)
    draws = {each: posterior[each].values.reshape(-1) for each in ("alpha", "phi")}
    draws |= {f"omega_{part}": omega[:, i] for i, part in enumerate(("inf", "soc", "pre"))}
    which = {"model": teacher, "checkpoint": seed, "goal": "default", "framing": "pooled"}
    told = found.table("diagnostics").filter(**which)
    return draws, told["described"][0]


def rows_of(name: str) -> list[dict[str, Any]]:
    """What was read of a network beside both truths: a row a parameter."""
    shares, theta, off = exact(name)
    values = np.array(studies.load([STUDY]).domain.values)
    own, meant = best(shares, theta, values), TEACHERS[name.rsplit("-", 1)[0]]
    draws, described = read(name)
    rows = []
    for parameter, here, there in zip(NAMES, own, meant, strict=True):
        low, high = map(float, hdi(draws[parameter]))
        truths = {"own": float(here), "teacher": there}
        held = {f"holds_{truth}": low <= x <= high for truth, x in truths.items()}
        told = {"mean": float(draws[parameter].mean()), "low": low, "high": high}
        rows.append({"network": name, "parameter": parameter, **told, **truths, **held,
                     "kl_utterances": off["utterances"], "kl_yes_no": off["yes_no"],
                     "mass": off["mass"], "described": described})  # fmt: skip
    return rows


def orders(names: Sequence[str]) -> list[dict[str, Any]]:
    """For each pair of teachers, how sure the order of each parameter is, and whether rightly."""
    draws = {name: read(name)[0] for name in names}
    found = []
    for one, other in combinations(names, 2):
        teachers = [TEACHERS[name.rsplit("-", 1)[0]] for name in (one, other)]
        for parameter in ORDERED:
            here, there = (each[NAMES.index(parameter)] for each in teachers)
            if here == there:
                continue
            less = np.sort(draws[one][parameter])
            p = float(np.searchsorted(less, draws[other][parameter]).mean() / len(less))
            right = p if here < there else 1 - p
            found.append({"one": one, "other": other, "parameter": parameter, "p_right": right})
    return found


def told(names: Sequence[str], command: str) -> None:
    """Write table, figure and judgement to docs/calibration/taught."""
    OUT.mkdir(parents=True, exist_ok=True)
    frame = pl.DataFrame([row for name in names for row in rows_of(name)])
    frame.write_csv(OUT / "taught.csv", float_precision=4)
    report = {
        "command": command,
        "networks": len(names),
        "intervals": len(frame),
        "hold_own": frame["holds_own"].sum(),
        "hold_teacher": frame["holds_teacher"].sum(),
        "orders": [each | {"p_right": round(each["p_right"], 4)} for each in orders(names)],
    }
    (OUT / "taught.json").write_text(json.dumps(report, indent=1) + "\n")
    draw(frame)


def draw(frame: pl.DataFrame) -> None:
    """Each parameter's interval beside the network's own speaker and its teacher."""
    import plotnine as p9

    truths = frame.unpivot(["own", "teacher"], index=["network", "parameter"], variable_name="of")
    names = {"own": "that fits the network's own shares best", "teacher": "that it was taught"}
    truths = truths.with_columns(pl.col("of").replace(names))
    plot = (
        p9.ggplot(frame, p9.aes("network", "mean"))
        + p9.geom_linerange(p9.aes(ymin="low", ymax="high"), size=1.2, colour="#888888")
        + p9.geom_point(size=2.5, colour="#444444")
        + p9.geom_point(p9.aes(y="value", shape="of", colour="of"), truths, size=2.5,
                        position=p9.position_nudge(x=0.18))
        + p9.facet_wrap("parameter", scales="free_y", nrow=1)
        + p9.scale_colour_manual(["#0072b2", "#d55e00"])
        + p9.labs(x="", y="mean and 95% HDI", shape="the speaker", colour="the speaker")
        + p9.theme_minimal()
        + p9.theme(legend_position="bottom", figure_size=(11, 4),
                   axis_text_x=p9.element_text(rotation=30, hjust=1))
    )  # fmt: skip
    plot.save(OUT / "taught.png", dpi=120, verbose=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--teachers", nargs="+", default=[*TEACHERS], choices=[*TEACHERS])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=25.0, help="of teaching, each network")
    parser.add_argument("--steps", type=int, default=600, help="at most, of 25 prompts each")
    given = parser.parse_args()
    if not BASE.is_dir():
        sys.exit(f"{BASE}: it is not there; run `make taught`, which fetches it.")
    names = [f"{one}-{seed}" for seed in range(1, given.seeds + 1) for one in given.teachers]
    for name in names:
        taught(name, given.minutes, given.steps)
    written = yaml.safe_load(STUDY.read_text())
    kept = {one: models_of(written["models"]["taught"], one, given.seeds) for one in given.teachers}
    path = MADE / "study.yaml"
    path.write_text(yaml.safe_dump(written | {"models": kept}, sort_keys=False))
    subprocess.run(["snakemake", "--configfile", path, "--resources", "engine=1", "--cores", "2"],
                   check=True, cwd=ROOT)  # fmt: skip
    told(names, f"python benchmarks/taught/run.py --seeds {given.seeds} --minutes {given.minutes}")


def models_of(settings: dict[str, Any], teacher: str, seeds: int) -> dict[str, Any]:
    """The model of a teacher: a checkpoint a seed."""
    paths = {str(seed): {"path": f"{MADE.relative_to(ROOT)}/{teacher}-{seed}"}
             for seed in range(1, seeds + 1)}  # fmt: skip
    return settings | {"source": paths["1"]["path"], "checkpoints": paths}


if __name__ == "__main__":
    main()
