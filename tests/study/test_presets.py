"""A preset is what a published study did; keys beside it win, and departures are named."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from asking import ROOT
from tactometer.inference import counted
from tactometer.inference.stages import STAGES
from tactometer.report.stages import methods_of
from tactometer.study.fields import UNSET
from tactometer.study.fit_recipe import of_content
from tactometer.study.presets import departures
from tactometer.study.stages import Stage
from tactometer.study.study import Study, load
from tactometer.utils.errors import UserError

STUDY = """\
study: mine
domain: {domain}
goals: [social]
fit: {fit}
models:
  friend:
    provider: simulated
    checkpoints:
      "0": {{alpha: 4.0, phi: 0.8, omega: {{inf: 0.7, soc: 0.1, pre: 0.2}}}}
"""


def study(folder: Path, fit: str) -> Study:
    text = STUDY.format(domain=ROOT / "resources/polite_speech", fit=fit)
    (folder / "study.yaml").write_text(text)
    return load([folder / "study.yaml"])


def test_a_preset_sets_all_that_the_paper_did_and_keys_beside_it_win(tmp_path: Path) -> None:
    fit = study(tmp_path, "{preset: murthy2025}").models["friend"].fit
    assert (fit.semantics, fit.chains, fit.warmup, fit.draws) == ("fixed", 4, 2000, 2000)
    assert (fit.count_total, fit.count_round) == (130, True)
    assert (fit.design_effect, fit.position, fit.cost) == ("ignore", "ignore", False)
    assert departures(fit) == []
    own = study(tmp_path, "{preset: murthy2025, semantics: joint, draws: 500}")
    fit = own.models["friend"].fit
    assert (fit.semantics, fit.draws, fit.warmup) == ("joint", 500, 2000)
    said = ["semantics is joint (there fixed)", "draws is 500 (there 2000)"]
    assert sorted(departures(fit)) == sorted(said)
    assert methods_of(own)["preset"] == {"name": "murthy2025", "departures": departures(fit)}


def test_without_a_preset_nothing_departs_and_no_recipe_names_it(tmp_path: Path) -> None:
    plain = study(tmp_path, "{}")
    assert plain.models["friend"].fit.preset is UNSET
    assert departures(plain.models["friend"].fit) == [] and methods_of(plain)["preset"] is None
    recipe = dict(_stage().targets(plain))["fit/friend"]["fit"]
    assert not {"preset", "count_round"} & set(recipe)


def test_an_unknown_preset_names_its_place_and_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"fit\.preset.*murthy2025"):
        study(tmp_path, "{preset: murthy2026}")


def test_weights_are_rounded_where_they_were(tmp_path: Path) -> None:
    """Of 40 answers a state, rescaled to 130: 12 of them become 39."""
    sweep = study(tmp_path, "{preset: murthy2025}")
    recipe = of_content(dict(_stage().targets(sweep))["fit/friend"])
    world = sweep.domain
    cells = [
        {"framing": "first", "state": s, "utterance": u, "weight": w, "by_vignette": None}
        for s in world.states
        for u, w in zip(world.utterances, (12.0, 11, 7, 5, 2, 1, 1, 1), strict=True)
    ]
    words = [
        {"utterance": u, "state": s, "yes": 4.0, "n": 8.0, "by_vignette": None}
        for u in world.utterances
        for s in world.states
    ]
    kinds = {"by_vignette": pl.List(pl.Float64)}
    frames = {"social": pl.DataFrame(cells, schema_overrides=kinds)}
    truths = pl.DataFrame(words, schema_overrides=kinds)
    found = counted.effective(recipe, frames, truths, "first").counts[0, 0]
    assert found.tolist() == [39, 36, 23, 16, 6, 3, 3, 3]
    assert np.array_equal(found, np.round(np.array([12, 11, 7, 5, 2, 1, 1, 1]) * 130 / 40))


def _stage() -> Stage:
    return next(stage for stage in STAGES if stage.name == "fit")
