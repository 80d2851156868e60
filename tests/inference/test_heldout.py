"""Held-out prediction: vignettes that a fit has not seen are predicted better than by the prior."""

from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import graph
from graph import ANALYSED, PAGE
from seeds import seed
from tactometer.inference import folds, heldout
from tactometer.report import heldout_table
from tactometer.speaker_model import reference
from tactometer.study.fit_recipe import of_content

STATES = list(range(1, 6))
UTTERANCES = [f"u{k}" for k in range(8)]
VIGNETTES = ["cake", "poem", "song", "talk", "film", "soup"]
SETTINGS = {
    "fit": {"speakers": ["s2"], "pooling": "none", "count_total": None,
            "design_effect": "estimate", "position": "ignore", "cost": False, "share": []},
    "folds": 3,
    "domain": {"states": STATES, "utterances": UTTERANCES, "negated": [False] * 8, "seed": seed(1)},
}  # fmt: skip
THETA = np.array(
    [1 / (1 + np.exp(-k * (np.array(STATES) - m))) for k, m in [(-3, 1.5), (-2, 2.4), (2, 3.6)]]
    + [1 / (1 + np.exp(3 * (np.array(STATES) - m))) for m in (1.4, 2.2, 3.1, 3.8, 4.5)]
).clip(0.02, 0.98)


P = np.exp(reference.s2(5.0, 0.6, [0.4, 0.2, 0.4], THETA, np.array(STATES, float)))


def write(
    folder: Path, each: int = 6, own: int = 1, nats: float = 0.0
) -> tuple[dict[str, Path], Path]:
    """Choices of a known speaker about every vignette in one framing, what is shown first gaining
    some nats, and its yes/no choices.
    """
    rng = np.random.default_rng(seed(own))
    rows = []
    for v, (i, s), _ in product(VIGNETTES, enumerate(STATES), range(each)):
        options = rng.permutation(UTTERANCES).tolist()
        p = P[i] * np.exp(nats * (np.array(UTTERANCES) == options[0]))
        choice = str(rng.choice(UTTERANCES, p=p / p.sum()))
        rows.append(
            {"framing": "third", "vignette": v, "state": s, "choice": choice, "options": options}
        )
    said = pl.DataFrame(rows).with_columns(
        probs=pl.lit(None, pl.List(pl.Float64)), method=pl.lit("letter"),
        label_mass=pl.lit(None, pl.Float64),
    )  # fmt: skip
    yes = [
        {"vignette": v, "utterance": u, "state": s, "p_yes": float(THETA[k, i]), "label_mass": None}
        for v in VIGNETTES
        for k, u in enumerate(UTTERANCES)
        for i, s in enumerate(STATES)
    ]
    said.write_parquet(folder / "social.parquet")
    pl.DataFrame(yes, schema_overrides={"label_mass": pl.Float64}).write_parquet(
        folder / "semantics.parquet"
    )
    return {"social": folder / "social.parquet"}, folder / "semantics.parquet"


def test_every_vignette_is_held_out_once() -> None:
    dealt = folds.deal(VIGNETTES, 4, seed=seed(7))
    assert sorted(name for fold in dealt for name in fold) == sorted(VIGNETTES)
    assert {len(fold) for fold in dealt} == {1, 2} and len(dealt) == 4
    assert len(folds.deal(VIGNETTES, 20, seed=seed(7))) == len(VIGNETTES)
    assert folds.deal(VIGNETTES[::-1], 4, seed=seed(7)) == dealt


def test_a_speaker_predicts_unseen_vignettes_nearly_as_well_as_counting_allows(
    tmp_path: Path,
) -> None:
    table = heldout.hold_out(of_content(SETTINGS), *write(tmp_path))
    assert table["framing"].to_list() == ["third", "pooled"]
    row = table.row(0, named=True)
    assert row["n"] == 6 * 5 * 6 and row["folds"] == 3 and row["vignettes"] == 6
    # what so few answers scatter by: of 200,000 simulations two went beyond either end
    assert 0.28 < row["mse"] / row["mse_counting"] < 2.8
    assert row["mse"] < 0.5 * row["mse_prior_mean"] < row["mse_prior"]
    assert {**row, "framing": "pooled"} == table.row(1, named=True)


