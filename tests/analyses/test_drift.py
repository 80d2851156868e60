"""What a provider changes in the middle of a sweep is seen, and so are checkpoints asked apart."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

import stub
from asking import by_prompt_set, inside, job, model
from seeds import seed
from tactometer.analyses.checks import servers
from tactometer.analyses.checks.sentences import sentences
from tactometer.tables import served

ASKED = {
    **dict.fromkeys(["model", "checkpoint", "first_at", "last_at"], pl.String),
    "answers": pl.Int64,
    **served.APART,
}


def frame(*rows: tuple[str, str, str | None, int]) -> pl.DataFrame:
    """Answers as `served.answers` gives them: prompt set, reported, fingerprint, minute."""
    cells = [(*row[:3], f"2026-11-20T10:{row[3]:02}:00.000+00:00") for row in rows]
    names = ["prompt_set", "reported", "fingerprint", "at"]
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")


def checked(found: dict[str, pl.DataFrame]) -> dict[tuple[str, str], dict[str, Any]]:
    """The checks of a model with these answers, by check and checkpoint."""
    asked = [
        {"model": "m", "checkpoint": name, "answers": each.height, **served.apart(found)[name]}
        | {"first_at": each["at"].min(), "last_at": each["at"].max()}
        if len(found) > 1
        else {"model": "m", "checkpoint": name}
        for name, each in found.items()
    ]
    table = pl.DataFrame([{k: row.get(k) for k in ASKED} for row in asked], schema=ASKED)
    rows = servers.checks(served.table("s", "m", found), table).to_dicts()
    return {(row["check"], row["checkpoint"]): row for row in rows}


def test_a_name_that_changes_in_the_middle_is_flagged_with_the_shares_of_each_side() -> None:
    rows = [("social", "m-1", None, t) for t in range(30)]
    rows += [("semantics", "m-2", None, t) for t in range(30, 40)]
    found = checked({"0": frame(*rows)})["served", "0"]
    assert found["flagged"] and found["value"] == pytest.approx(0.25) and found["n"] == 40
    assert "m-1: 75.0% of answers, 2026-11-20 10:00 to 2026-11-20 10:29" in found["note"]
    assert "m-2: 25.0% of answers, 2026-11-20 10:30" in found["note"]
    assert "shares differ by up to 100.0% between prompt sets" in found["note"]


def test_a_fingerprint_that_changes_is_flagged_and_one_that_is_not_told_is_no_change() -> None:
    rows = [("social", "m", "fp_a", t) for t in range(30)]
    assert not checked({"0": frame(*rows)})["served", "0"]["flagged"]
    assert not checked({"0": frame(*rows, ("social", "m", None, 40))})["served", "0"]["flagged"]
    found = checked({"0": frame(*rows, ("social", "m", "fp_b", 40))})["served", "0"]
    assert found["flagged"] and "m (fp_b): 3.2% of answers" in found["note"]


def test_efforts_that_two_versions_answered_are_flagged_though_each_had_one() -> None:
    low = frame(*[("social", "m-1", None, t) for t in range(10)])
    high = frame(*[("social", "m-2", None, t) for t in range(10)])
    found = checked({"low": low, "high": high})
    assert found["served", "low"]["flagged"] and found["served", "high"]["flagged"]


def test_how_far_checkpoints_were_asked_apart_is_the_distance_of_kolmogorov_and_smirnov() -> None:
    rng = np.random.default_rng(seed(3))
    one, other = np.sort(rng.normal(0, 1, 80)), np.sort(rng.normal(0.7, 2, 50))
    assert served.distance(one, other) == pytest.approx(stats.ks_2samp(one, other).statistic)
    early, late = (
        frame(*[("social", "m", None, t) for t in minutes])
        for minutes in (range(20), range(20, 40))
    )
    between = frame(*[("social", "m", None, t) for t in range(0, 40, 2)])
    found = checked({"low": early, "high": late, "none": between})
    assert found["apart", "low"]["value"] == found["apart", "high"]["value"] == 1.0
    assert found["apart", "low"]["flagged"] and "from high" in found["apart", "low"]["note"]
    assert not found["apart", "none"]["flagged"]


def test_a_real_sweep_in_whose_middle_the_server_changes_is_flagged(tmp_path: Path) -> None:
    with stub.running(tmp_path / "log", "--exchanged", "80") as base:
        asked = job(tmp_path / "run", model(base, limits={"timeout": 60}), rows=40)
        assert inside(asked).returncode == 0
    results, mine = asked.answers.parent, asked.sweep.models["m"]
    choices = results / "choices/m/0"
    choices.mkdir(parents=True)
    for path, found in zip(asked.requests, by_prompt_set(asked), strict=True):
        found.write_parquet(choices / path.name)
    table = served.table("asked", "m", served.of_model(mine, results))
    sides = dict(table.group_by("reported").agg(pl.col("answers").sum()).iter_rows())
    assert sides == {"m": 80, "m-new": 40}
    rows = servers.checks(table, pl.DataFrame(schema=ASKED))
    assert rows["flagged"].to_list() == [True] and rows["value"].item() == pytest.approx(1 / 3)
    said = sentences(rows.with_columns(goal=pl.lit(None, pl.String)))
    assert said and "m (0): its provider changed the model" in said[0] and "33%" in said[0]
