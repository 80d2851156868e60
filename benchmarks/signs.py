"""How many of the signs that a page tells are wrong: run `python benchmarks/signs.py --studies 20`.

Each study has a yardstick and two models of two efforts, asked for two goals, all of them simulated
speakers whose parameters are known. A goal and an effort do nothing in half of the studies, and
little in the others. The studies go through the stages that the rules call, to the sentences of the
page (`report/findings.py`), and the sign of each is held against the truth; where there is no
effect, any sign is wrong. Words are known (plugged in after any number of yes/no answers), so that
fits are quick: what plugging in words that are not known does is not asked here. What came out
stands in docs/calibration/signs: a run goes on where the last one ended.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "benchmarks")]

import findings as stages  # noqa: E402

from tactometer.analyses import phrases  # noqa: E402
from tactometer.analyses.profiles import sentences as profiles  # noqa: E402
from tactometer.analyses.shifts import sentences as shifts  # noqa: E402
from tactometer.inference import fit  # noqa: E402
from tactometer.inference.calibration import Domain  # noqa: E402
from tactometer.inference.misfits import said  # noqa: E402
from tactometer.recipes import recipes  # noqa: E402
from tactometer.report import findings  # noqa: E402
from tactometer.study import domain as domains  # noqa: E402
from tactometer.study import study  # noqa: E402
from tactometer.tables.fit_selection import PASSED, checkpoint_order  # noqa: E402
from tactometer.tables.proportions import wilson  # noqa: E402

OUT = ROOT / "docs" / "calibration" / "signs"
GOALS, EFFORTS, MODELS = ("default", "social"), ("none", "high"), ("amber", "bronze")
PEOPLE = "people"
MANY = 1e5  # yes/no answers by which words are known
SMALL = 0.07  # sd of an effect, where there is one
NONE = 1e-3  # speakers that are alike differ by less: answers are asked once for the same speaker
WEIGHTS = ("omega_inf", "omega_soc", "omega_pre")
Key = tuple[str, str, str]  # model, checkpoint, goal
Speaker = dict[str, float]


@dataclass(frozen=True)
class Planted:
    """One study: every speaker, and the words that all share."""

    speakers: dict[Key, Speaker]
    domain: Domain

    def moved(self, of: Key, against: Key, parameter: str) -> float:
        """The true difference of a parameter."""
        return self.speakers[of][parameter] - self.speakers[against][parameter]

    def shares(self, of: Key) -> Any:
        """What a speaker says [state, utterance]."""
        one = self.speakers[of]
        omega = np.array([one[name] for name in WEIGHTS])
        words = self.domain.literal
        return said(words, self.domain, alpha=one["alpha"], phi=one["phi"], omega=omega)


def plant(seed: int) -> Planted:
    """The speakers of a study."""
    rng = np.random.default_rng([20261130, seed])
    words = domains.load(ROOT / "resources" / "polite_speech")
    literal, states = np.array(words.literal), np.array(words.states, float)
    known = Domain(states, tuple(words.utterances), literal)
    social, effort = (rng.normal(0, SMALL, 2) * rng.integers(2) for _ in range(2))
    speakers: dict[Key, Speaker] = {}
    usual = rng.uniform(0.35, 0.65), rng.dirichlet(np.full(3, 4))
    for model in (PEOPLE, *MODELS):
        alpha, phi = rng.uniform(2, 6), usual[0] + rng.normal(0, SMALL)
        omega = rng.dirichlet(1 + 40 * usual[1])
        for checkpoint in ("recorded",) if model == PEOPLE else EFFORTS:
            for goal in GOALS:
                move = (goal == GOALS[1]) * social + (checkpoint == EFFORTS[1]) * effort
                weights = np.clip(omega + move[1] * np.array([1, 0, -1]), 0.02, 0.96)
                weights /= weights.sum()
                one = {"alpha": alpha, "phi": float(phi + move[0]) + 1e-6 * len(speakers)}
                speakers[model, checkpoint, goal] = one | dict(
                    zip(WEIGHTS, map(float, weights), strict=True)
                )
    return Planted(speakers, known)


def write(planted: Planted, seed: int, folder: Path) -> Path:
    """The study's file, with what its people said."""
    rng, words = np.random.default_rng([20261201, seed]), planted.domain
    folder.mkdir(parents=True, exist_ok=True)
    said_, meant = [], []
    for goal in GOALS:
        counts = rng.multinomial(200, planted.shares((PEOPLE, "recorded", goal)))
        said_ += [
            {"goal": goal, "state": int(s), "utterance": u, "count": int(counts[i, k])}
            for i, s in enumerate(words.values)
            for k, u in enumerate(words.utterances)
        ]
    yes = rng.binomial(60, words.literal)
    meant = [
        {"utterance": u, "state": int(s), "yes": int(yes[k, i]), "n": 60}
        for k, u in enumerate(words.utterances)
        for i, s in enumerate(words.values)
    ]
    pl.DataFrame(said_).write_csv(folder / "production.csv")
    pl.DataFrame(meant).write_csv(folder / "semantics.csv")

    def of(model: str, checkpoint: str) -> dict[str, Any]:
        goals = {}
        for goal in GOALS:
            one = planted.speakers[model, checkpoint, goal]
            omega = {name.removeprefix("omega_"): one[name] for name in WEIGHTS}
            goals[goal] = {"alpha": one["alpha"], "phi": one["phi"], "omega": omega}
        first = goals.pop(GOALS[0])
        return {**first, "goals": goals, "labels": {"effort": checkpoint}}

    people = {"provider": "recorded", "production": str(folder / "production.csv")}
    people |= {"semantics": str(folder / "semantics.csv")}
    asked = {
        model: {
            "provider": "simulated",
            "labels": {"family": model},
            "checkpoints": {checkpoint: of(model, checkpoint) for checkpoint in EFFORTS},
        }
        for model in MODELS
    }
    content = {
        "study": "signs",
        "goals": list(GOALS),
        "framings": ["third"],
        "sample": {"name_pairs": 10, "semantics_name_pairs": 1, "seed": seed},
        "fit": {"semantics": "fixed", "speakers": ["s2"], "chains": 4, "warmup": 500, "draws": 500},
        "yardstick": {"model": PEOPLE, "goal": GOALS[1]},
        "models": {PEOPLE: people, **asked},
    }
    file = folder / "signs.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    return file