def test_what_is_held_out_is_corrected_for_places_as_the_fit_is(tmp_path: Path) -> None:
    """Behind two nats a corrected speaker predicts the corrected answers as well as so many allow,
    and those are worth less; answers as they are hide how far a speaker is from another.
    """
    choices, semantics = write(tmp_path, each=8, nats=2.0)
    found = {}
    for how in ("ignore", "estimate"):
        fit = {**SETTINGS["fit"], "position": how}  # type: ignore[dict-item]
        settings = of_content({**SETTINGS, "fit": fit})
        found[how] = heldout.hold_out(settings, choices, semantics).row(0, named=True)
    right = found["estimate"]
    assert right["mse"] < 2 * right["mse_counting"]
    assert right["mse_counting"] > found["ignore"]["mse_counting"]
    assert right["mse_prior_mean"] > found["ignore"]["mse_prior_mean"]
    assert right["n"] == found["ignore"]["n"]


def test_what_is_held_out_is_not_fitted(tmp_path: Path) -> None:
    """Answers about one vignette that are all alike move the errors of its own fold alone: a fit
    that saw them would predict them.
    """
    choices, semantics = write(tmp_path)
    frame = pl.read_parquet(choices["social"])
    odd = pl.col("vignette") == folds.deal(VIGNETTES, 6, seed(1))[0][0]
    frame.with_columns(choice=pl.when(odd).then(pl.lit("u0")).otherwise("choice")).write_parquet(
        choices["social"]
    )
    settings = of_content({**SETTINGS, "folds": 6})
    table = heldout.hold_out(settings, choices, semantics)
    surprise = ((np.eye(8)[0] - P) ** 2).mean() / 6  # of a speaker that never heard of it
    assert table["mse"][0] > 0.8 * surprise


def test_recorded_counts_say_that_they_tell_no_vignettes_apart(tmp_path: Path) -> None:
    cells = [{"state": s, "utterance": u} for s in STATES for u in "ab"]
    counts = pl.DataFrame(cells).with_columns(framing=pl.lit("pooled"), n_valid=7)
    counts.write_parquet(tmp_path / "social.parquet")
    row = heldout.of_recorded(of_content(SETTINGS), {"social": tmp_path / "social.parquet"}).row(
        0, named=True
    )
    assert row["mse"] is None and row["folds"] == 0 and row["n"] == 35
    assert "vignettes" in row["note"]


@pytest.mark.long
def test_a_study_that_holds_vignettes_out_says_so_in_its_table(run: Path) -> None:
    """Turning it on costs no fit, and fewer folds cost the held-out fits alone."""
    graph.edit(run / "config/config.yaml", "warmup: 150", "heldout: 2, warmup: 150")
    ends = {**ANALYSED, **PAGE, "gather": 3, "tabulate": 1}
    assert graph.plan(run) == {"recipe": 5, "hold_out": 4, **ends}
    graph.snakemake(run, "results/small/tables/heldout.parquet")
    table = pl.read_parquet(run / "results/small/tables/heldout.parquet")
    asked = table.filter(pl.col("model") != "people")
    assert (asked["mse"] < asked["mse_prior"]).all() and (asked["folds"] == 2).all()
    people = table.filter(model="people").row(0, named=True)
    assert people["mse"] is None and "vignettes" in people["note"]
    told = heldout_table.sentence(table)
    assert "vignettes that a fit had not seen" in told and "apart: people." in told
    graph.edit(run / "config/config.yaml", "heldout: 2", "heldout: 3")
    assert graph.plan(run) == {"recipe": 4, "hold_out": 4, **ends}  # the page waits since before
