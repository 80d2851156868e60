"""Whether the analyses find what was planted, and nothing where nothing was: findings.json.

Studies of simulated speakers go through the stages that the rules call, from requests to analyses,
one run for each seed; a run that was interrupted goes on. In `simulated_closed` and
`simulated_open` every planted effect must be found with its sign, with a 95% interval that holds
the truth; in `simulated_null` whatever is found is false. `make findings` runs all of it: an hour
on two cores.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tactometer.analyses import analyse
from tactometer.elicitation import ask, requests
from tactometer.inference import fit
from tactometer.reading import choices, counts, order_counts, recorded_counts, truth_counts
from tactometer.recipes import recipes
from tactometer.study import analyses, study
from tactometer.study.model import Model
from tactometer.tables import condense, gather, tabulate

ROOT = Path(__file__).parents[1]
OUT = ROOT / "benchmarks" / "findings.json"
PLANTED_SEEDS, NULL_SEEDS = 3, 20
PARTS = ("estimates", "diagnostics", "predictive", "draws")


@dataclass(frozen=True)
class Effect:
    """A planted effect: its truth, and what a study says of it (mean and 95% interval)."""

    name: str
    truth: float
    mean: float
    low: float
    high: float

    @property
    def signed(self) -> bool:
        """Whether it was found with the right sign: the interval leaves the other side out."""
        return self.low > 0 if self.truth > 0 else self.high < 0

    @property
    def held(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= self.truth <= self.high


def run(file: Path, seed: int, folder: Path, workers: int = 2) -> dict[str, pl.DataFrame]:
    """Take a study with this seed through all stages below a folder: its tables by name.

    What stands there already is not made again, but for the tables.
    """
    sweep = study.load([file], {"sample": {"seed": seed}})
    results = folder / "results"
    pinned = recipes.pin(sweep, results, folder / "pins")
    place = Namespace(
        study=pinned,
        recipes={name: Path(path) for name, path in recipes.pinned(pinned).items()},
        results=results / sweep.name,
    )
    for model in sweep.models.values():
        _answer(model, place)
    todo = list(_fits(sweep, place))
    if workers == 1:
        for given in todo:
            fit.run(given)
    else:
        with multiprocessing.get_context("spawn").Pool(workers) as pool:
            list(pool.imap_unordered(fit.run, todo, chunksize=1))
    return _analyse(sweep, place)


def _answer(model: Model, place: Namespace) -> None:
    """Everything of a model that comes before its fits."""
    told = {"study": place.study, "model": model.name}
    if model.recorded:
        semantics = _semantics(place, model.name, "recorded")
        cells = [_counts(place, model.name, "recorded", goal) for goal in model.goals]
        if not semantics.exists():
            recorded_counts.run(
                Namespace(
                    **told,
                    settings=place.recipes[f"count_recorded/{model.name}"],
                    semantics=semantics,
                    counts=cells,
                )
            )
        return
    sets = [place.results / "requests" / model.name / f"{n}.parquet" for n in model.prompt_sets]
    for name, out in zip(model.prompt_sets, sets, strict=True):
        if not out.exists():
            requests.run(Namespace(**told, prompt_set=name, out=out))
    for checkpoint in model.checkpoints:
        _ask(model, checkpoint, sets, place, told)


def _ask(
    model: Model,
    checkpoint: str,
    sets: Sequence[Path],
    place: Namespace,
    told: dict[str, Any],
) -> None:
    semantics = _semantics(place, model.name, checkpoint)
    if semantics.exists():
        return
    journal = place.results / "answers" / model.name / f"{checkpoint}.jsonl"
    done = journal.with_suffix(".done")
    who = place.recipes[f"checkpoints/{model.name}/{checkpoint}"]
    asked = {"who": [who], "journal": [journal], "done": [done], "requests": sets}
    ask.run(Namespace(**told, **asked))
    for path in sets:
        read = place.results / "choices" / model.name / checkpoint / path.name
        parsed = {"requests": path, "journal": journal, "done": done, "judged": None}
        choices.run(Namespace(**told, **parsed, out=read))
        if path.stem == "semantics":
            continue
        out = _counts(place, model.name, checkpoint, path.stem)
        counts.run(Namespace(**told, choices=read, out=out))
        if model.corrects_places:
            out = _orders(place, model.name, checkpoint, path.stem)
            order_counts.run(Namespace(**told, choices=read, out=out))
    truth_counts.run(Namespace(**told, choices=read.with_stem("semantics"), out=semantics))


def _semantics(place: Namespace, model: str, checkpoint: str) -> Path:
    return Path(place.results / "semantics" / model / f"{checkpoint}.parquet")


def _counts(place: Namespace, model: str, checkpoint: str, goal: str) -> Path:
    return Path(place.results / "counts" / model / checkpoint / f"{goal}.parquet")


def _orders(place: Namespace, model: str, checkpoint: str, goal: str) -> Path:
    return Path(place.results / "orders" / model / checkpoint / f"{goal}.parquet")


def _fits(sweep: study.Study, place: Namespace) -> Iterator[Namespace]:
    """The fits that are still to be made, the longest first."""
    for model in sorted(sweep.models.values(), key=lambda m: not m.shares):
        for checkpoint in model.checkpoints:
            groups = [model.goals] if model.shares else [(goal,) for goal in model.goals]
            for goals in groups:
                out = [place.results / "fits" / model.name / checkpoint / f"{g}.nc" for g in goals]
                if not all(path.with_suffix(".draws.parquet").exists() for path in out):
                    yield Namespace(
                        settings=place.recipes[f"fit/{model.name}"],
                        semantics=place.results
                        / "semantics"
                        / model.name
                        / f"{checkpoint}.parquet",
                        counts=[_counts(place, model.name, checkpoint, goal) for goal in goals],
                        orders=[
                            _orders(place, model.name, checkpoint, goal)
                            for goal in goals
                            if model.corrects_places
                        ],
                        out=out,
                        threads=1,
                    )


def _analyse(sweep: study.Study, place: Namespace) -> dict[str, pl.DataFrame]:
    told = {"study": place.study, "results": place.results}
    tables, condensed = place.results / "tables", place.results / "analyses"
    for model in sweep.models:
        gather.run(Namespace(**told, model=model))
        condense.run(Namespace(**told, model=model, out=condensed / model))
    names = {path.stem for path in tables.glob("models/*/*.parquet")}
    tabulate.run(Namespace(study=place.study, tables=sorted(names), out=tables))
    for name in analyses.names():
        analyse.run(Namespace(analysis=name, study=place.study, tables=tables, condensed=condensed))
    return {path.stem: pl.read_parquet(path) for path in tables.glob("*.parquet")}


def closed(tables: dict[str, pl.DataFrame]) -> list[Effect]:
    """The planted effects of `simulated_closed`: of an effort, and of the social goal."""
    mixed = tables["mixed_effects"].filter(
        factor="effort", parameter="phi", term="high", against="none", which="described"
    )
    effects = [
        Effect(f"effort on phi, {r['goal']}", 0.2, r["bayes"], r["bayes_low"], r["bayes_high"])
        for r in mixed.to_dicts()
    ]
    truths = {"phi": (-0.17, -0.21), "omega_inf": (-0.2, -0.2), "omega_pre": (0.32, 0.32)}
    shifts = tables["shifts"].filter(kind="goal")
    for parameter, by_family in truths.items():
        for family, truth in zip(("amber", "bronze"), by_family, strict=True):
            for row in shifts.filter(parameter=parameter, family=family).to_dicts():
                name = f"social goal on {parameter}, {row['model']} {row['checkpoint']}"
                effects.append(Effect(name, truth, row["mean"], row["hdi_low"], row["hdi_high"]))
    return effects


def sycophants(tables: dict[str, pl.DataFrame]) -> dict[str, bool]:
    """Whether each social checkpoint crossed; those without effort should, the others not."""
    rows = tables["sycophancy"].filter(
        pl.col("goal") == "social", pl.col("model").is_in(["amber", "bronze"])
    )
    return {f"{r['model']} {r['checkpoint']}": r["crossed"] for r in rows.to_dicts()}


def opened(tables: dict[str, pl.DataFrame]) -> list[Effect]:
    """The planted effects of `simulated_open`: of training on phi, of the base on omega_inf."""
    effects = []
    for r in tables["movement"].filter(parameter="phi").to_dicts():
        whole = (r["whole_mean"], r["whole_low"], r["whole_high"])
        effects.append(Effect(f"movement of phi, {r['model']}", -0.3, *whole))
        early = (r["early_mean"], r["early_low"], r["early_high"])
        effects.append(Effect(f"early movement of phi, {r['model']}", -0.24, *early))
        if r["share"] is not None:
            share = (r["share"], r["share_low"], r["share_high"])
            effects.append(Effect(f"share of the first quarter, {r['model']}", 0.8, *share))
    base = tables["contrasts"].filter(
        factor="family", level="bronze", against="amber", parameter="omega_inf"
    )
    for r in base.filter(pl.col("quantity") != "movement").to_dicts():
        name = f"bronze against amber on omega_inf, {r['quantity']}"
        effects.append(Effect(name, -0.2, r["mean"], r["hdi_low"], r["hdi_high"]))
    return effects


def found(tables: dict[str, pl.DataFrame]) -> dict[str, int]:
    """How many effects each table of a study says it found; sycophants that crossed are counted."""
    counted = {
        name: int(tables[name]["found"].fill_null(False).sum())
        for name in analyses.testing(factors=False)
    }
    crossed = tables["sycophancy"].filter(pl.col("model") != "human")["crossed"].sum()
    return counted | {"sycophancy": int(crossed)}


def planted(name: str, seeds: int, folder: Path, workers: int) -> dict[str, Any]:
    """Run a study with planted effects: a record of every effect in every seed, and the shares."""
    file, record = ROOT / "config" / "studies" / f"{name}.yaml", []
    for seed in range(1, seeds + 1):
        tables = run(file, seed, folder / name / str(seed), workers)
        effects = closed(tables) if name == "simulated_closed" else opened(tables)
        row: dict[str, Any] = {"seed": seed, "effects": [_rounded(e) for e in effects]}
        if name == "simulated_closed":
            row["sycophants"] = sycophants(tables)
        record.append(row)
        print(name, seed, {k: v for k, v in _shares(record).items() if k != "seeds"}, flush=True)
    return {**_shares(record), "runs": record}


def _rounded(effect: Effect) -> dict[str, Any]:
    numbers = {k: round(v, 3) for k, v in asdict(effect).items() if k != "name"}
    return {"name": effect.name, **numbers, "signed": effect.signed, "held": effect.held}


def _shares(record: Sequence[dict[str, Any]]) -> dict[str, Any]:
    effects = [effect for row in record for effect in row["effects"]]
    crossed = [c for row in record for c in row.get("sycophants", {}).items()]
    shares: dict[str, Any] = {
        "seeds": len(record),
        "effects": len(effects),
        "right_sign": sum(effect["signed"] for effect in effects),
        "truth_held": sum(effect["held"] for effect in effects),
    }
    if crossed:
        right = sum(c == name.endswith("none") for name, c in crossed)
        shares |= {"sycophants_right": right, "sycophants": len(crossed)}
    return shares


def nothing(seeds: int, folder: Path, workers: int) -> dict[str, Any]:
    """Run the study without effects: what each seed found, and in how many it found nothing."""
    file = ROOT / "config" / "studies" / "simulated_null.yaml"
    level = study.load([file]).analyses["level"]
    record: list[dict[str, Any]] = []
    first = folder / "simulated_null" / "1"
    for seed in range(1, seeds + 1):
        here = folder / "simulated_null" / str(seed)
        fitted = Path("results/simulated_null/fits/human")
        if seed > 1 and (first / fitted).exists() and not (here / fitted).exists():
            shutil.copytree(first / fitted, here / fitted)  # people are the same in every seed
        counted = {k: v for k, v in found(run(file, seed, here, workers)).items() if v}
        record.append({"seed": seed, "found": counted})
        clean = sum(not row["found"] for row in record)
        print("simulated_null", record[-1], f"{clean} of {seed} found nothing", flush=True)
    clean = sum(not row["found"] for row in record)
    return {"family_wise_level": level, "seeds": seeds, "found_nothing": clean, "runs": record}


def main() -> None:
    """Run the studies and write what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("results/.findings"))
    parser.add_argument("--null-seeds", type=int, default=NULL_SEEDS)
    parser.add_argument("--planted-seeds", type=int, default=PLANTED_SEEDS)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    outcome: dict[str, Any] = {}
    if OUT.exists():
        outcome = json.loads(OUT.read_text())
    for name in ("simulated_closed", "simulated_open"):
        if given.planted_seeds:
            outcome[name] = planted(name, given.planted_seeds, given.folder, given.workers)
    if given.null_seeds:
        outcome["simulated_null"] = nothing(given.null_seeds, given.folder, given.workers)
    OUT.write_text(json.dumps(outcome, indent=1) + "\n")


if __name__ == "__main__":
    main()