def run(file: Path, planted: Planted, folder: Path) -> dict[str, pl.DataFrame]:
    """Take a study through its stages: its tables by name."""
    sweep, results = study.load([file]), folder / "results"
    pinned = recipes.pin(sweep, results, folder / "pins")
    place = argparse.Namespace(
        study=pinned,
        recipes={name: Path(path) for name, path in recipes.pinned(pinned).items()},
        results=results / sweep.name,
    )
    for model in sweep.models.values():
        stages._answer(model, place)
        for checkpoint in model.checkpoints:
            path = stages._semantics(place, model.name, checkpoint)
            theta = pl.Series(planted.domain.literal.ravel())
            known = pl.read_parquet(path).with_columns(yes=MANY * theta, n=pl.lit(MANY))
            known.write_parquet(path)
    for given in stages._fits(sweep, place):
        fit.run(given)
    return stages._analyse(sweep, place)


def told(frames: dict[str, pl.DataFrame], planted: Planted) -> Iterator[dict[str, Any]]:
    """A row for each sign that the page tells: its analysis, probability, whether it is right."""
    page, known = findings.found(frames), {}
    for name, rights in _by_sentence(frames, planted):
        known[name] = rights
    for sentence in page.all:
        signs = getattr(sentence, "signs", ())
        if not signs:
            continue
        analysis, rights = known[str(sentence)]
        assert len(rights) == len(signs), sentence
        for p, right in zip(signs, rights, strict=True):
            yield {"analysis": analysis, "p": p, "right": bool(right), "sentence": str(sentence)}


def _by_sentence(
    frames: dict[str, pl.DataFrame], planted: Planted
) -> Iterator[tuple[str, tuple[str, list[bool]]]]:
    """Each sentence that the analyses could tell, with whether its signs are right."""
    frame = frames["shifts"]
    named = frame.with_columns(what=pl.when(pl.col("kind") == "goal").then("goal"))
    for kind in ("goal", "effort"):
        groups = named.filter(kind=kind).group_by("what", "against", maintain_order=True)
        sentences = shifts.sentences(frame.filter(kind=kind))
        for sentence, (_, rows) in zip(_signed(sentences), _standing(groups), strict=True):
            rights = [_shift(row, planted) for row in phrases.standing(rows).to_dicts()]
            yield str(sentence), ("shifts", rights)
    yield from _of_profiles(frames["profiles"], planted)
    rows = phrases.standing(frames["contrasts"].filter(quantity="end", which="described"))
    for sentence, row in zip(_signed(_tell("contrasts", frames)), rows.to_dicts(), strict=False):
        yield str(sentence), ("contrasts", [_contrast(row, planted)])
    effects = _effects(frames["mixed_effects"])
    for sentence, row in zip(_signed(_tell("mixed_effects", frames)), effects, strict=False):
        yield str(sentence), ("mixed_effects", [_effect(row, planted)])
    for row, sentence in zip(
        _nearest(frames["likeness"]), _signed(_tell("likeness", frames)), strict=False
    ):
        yield str(sentence), ("likeness", [_is_nearest(row, planted)])
    for name in ("sycophancy", "position", "vignette_effects", "attribution", "framing_effects"):
        for sentence in _signed(_tell(name, frames)):
            right = name == "sycophancy" and _bears(str(sentence), planted)
            yield str(sentence), (name, [right] * len(sentence.signs))


