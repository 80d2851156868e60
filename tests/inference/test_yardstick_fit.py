"""A yardstick is fitted twice: by itself, and on the terms of the models beside it."""

import json
from pathlib import Path

import h5py
import numpy as np
import polars as pl

from tactometer.inference.fit import fit
from tactometer.inference.stages import STAGES
from tactometer.study import study
from tactometer.study.fit_recipe import of_content

BASE = """\
study: mine
goals: [default, social]
yardstick: {model: human, goal: both}
fit: {chains: 2, warmup: 150, draws: 100}
models:
  human:
    provider: recorded
    production: resources/human/yoon2020_production.csv
    semantics: resources/human/yoon2020_semantics.csv
    domain: resources/human/hearts.yaml
  friend:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.8, omega: {inf: 0.7, soc: 0.1, pre: 0.2}}
"""


def test_both_fits_of_people_stand_in_one_file_by_name_and_range(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(BASE)
    sweep = study.load([path])
    recipe = next(
        dict(stage.targets(sweep))["fit/human"] for stage in STAGES if stage.name == "fit"
    )
    settings = of_content(json.loads(json.dumps(recipe)))
    goals = ("informative", "both")
    rng = np.random.default_rng(1)
    for goal in goals:
        rows = [
            {
                "framing": "pooled",
                "state": s,
                "utterance": u,
                "weight": float(w),
                "by_vignette": None,
            }
            for s in settings.domain.states
            for u, w in zip(settings.domain.utterances, rng.integers(1, 9, 8), strict=True)
        ]
        pl.DataFrame(rows, schema_overrides={"by_vignette": pl.List(pl.Float64)}).write_parquet(
            tmp_path / f"{goal}.parquet"
        )
    cells = [
        {
            "utterance": u,
            "state": s,
            "yes": 6.0 if (i + s) % 3 else 2.0,
            "n": 8.0,
            "by_vignette": None,
        }
        for i, u in enumerate(settings.domain.utterances)
        for s in settings.domain.states
    ]
    pl.DataFrame(cells, schema_overrides={"by_vignette": pl.List(pl.Float64)}).write_parquet(
        tmp_path / "words.parquet"
    )
    outs = [tmp_path / "out" / f"{goal}.nc" for goal in goals]
    outs[0].parent.mkdir()
    fit(
        settings,
        tmp_path / "words.parquet",
        [tmp_path / f"{goal}.parquet" for goal in goals],
        outs,
    )
    for out in outs:
        rows = pl.read_parquet(out.with_suffix(".estimates.parquet"))
        named = set(rows.filter(framing="pooled").select("fit", "values").iter_rows())
        assert named == {("main", "0-3"), ("yardstick", "1-5")}
        with h5py.File(out) as file:
            assert "pooled/s2/posterior" in file and "yardstick/pooled/s2/posterior" in file
    alphas = [
        pl.read_parquet(out.with_suffix(".estimates.parquet"))
        .filter(parameter="alpha", framing="pooled")
        .sort("fit")["mean"]
        .to_list()
        for out in outs
    ]
    assert alphas[0][0] == alphas[1][0]  # shared by the goals of people's own fit
    assert alphas[0][1] != alphas[1][1]  # and not where the models share nothing
