"""Evidence for the analyses: fits whose draws are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from seeds import seed
from tactometer.analyses.evidence import PARAMETERS, Evidence
from tactometer.study.labels import LABEL_COLUMNS
from tactometer.study.settings import analyses_type
from tactometer.study.yardstick import Yardstick
from tactometer.tables import prompts_told, served
from tactometer.tables.answer_quality import PROMPT_SETS
from tactometer.tables.thought_tokens import THOUGHTS

DRAWS = 400
UTTERANCES = ["bad", "good", "not bad"]
LABELS = dict.fromkeys(LABEL_COLUMNS)
PLAIN = (0.5, 0.3, 0.2, 0.5)  # phi, omega_inf, omega_soc, omega_pre
SYCOPHANT = (0.2, 0.05, 0.05, 0.9)
SEMANTICS = pl.DataFrame(
    [
        {"model": "m", "checkpoint": "0", "utterance": u, "state": s, "theta": theta}
        for u, row in zip(UTTERANCES, ((0.9, 0.1), (0.1, 0.9), (0.5, 0.5)), strict=True)
        for s, theta in zip((1, 2), row, strict=True)
    ]
)


def fit(
    model: str,
    checkpoint: str,
    values: tuple[float, ...] = PLAIN,
    *,
    goal: str = "default",
    framing: str = "pooled",
    sd: float = 0.02,
    verdict: str = "ok",
    described: str = "yes",
    told: bool = True,
    choices: str = "vary",
    name: str = "main",
    alpha: float = 3.0,
    **labels: Any,
) -> dict[str, Any]:
    """One fit: where its draws lie, and what it is called."""
    named = {"model": model, "checkpoint": checkpoint, "goal": goal, "framing": framing}
    fixed = {"speaker": "s2", "semantics": "joint", "verdict": verdict, "values": values, "sd": sd}
    fixed |= {"fit": name, "alpha": alpha}
    fixed |= {"described": described, "told": told, "choices": choices}
    return {**named, **fixed, **LABELS, "family": model, **labels}


def evidence(
    *fits: dict[str, Any],
    answers: pl.DataFrame | None = None,
    apart: Mapping[str, str] | None = None,
    **tables: Any,
) -> Evidence:
    """A study with these fits; their draws are normal, and independent. `human`, where it is there,
    is the yardstick, and all but those `apart` compare with it.
    """
    rng = np.random.default_rng(seed(7))
    keys = ["model", "checkpoint", "goal", "framing", "fit", "speaker", "semantics"]
    drawn = [
        pl.DataFrame(
            schema={
                **dict.fromkeys(keys, pl.String),
                "draw": pl.Int64,
                **dict.fromkeys([*PARAMETERS, "alpha"], pl.Float64),
            }
        )
    ]
    for one in fits:
        x = {
            p: rng.normal(value, one["sd"], DRAWS)
            for p, value in zip(PARAMETERS, one["values"], strict=True)
        }
        x["alpha"] = np.exp(rng.normal(np.log(one["alpha"]), one["sd"], DRAWS))
        drawn.append(pl.DataFrame({**{k: one[k] for k in keys}, "draw": range(DRAWS), **x}))
    kinds = dict.fromkeys([*keys, "verdict", "described", *list(LABELS)[:-1]], pl.String)
    kinds |= {"told": pl.Boolean, "progress": pl.Float64}
    estimates = pl.DataFrame(
        [
            {**{k: one[k] for k in kinds}, "parameter": p, "mean": x, "median": x,
             "sd": one["sd"], "hdi_low": x - 2 * one["sd"],
             "hdi_high": x + 2 * one["sd"]}
            for one in fits
            for p, x in zip(PARAMETERS, one["values"], strict=True)
        ],
        schema={**kinds, "parameter": pl.String, **dict.fromkeys(
            ("mean", "median", "sd", "hdi_low", "hdi_high"), pl.Float64)},
    )  # fmt: skip
    estimates = estimates.with_columns(estimator=pl.lit("label_logprob"))
    named = dict.fromkeys((*keys, "choices"), pl.String)
    diagnosed = pl.DataFrame([{k: one[k] for k in named} for one in fits], schema=named)
    diagnosed = diagnosed.with_columns(design_effect=pl.lit(1.0))
    asked = {**dict.fromkeys(["model", "checkpoint"], pl.String), **prompts_told.COLUMNS}
    asked |= {**served.APART, "bits_per_character": pl.Float64}
    tables = {
        "diagnostics": diagnosed,
        "asked": pl.DataFrame(schema=asked),
        "served": pl.DataFrame(schema=served.SERVED),
        "prompt_sets": pl.DataFrame(schema=PROMPT_SETS),
        "thoughts": pl.DataFrame(schema=THOUGHTS),
        **tables,
    }
    return Evidence(
        study="s",
        goals=["default", "social"],
        utterances=UTTERANCES,
        baseline=["human"],
        settings=analyses_type()(),
        tables={"estimates": estimates.lazy(), **{k: v.lazy() for k, v in tables.items()}},
        drawn=pl.concat(drawn).lazy(),
        yardstick=_yardstick(fits, apart or {}),
        answered=(pl.DataFrame() if answers is None else answers).lazy(),
    )


def _yardstick(fits: Sequence[dict[str, Any]], apart: Mapping[str, str]) -> Yardstick | None:
    mine = [one for one in fits if one["model"] == "human"]
    if not mine:
        return None
    names = dict.fromkeys(one["model"] for one in fits if one["model"] != "human")
    alike = tuple(name for name in names if name not in apart)
    return Yardstick("human", "both", mine[-1]["fit"], alike, apart)


def moved(phi: float) -> tuple[float, ...]:
    return (phi, *PLAIN[1:])


def answered(
    first: float = 0.0, kind: str | None = None, pairs: int = 40, own: int = 3
) -> pl.DataFrame:
    """Answers of one checkpoint: `first` choose what stands first, `kind` is always called good."""
    rng = np.random.default_rng(seed(own))
    rows = []
    for state in (1, 2):
        for vignette in ("cake", "poem", "song"):
            for pair in range(pairs):
                places = rng.permutation(3)
                chosen = int(rng.choice(3, p=(0.6, 0.2, 0.2)))
                if rng.random() < first:
                    chosen = int(np.argmin(places))
                if vignette == kind:
                    chosen = 1
                rows.append(
                    {"model": "m", "checkpoint": "0", "goal": "social", "framing": "pooled",
                     "vignette": vignette, "speaker_name": "Ada", "listener_name": f"L{pair % 4}",
                     "state": state, "levels": "", "shares": np.eye(3)[chosen].tolist(),
                     "places": places.tolist()}
                )  # fmt: skip
    return pl.DataFrame(rows)