def _tell(name: str, frames: dict[str, pl.DataFrame]) -> list[str]:
    return list(findings._tellers()[name](frames[name])) if not frames[name].is_empty() else []


def _signed(sentences: list[str]) -> list[phrases.Sentence]:
    return [one for one in sentences if isinstance(one, phrases.Sentence) and one.signs]


def _standing(groups: Any) -> list[Any]:
    """The groups of which something is told."""
    names = list(phrases.PARAMETERS)
    read = [(k, rows.filter(pl.col("parameter").is_in(names))) for k, rows in groups]
    return [(k, rows) for k, rows in read if not phrases.standing(rows).is_empty()]


def _right(mean: float, truth: float) -> bool:
    return abs(truth) > NONE and (mean > 0) == (truth > 0)


def _shift(row: dict[str, Any], planted: Planted) -> bool:
    of = (row["model"], row["checkpoint"], row["goal"])
    goal = row["kind"] == "goal"
    against = (of[0], of[1], row["against"]) if goal else (of[0], row["against"], of[2])
    return _right(row["mean"], planted.moved(of, against, row["parameter"]))


def _of_profiles(
    frame: pl.DataFrame, planted: Planted
) -> Iterator[tuple[str, tuple[str, list[bool]]]]:
    sentences = {str(one).split(":")[0]: one for one in profiles.sentences(frame)}
    beside: dict[str, list[bool]] = {}
    for (model,), rows in frame.group_by(["model"], maintain_order=True):
        last = rows.filter(checkpoint=checkpoint_order(rows)[-1])
        for (goal,), mine in last.group_by(["goal"], maintain_order=True):
            fit = {row["parameter"]: row for row in mine.to_dicts()}
            phi = fit["phi"]
            if phi["verdict"] not in PASSED:
                continue
            of, rights = (str(model), phi["checkpoint"], str(goal)), []
            people = (PEOPLE, "recorded", str(goal))
            read = phi["human"] is not None and phi["human_verdict"] in PASSED and phi["told"]
            if read and profiles._apart(phi)[1]:
                truth = planted.moved(of, people, "phi")
                rights.append(_right(phi["difference_mean"], truth))
                beside.setdefault(str(goal), []).append(rights[-1])
            first = max((fit[name] for name in WEIGHTS), key=lambda row: float(row["mean"]))
            if first["p_largest"] >= phrases.SIGN and first["told"] and phi["choices"] != "alike":
                true = planted.speakers[of]
                rights.append(first["parameter"] == max(WEIGHTS, key=lambda name: true[name]))
            yield str(sentences[phrases.who(phi)]), ("profiles", rights)
    for sentence in _signed(profiles.headline(frame)):
        goal = next(goal for goal in GOALS if f"with the goal {goal} (" in sentence)
        yield str(sentence), ("profiles", beside[goal])


def _effects(frame: pl.DataFrame) -> list[dict[str, Any]]:
    pairs = frame.filter(pl.col("against").is_not_null(), which="described")
    rows = phrases.standing(pairs.with_columns(effect="bayes", sd="bayes_sd", mean="bayes"))
    return rows.to_dicts()


def _effect(row: dict[str, Any], planted: Planted) -> bool:
    """What an effort or a goal does, on average over models and over the other factor."""
    if row["parameter"] == "alpha":
        return False
    moved = []
    for model in MODELS:
        if row["factor"] == "effort":
            goals = GOALS if row["goal"] is None else (row["goal"],)
            pairs = [((model, row["term"], g), (model, row["against"], g)) for g in goals]
        else:
            efforts = EFFORTS if row["effort"] is None else (row["effort"],)
            pairs = [((model, e, row["term"]), (model, e, row["against"])) for e in efforts]
        moved += [planted.moved(*pair, row["parameter"]) for pair in pairs]
    return _right(row["bayes"], float(np.mean(moved)))


