"""Made-up tables of a study, in the shapes that the workflow writes."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import polars as pl

from seeds import seed
from tactometer.analyses.analyse import analyse
from tactometer.analyses.evidence import Evidence
from tactometer.inference.predictive import MOVED
from tactometer.study.analyses import names as analysis_names
from tactometer.study.labels import LABEL_COLUMNS
from tactometer.study.settings import analyses_type
from tactometer.study.yardstick import Yardstick
from tactometer.tables import prompts_told
from tactometer.tables.answer_quality import PROMPT_SETS
from tactometer.tables.served import SERVED
from tactometer.tables.thought_tokens import THOUGHTS

GOALS = ["default", "informative", "social", "both"]
UTTERANCES = [
    "terrible", "bad", "good", "amazing", "not terrible", "not bad", "not good", "not amazing",
]  # fmt: skip
PUBLISHED = {
    "informative": {"phi": 0.49, "omega_inf": 0.36, "omega_soc": 0.02, "omega_pre": 0.62},
    "social": {"phi": 0.37, "omega_inf": 0.25, "omega_soc": 0.31, "omega_pre": 0.44},
    "both": {"phi": 0.36, "omega_inf": 0.36, "omega_soc": 0.11, "omega_pre": 0.54},
}
SPEAKERS = {  # alpha, phi, omega_inf, omega_soc, omega_pre
    "human": (5.5, 0.45, 0.2, 0.15, 0.65),
    "honest-friend": (4.0, 0.8, 0.7, 0.1, 0.2),
    "sycophant": (5.0, 0.15, 0.05, 0.1, 0.85),
    "kind-friend": (3.0, 0.4, 0.3, 0.6, 0.1),
}
NAMES = ["alpha", "phi", "omega_inf", "omega_soc", "omega_pre"]
ALL = [*NAMES, "cost"]
SUSPECT = ("sycophant", "both")
DRAWS = 200
CRITICISM = {
    "described": "yes", "predictive_p": 0.4, "total_variation": 0.04, "misfit": 0.05,
    "design_effect": 1.0, "design_effect_words": 1.0,
    "total_variation_expected": 0.06, "detectable": 0.1, "explained": 0.97, "explained_even": 0.98,
    "cells_out": 0, "cells_expected": 0.5, "choices": "vary", "words": "known", "reason": "",
}  # fmt: skip


def write(
    folder: Path,
    *,
    checkpoints: dict[str, list[str]] | None = None,
    rename: dict[str, str] | None = None,
    simulated: bool = True,
    suspect: tuple[str, str] | None = SUSPECT,
    own: int = 1,
    analysed: bool = True,
) -> Path:
    """Write all tables, those of the analyses too where they are `analysed`; `rename` gives a
    speaker another name, `suspect` spoils one fit.

    Several `checkpoints` of a speaker are a course of training, in a family of its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed(own))
    rows: dict[str, list[dict[str, object]]] = {
        t: []
        for t in (
            "estimates",
            "diagnostics",
            "counts",
            "semantics",
            "predictive",
            "recovery",
            "answers",
            "prompt_sets",
            "asked",
            "replies",
        )
    }
    for speaker, values in SPEAKERS.items():
        human = speaker == "human"
        model = (rename or {}).get(speaker, speaker)
        several = (checkpoints or {}).get(speaker, ["0"])
        for i, checkpoint in enumerate(several):
            at = {"study": "demo", "model": model, "checkpoint": checkpoint}
            _semantics(rows, rng, at, human)
            _answers(rows, rng, at, human)
            if not human:
                _asked(rows, at)
            for goal in GOALS[1:] if human else GOALS:
                bad = (speaker, goal) == suspect
                moved = _values(values, goal, human, i)
                for framing in ["pooled"] if human else ["first", "second", "third", "pooled"]:
                    fit = at | {"goal": goal, "framing": framing}
                    _counts(rows, rng, fit, human)
                    _fit(rows, rng, fit, moved, human, bad, simulated)
            if len(several) > 1:
                for row in rows["estimates"]:
                    if (row["model"], row["checkpoint"]) == (model, checkpoint):
                        row |= {"progress": i / (len(several) - 1), "family": model}
    for table, found in rows.items():
        frame = pl.DataFrame(found, infer_schema_length=None)
        if table == "recovery" and not simulated:
            frame = pl.DataFrame()
        frame.write_parquet(folder / f"{table}.parquet")
    published = [
        {
            "model": (rename or {}).get("human", "human"),
            "goal": g,
            "speaker": "s2",
            "parameter": p,
            "value": v,
            "source": "Yoon and others 2020",
        }
        for g, row in PUBLISHED.items()
        for p, v in row.items()
    ]
    pl.DataFrame(published).write_parquet(folder / "published.parquet")
    _comparison((rename or {}).get("human", "human")).write_parquet(folder / "comparison.parquet")
    if analysed:
        found = evidence(rows, (rename or {}).get("human", "human"), rng)
        for name in analysis_names():
            analyse(name, found).write_parquet(folder / f"{name}.parquet")
    return folder


