"""Where framings do not agree, their average stands, and not a speaker fitted to the mixture."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from evidences import evidence
from evidences import fit as one_fit
from seeds import seed
from tactometer.inference.fit import fit
from tactometer.inference.stages import STAGES
from tactometer.speaker_model.speaker_coordinates import Natural
from tactometer.speaker_model.variants import SPEAKERS
from tactometer.study import study
from tactometer.study.fit_recipe import of_content
from tactometer.tables.fit_selection import representative

STUDY = """\
study: mine
goals: [social]
framings: [first, third]
fit: {chains: 2, warmup: 200, draws: 200}
models:
  friend:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.8, omega: {inf: 0.7, soc: 0.1, pre: 0.2}}
"""
LIST = pl.List(pl.Float64)
HONEST, KIND = (0.8, (0.6, 0.2, 0.2)), (0.2, (0.2, 0.2, 0.6))


def fitted(
    folder: Path, first: tuple[float, tuple[float, ...]], text: str = STUDY
) -> dict[str, pl.DataFrame]:
    """The fits of a speaker that is `first` in one framing and KIND in the other."""
    (folder / "study.yaml").write_text(text)
    sweep = study.load([folder / "study.yaml"])
    stage = next(stage for stage in STAGES if stage.name == "fit")
    settings = of_content(json.loads(json.dumps(dict(stage.targets(sweep))["fit/friend"])))
    world = sweep.domain
    rng = np.random.default_rng(seed(5))
    theta = np.array(world.literal)
    rows = []
    for framing, (phi, omega) in {"first": first, "third": KIND}.items():
        at = Natural(
            alpha=np.array([4.0]),
            phi=np.array([phi]),
            omega=np.array([omega]),
            cost=None,
            lapse=None,
        )
        p = np.exp(SPEAKERS["s2"].log_speaker(at, theta, world.values))[0]
        for s, shares in zip(world.states, p, strict=True):
            drawn = rng.multinomial(400, shares / shares.sum())
            for u, n in zip(world.utterances, drawn, strict=True):
                rows.append({"framing": framing, "state": s, "utterance": u, "weight": float(n)})
    single = pl.DataFrame(rows)
    whole = single.group_by("state", "utterance", maintain_order=True).agg(pl.col("weight").sum())
    pooled = whole.with_columns(framing=pl.lit("pooled")).select(single.columns)
    counts = pl.concat([single, pooled]).with_columns(by_vignette=pl.lit(None, LIST))
    counts.write_parquet(folder / "social.parquet")
    yes = rng.binomial(400, theta)
    words = [
        {"utterance": u, "state": s, "yes": float(yes[i, j]), "n": 400.0, "by_vignette": None}
        for i, u in enumerate(world.utterances)
        for j, s in enumerate(world.states)
    ]
    pl.DataFrame(words, schema_overrides={"by_vignette": LIST}).write_parquet(folder / "w.parquet")
    (folder / "out").mkdir()
    out = folder / "out/social.nc"
    fit(settings, folder / "w.parquet", [folder / "social.parquet"], [out])
    parts = ("estimates", "diagnostics", "draws")
    return {part: pl.read_parquet(out.with_suffix(f".{part}.parquet")) for part in parts}


def test_two_speakers_in_two_framings_are_told_by_their_average(tmp_path: Path) -> None:
    tables = fitted(tmp_path, HONEST)
    estimates = tables["estimates"]
    phi = dict(estimates.filter(parameter="phi").select("framing", "mean").iter_rows())
    assert phi["averaged"] == pytest.approx((phi["first"] + phi["third"]) / 2, abs=0.01)
    row = estimates.filter(parameter="phi", framing="averaged").row(0, named=True)
    assert row["hdi_low"] - 0.05 < 0.5 < row["hdi_high"] + 0.05 and row["told"]
    assert row["sd"] < estimates.filter(parameter="phi", framing="third")["sd"][0] + 0.05
    whose = pl.lit("friend").alias("model"), pl.lit("0").alias("checkpoint")
    named = estimates.with_columns(*whose, pl.lit("social").alias("goal"))
    assert set(representative(named)["framing"]) == {"averaged"}
    told = tables["diagnostics"].filter(framing="averaged").row(0, named=True)
    assert told["rhat_worst"] is None and told["verdict"] in ("ok", "refit", "suspect")
    draws = tables["draws"].filter(framing="averaged")
    assert draws["phi"].mean() == pytest.approx(row["mean"], abs=1e-5)


def test_one_speaker_in_both_framings_has_no_average_and_the_pooled_fit_stands(
    tmp_path: Path,
) -> None:
    tables = fitted(tmp_path, KIND)
    assert set(tables["estimates"]["framing"]) == {"first", "third", "pooled"}


def test_as_published_framings_are_averaged_in_both_ways_whether_they_agree_or_not(
    tmp_path: Path,
) -> None:
    """A mixture is as wide as its parts and what lies between them."""
    published = STUDY.replace("fit: {", "fit: {preset: murthy2025, ")
    for name, first in (("apart", HONEST), ("alike", KIND)):
        (tmp_path / name).mkdir()
        phi = fitted(tmp_path / name, first, published)["estimates"].filter(parameter="phi")
        rows = {row["framing"]: row for row in phi.to_dicts()}
        assert set(rows) == {"first", "third", "pooled", "averaged", "mixture"}
        assert {row["semantics"] for row in rows.values()} == {"fixed"}
        parts = [rows[framing] for framing in ("first", "third")]
        means, variances = [r["mean"] for r in parts], [r["sd"] ** 2 for r in parts]
        between = ((means[0] - means[1]) / 2) ** 2
        assert rows["mixture"]["mean"] == pytest.approx(np.mean(means), abs=0.02)
        whole = np.mean(variances) + between
        assert rows["mixture"]["sd"] ** 2 == pytest.approx(whole, rel=0.15), name
        assert rows["averaged"]["mean"] == pytest.approx(np.mean(means), abs=0.02)


def test_an_average_is_no_framing_of_its_own() -> None:
    """Framing effects and mixed models are of the single framings."""
    names = ("first", "third", "pooled", "averaged", "mixture")
    fits = [one_fit("m", "0", framing=name) for name in names]
    found = evidence(*fits)
    assert found.posterior.fits["framing"].to_list() == ["averaged"]
    assert sorted(found.by_framing.fits["framing"]) == ["first", "third"]