def _contrast(row: dict[str, Any], planted: Planted) -> bool:
    """How two models differ, on average over efforts."""
    pairs = [((row["level"], e, row["goal"]), (row["against"], e, row["goal"])) for e in EFFORTS]
    return _right(row["mean"], np.mean([planted.moved(*p, row["parameter"]) for p in pairs]))


def _nearest(frame: pl.DataFrame) -> list[dict[str, Any]]:
    rows = frame.filter(pl.col("measure") == "choices", pl.col("p_nearest") >= phrases.SIGN)
    return rows.sort("mean", maintain_order=True).to_dicts()


def _is_nearest(row: dict[str, Any], planted: Planted) -> bool:
    mine = planted.shares((row["model"], row["checkpoint"], row["goal"]))
    apart = {g: np.abs(mine - planted.shares((PEOPLE, "recorded", g))).sum() for g in GOALS}
    return row["human_goal"] == min(apart, key=lambda goal: apart[goal])


def _bears(sentence: str, planted: Planted) -> bool:
    """Whether a speaker that is named first really has all four signs."""
    people = (PEOPLE, "recorded", GOALS[1])
    for of in planted.speakers:
        if sentence.startswith(f"{of[0]} ({of[1]}), goal {of[2]}"):
            moved = {p: planted.moved(of, people, p) for p in ("phi", *WEIGHTS)}
            return moved["omega_pre"] > 0 > max(v for k, v in moved.items() if k != "omega_pre")
    return False


def judge(rows: list[dict[str, Any]], studies: int) -> dict[str, Any]:
    """The share of wrong signs, over all and as a mean over pages, with intervals."""
    frame = pl.DataFrame(rows)
    wrong, n = int((~frame["right"]).sum()), frame.height
    low, high = (float(x[0]) for x in wilson(np.array([wrong / n]), np.array([n])))
    pages = frame.group_by("study").agg(share=(~pl.col("right")).mean())["share"].to_numpy()
    pages = np.concatenate([pages, np.zeros(studies - len(pages))])  # a silent page has none
    spread = np.random.default_rng(1).choice(pages, (4000, studies)).mean(axis=1)
    limits = np.quantile(spread, (0.025, 0.975))
    by = frame.group_by("analysis", maintain_order=True)
    return {
        "command": f"python benchmarks/signs.py --studies {studies}",
        "studies": studies,
        "signs": n,
        "wrong": wrong,
        "expected_wrong": round(float((1 - frame["p"]).sum()), 2),
        "share_of_all": [round(x, 4) for x in (wrong / n, low, high)],
        "mean_of_pages": [round(float(x), 4) for x in (pages.mean(), *limits)],
        "analyses": by.agg(signs=pl.len(), wrong=(~pl.col("right")).sum()).to_dicts(),
        "holds": bool(pages.mean() <= findings.FALSE),
    }  # fmt: skip


def main() -> None:
    """Simulate studies, and write what all pages so far told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=20)
    parser.add_argument("--folder", type=Path, default=Path("results/.signs"))
    parser.add_argument(
        "--part", type=int, nargs=2, default=(0, 1), metavar=("I", "N"), help="of N processes"
    )
    given = parser.parse_args()
    first, step = given.part
    for seed in range(first, given.studies, step):
        planted, folder = plant(seed), (given.folder / str(seed)).resolve()
        if not (folder / "told.json").exists():
            frames = run(write(planted, seed, folder), planted, folder)
            (folder / "told.json").write_text(json.dumps(list(told(frames, planted))))
            shutil.rmtree(folder / "results")
        print(judged(given.folder), flush=True)


def judged(folder: Path) -> dict[str, Any]:
    """Write the table and the judgement of all studies in a folder: its numbers."""
    OUT.mkdir(parents=True, exist_ok=True)
    pages = sorted(folder.glob("*/told.json"), key=lambda path: int(path.parent.name))
    rows = [
        {"study": int(path.parent.name), **row}
        for path in pages
        for row in json.loads(path.read_text())
    ]
    pl.DataFrame(rows).drop("sentence").write_csv(OUT / "signs.csv", float_precision=4)
    outcome = judge(rows, len(pages))
    (OUT / "signs.json").write_text(json.dumps(outcome, indent=1) + "\n")
    return {name: value for name, value in outcome.items() if name != "analyses"}


if __name__ == "__main__":
    main()