def _comparison(human: str) -> pl.DataFrame:
    """Speakers of people, one with bad Pareto k, one suspect; as measured, and as published."""
    rows = [
        ("s2", 1, 0.0, 0.0, 0.7, 0, "ok", 0.0, 1),
        ("s1", 2, -7.8, 14.5, 0.26, 2, "ok", None, None),
        ("s2-inf-pre", 3, -24.0, 10.3, 0.04, 0, "ok", -11.14, 2),
        ("s2-pre", 4, -1538.0, 49.5, 0.0, 0, "suspect", -873.8, 3),
    ]
    names = ["speaker", "place", "elpd_diff", "diff_se", "weight", "k_bad", "verdict"]
    frame = pl.DataFrame(rows, [*names, "published_log_bf", "published_place"], orient="row")
    fit = {"study": "demo", "model": human, "checkpoint": "0", "goal": "all", "framing": "pooled"}
    fit |= {"semantics": "joint", "unit": "answer"}
    more = [pl.lit(v).alias(k) for k, v in fit.items()]
    elpd = pl.col("elpd_diff") - 2761.0
    return frame.select(*more, pl.all()).with_columns(
        elpd=elpd, se=pl.lit(50.0), points=pl.lit(2436), p_loo=pl.lit(30.0), k_max=pl.lit(0.8)
    )


def evidence(
    rows: dict[str, list[dict[str, object]]], human: str, rng: np.random.Generator
) -> Evidence:
    """The evidence of a study with these rows: normal draws, answers in a random order."""
    frames = {t: pl.DataFrame(found, infer_schema_length=None) for t, found in rows.items()}
    fits: dict[tuple[object, ...], dict[str, object]] = {}
    keys = ["model", "checkpoint", "goal", "framing", "fit", "speaker", "semantics"]
    for row in rows["estimates"]:
        fit = fits.setdefault(tuple(row[k] for k in keys), {k: row[k] for k in keys})
        fit[str(row["parameter"])] = rng.normal(row["mean"], row["sd"], DRAWS)  # type: ignore[arg-type]
    drawn = pl.concat(
        [pl.DataFrame({"draw": range(DRAWS), **fit}) for fit in fits.values()], how="diagonal"
    )
    answers = _said(frames["counts"].filter(pl.col("model") != human), rng)
    blank = dict.fromkeys(LABEL_COLUMNS, pl.String) | {"progress": pl.Float64}
    numbers = {"alike": pl.Float64, "alike_expected": pl.Float64, "alike_p": pl.Float64}
    numbers |= {"entropy": pl.Float64, "samples": pl.Int64, "prompts": pl.Int64}
    frames["prompt_sets"] = frames["prompt_sets"].cast(numbers)  # type: ignore[arg-type]
    frames["thoughts"] = pl.DataFrame(schema=THOUGHTS)
    frames["served"] = pl.DataFrame(schema=SERVED)
    frames["estimates"] = frames["estimates"].cast(blank)  # type: ignore[arg-type]
    return Evidence(
        study="demo",
        goals=GOALS,
        utterances=UTTERANCES,
        baseline=[human],
        yardstick=Yardstick(human, "both", "main", tuple(set(frames["counts"]["model"])), {}),
        settings=analyses_type()(),
        worth=[1.0, 2.0, 3.0, 4.0, 5.0],
        negated=[utterance.startswith("not ") for utterance in UTTERANCES],
        tables={name: frame.lazy() for name, frame in frames.items()},
        drawn=drawn.lazy(),
        answered=answers.lazy(),
    )


