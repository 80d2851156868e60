"""A speaker is fitted at each level of a factor: its change is found, and none at a wall."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import numpy as np
import polars as pl
import pytest

from seeds import seed
from tactometer.inference.calibration import Domain
from tactometer.inference.factor_levels import LEVELS, fit_levels
from tactometer.study import domain as domains
from tactometer.study.fit_recipe import FitRecipe, Space
from tactometer.study.model_settings import Fit
from tactometer.utils.paths import ROOT


@pytest.fixture(scope="module")
def levels() -> Any:
    """The calibration of differences between levels."""
    spec = importlib.util.spec_from_file_location("levels", ROOT / "benchmarks" / "levels.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["levels"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def words() -> Domain:
    """The words of the domain of polite speech."""
    known = domains.load(ROOT / "resources" / "polite_speech")
    return Domain(np.array(known.states, float), known.utterances, np.array(known.literal))


def test_a_planted_change_is_found_and_none_where_a_weight_is_at_its_wall(
    levels: Any, words: Domain
) -> None:
    """By maximum likelihood a weight that is 0 at one level and .2 at the other is 'found'."""
    null = pl.DataFrame(list(levels.check(("soc .2", 0.1, seed(900)), words)))
    assert (null["mean"].abs() < 4.5 * null["sd"]).all(), null  # one in twenty is found by chance
    rows = pl.DataFrame(list(levels.check(("planted .4", 0.0, seed(901)), words)))
    moved = rows.filter(pl.col("truth") != 0)
    assert moved["found"].any()
    assert (moved["mean"].sign() == moved["truth"].sign()).all()
    verdicts = ", ".join(rows["verdict"]).split(", ")
    assert verdicts.count("suspect") <= len(verdicts) / 2  # one level's fit of the two
    assert rows["design_effect"].min() >= 1  # type: ignore[operator]


@pytest.mark.parametrize("share", [(), ("alpha",)])
def test_a_level_is_fitted_to_its_own_answers_alone_and_one_without_any_is_left_out(
    share: tuple[str, ...],
) -> None:
    states, utterances = (1, 2), ("bad", "good", "not bad", "not good")
    said = {"friend": utterances, "boss": ("good", "good")}
    rows = [
        {"vignette": f"v{v}", "framing": "third", "state": s, "relation": level,
         "choice": None if level == "boss" and v > 2 else words[s - 1],
         "method": "invalid" if level == "boss" and v > 2 else "letter"}
        for v in range(6) for s in states for level, words in said.items()
    ]  # fmt: skip
    choices = pl.DataFrame(rows).with_columns(
        label_mass=pl.lit(None, pl.Float64), probs=pl.lit(None, pl.List(pl.Float64))
    )
    truths = pl.DataFrame(
        [{"utterance": u, "state": s, "yes": 8.0 if (i + s) % 2 else 2.0, "n": 10.0,
          "by_vignette": []} for i, u in enumerate(utterances) for s in states]
    )  # fmt: skip
    recipe = FitRecipe(
        Fit(warmup=100, draws=100, chains=2, position="ignore", share=share),
        Space(states, utterances, (False, False, True, True), seed(1)),
        factors={"relation": ("friend", "boss", "nobody")},
    )
    goals = {"default": choices, "social": choices}
    both = fit_levels(recipe, goals, truths, ("m", "0"))
    for found in both.values():
        assert dict(found.schema) == LEVELS
        answers = dict(found.select("level", "answers").unique().rows())
        assert answers == {"friend": 12, "boss": 6}
    alphas = [both[goal].filter(level="friend")["alpha"].to_list() for goal in goals]
    assert (alphas[0] == alphas[1]) == bool(share), "what goals share is fitted once"