def _said(counts: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """One answer of each vignette and pair of names in each condition of a table of counts."""
    by = ["model", "checkpoint", "goal", "framing", "state"]
    said = []
    for key, cells in counts.filter(pl.col("framing") != "pooled").group_by(
        by, maintain_order=True
    ):
        p = cells["p"].to_numpy() / cells["p"].sum()
        for vignette, name in product(["cake", "poem", "song"], ["Amara", "Yuki"]):
            shares = np.eye(len(p))[rng.choice(len(p), p=p)]
            said.append(
                {
                    **dict(zip(by, key, strict=True)),
                    "vignette": vignette,
                    "speaker_name": name,
                    "listener_name": "Omar",
                    "levels": "",
                    "shares": shares.tolist(),
                    "places": rng.permutation(len(p)).tolist(),
                }
            )
    return pl.DataFrame(said)


def _asked(rows, at) -> None:  # type: ignore[no-untyped-def]
    rows["asked"].append(
        at
        | {"provider": "api", "source": "openai/some-model", "reported": "some-model-2026"}
        | {"answers": 300, "lines": 310, "prompt_tokens": 62_000, "completion_tokens": 900}
        | {"reasoning_tokens": None, "cost_usd": 0.25, "assumed_usd": None, "told_usd": None}
        | {**dict.fromkeys(prompts_told.COLUMNS), "system": "sent"}
        | {"apart": 0.1, "apart_from": "low", "bits_per_character": None}
        | {"first_at": "2026-11-20T10:00:00.000+00:00", "last_at": "2026-11-20T10:05:00.000+00:00"}
    )
    for i, (method, text) in enumerate(
        [("letter", "(A)"), ("phrase", "not bad"), ("invalid", "<script>alert(2)</script>")]
    ):
        prompt = {"prompt_set": "social", "framing": "first", "vignette": "cake", "state": 1 + i}
        rows["replies"].append(
            at
            | prompt
            | {"utterance": None, "request": f"r{i}", "sample": 0, "options": "(A) bad; (B) good"}
            | {"prompt": f"[user]\nMy cake <b>{i}</b>?", "text": text, "method": method}
            | {"choice": None if method == "invalid" else "not bad", "label_mass": None}
        )


def _values(values: tuple[float, ...], goal: str, human: bool, step: int) -> dict[str, float]:
    found = dict(zip(NAMES, values, strict=True))
    if human:
        found |= {"phi": {"informative": 0.50, "social": 0.39, "both": 0.386}[goal], "cost": 3.0}
        found["omega_soc"] = {"informative": 0.01, "social": 0.25, "both": 0.095}[goal]
        found["omega_inf"] = 0.2
        found["omega_pre"] = 1 - found["omega_inf"] - found["omega_soc"]
    if goal == "social" and not human:
        found["phi"] *= 0.6
    found["phi"] = float(np.clip(found["phi"] + 0.04 * step, 0.02, 0.97))
    return found


def _fit(rows, rng, fit, values, human, bad, simulated) -> None:  # type: ignore[no-untyped-def]
    verdict = "suspect" if bad else "ok"
    span = "0-3" if human else "1-5"
    base = fit | {
        "fit": "main",
        "speaker": "s2",
        "semantics": "joint",
        "values": span,
        "estimator": "samples",
    }
    labels = {"family": "human" if human else "simulated", "dataset": None, "method": None}
    for name, truth in values.items():
        sd = 0.3 if name in ("alpha", "cost") else 0.03 if fit["framing"] == "pooled" else 0.05
        mean = truth + rng.normal(0, sd)
        if name not in ("alpha", "cost"):
            mean = float(np.clip(mean, 0.02, 0.97))
        low, high = mean - 1.96 * sd, mean + 1.96 * sd
        if name not in ("alpha", "cost"):
            low, high = max(0.0, low), min(1.0, high)
        summary = {"mean": mean, "hdi_low": low, "hdi_high": high}
        rows["estimates"].append(
            base | {"parameter": name, "sd": sd, "median": mean, "mode": mean, "ess_bulk": 2400.0,
                    "ess_tail": 2100.0, "rhat": 1.08 if bad else 1.001, "contraction": 0.9,
                    "verdict": verdict, "described": "yes", "told": True,
                    } | dict.fromkeys(LABEL_COLUMNS) | summary | labels
        )  # fmt: skip
        if simulated and not human:
            rows["recovery"].append(
                fit
                | {
                    "fit": "main",
                    "speaker": "s2",
                    "parameter": name,
                    "truth": truth,
                    "covered": low <= truth <= high,
                }
                | summary
            )
    rows["diagnostics"].append(
        base | {"divergences": 37 if bad else 0, "treedepth_hits": 0,
                "rhat_worst": 1.08 if bad else 1.003,
                "ess_least": 45.0 if bad else 1900.0, **CRITICISM, "seconds": 6.5,
                "verdict": verdict,
                "note": "37 divergences, R-hat 1.08" if bad else ""}
    )  # fmt: skip
    for state in range(4) if human else range(1, 6):
        p = _shares(state, human, values["phi"])
        for utterance, share in zip(UTTERANCES, p, strict=True):
            sd = np.sqrt(share * (1 - share) / 130) + 0.002
            rows["predictive"].append(
                base | {"state": state, "utterance": utterance, "p_mean": share,
                       "effective": 130.0,
                       **{f"{name}_influence": float(rng.normal(0, 1e-4)) for name in MOVED},
                       "p_low": max(0, share - 2 * sd), "p_high": min(1, share + 2 * sd),
                       "p_data": float(np.clip(share + rng.normal(0, sd), 0, 1))}
            )  # fmt: skip


def _shares(state: int, human: bool, phi: float) -> np.ndarray:
    worth = np.array([0.0, 0.2, 0.75, 1.0, 0.35, 0.55, 0.3, 0.6])
    true = state / 3 if human else (state - 1) / 4
    logit = -12 * (worth - (phi * true + (1 - phi) * 0.7)) ** 2
    return np.exp(logit) / np.exp(logit).sum()


def _counts(rows, rng, fit, human) -> None:  # type: ignore[no-untyped-def]
    n = 390 if fit["framing"] == "pooled" else 130
    for state in range(4) if human else range(1, 6):
        drawn = rng.multinomial(n - 2, _shares(state, human, 0.6))
        for utterance, weight in zip(UTTERANCES, drawn, strict=True):
            rows["counts"].append(
                fit | {"state": state, "utterance": utterance, "p": weight / (n - 2),
                       "weight": float(weight),
                       "n_valid": n - 2, "n_invalid": 0 if human else 2, "label_mass": None}
            )  # fmt: skip


def _semantics(rows, rng, at, human) -> None:  # type: ignore[no-untyped-def]
    for u, utterance in enumerate(UTTERANCES):
        for state in range(4) if human else range(1, 6):
            true = state / 3 if human else (state - 1) / 4
            chance = 1 / (1 + np.exp(-8 * (true - 0.5) * (1 if u in (2, 3, 4, 5) else -1)))
            yes = int(rng.binomial(52, chance))
            theta = (yes + 1) / 54
            sd = np.sqrt(theta * (1 - theta) / 55)
            rows["semantics"].append(
                at | {"utterance": utterance, "state": state, "yes": yes, "n": 52, "theta": theta,
                      "hdi_low": max(0, theta - 1.96 * sd), "hdi_high": min(1, theta + 1.96 * sd)}
            )  # fmt: skip


def _answers(rows, rng, at, human) -> None:  # type: ignore[no-untyped-def]
    if human:
        return
    for prompt_set in [*GOALS, "semantics"]:
        rows["prompt_sets"].append(
            dict.fromkeys(PROMPT_SETS)
            | at
            | {"prompt_set": prompt_set, "wanted": 1950, "answers": 1950, "invalid": 30}
            | {"reasons": "30 undecided", "refused": 0, "stopped": False}
        )
        for framing in ["first", "second", "third"]:
            for method, n in (("letter", 500), ("phrase", 140), ("invalid", 10)):
                reason = "undecided" if method == "invalid" else None
                rows["answers"].append(
                    at | {"prompt_set": prompt_set, "framing": framing, "method": method,
                          "reason": reason, "n": n, "share": n / 650}
                )  # fmt: skip
