"""Power: how often a claim of a study would be found, by the analyses' own tests."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from scipy.stats import norm

from seeds import seed
from tactometer.cli.parser import main
from tactometer.planning import power, precision
from tactometer.study import study
from tactometer.study.analyses import testing as that_test

STUDY = """\
study: two
goals: [{goals}]
framings: [third]
models:
  one:
    provider: simulated
    checkpoints: {{"0": {{alpha: 4.0, phi: 0.8, omega: {{inf: 0.8, soc: 0.1, pre: 0.1}}}}}}
    labels: {{family: a}}
  other:
    provider: simulated
    checkpoints: {{"0": {{alpha: 4.0, phi: 0.8, omega: {{inf: 0.8, soc: 0.1, pre: 0.1}}}}}}
    labels: {{family: b}}
"""
WIDTH = 0.2
ALARM = 4.9  # standard errors: a chance of one in a million


def planned(folder: Path, goals: str = "default") -> study.Study:
    (folder / "two.yaml").write_text(STUDY.format(goals=goals))
    return study.load([folder / "two.yaml"])


def widths(asked: study.Study) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"answers": size.answers, "yes_no": size.yes_no, "parameter": name, "width": WIDTH}
            for size in precision.of_study(asked)
            for name in power.READ
        ]
    )


def test_a_comparison_is_found_as_often_as_the_normal_law_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(power, "SIZES", (0.0, 0.2, 0.3))
    asked = planned(tmp_path)
    (claim,) = power.claims(asked, power.fits_of(asked))
    assert (claim.name, claim.table) == ("the family b matters", "contrasts")
    table = power.power(asked, widths(asked), seed=seed(1), progress=lambda _: None)
    sd = WIDTH / power.SD * 2**0.5
    level = asked.analyses.level / len(that_test(bool(asked.factors)))
    reach = norm.isf((1 - (1 - level) ** (1 / 4)) / 2)  # phi and three weights, alike
    for row in table.iter_rows(named=True):
        law = sum(norm.sf(reach - sign * row["size"] / sd) for sign in (1, -1))
        error = (law * (1 - law) / power.REPEATS) ** 0.5
        # 400 draws put the reach of a family and an sd a twentieth off
        near = [sum(norm.sf(r * reach - s * row["size"] / sd) for s in (1, -1)) for r in (0.9, 1.1)]
        assert near[1] - ALARM * error - 0.02 <= row["power"] <= near[0] + ALARM * error + 0.02
        assert row["power_low"] <= row["power"] <= row["power_high"]


def test_every_claim_of_a_study_is_asked_about_and_of_no_other() -> None:
    found = {}
    for name in ("closed_source_replication", "open_source_replication"):
        asked = study.load([Path(f"config/studies/{name}.yaml")])
        every = list(power.claims(asked, power.fits_of(asked)))
        found[name] = [(claim.name, claim.table) for claim in every]
    assert found["open_source_replication"] == [
        ("training moves a run", "movement"),
        ("the family qwen matters", "contrasts"),
        ("the dataset ultrafeedback matters", "contrasts"),
        ("the method ppo matters", "contrasts"),
    ]
    assert found["closed_source_replication"] == [
        ("the goal informative moves a model", "shifts"),
        ("the goal informative moves models", "mixed_effects"),
        ("the effort medium moves a model", "shifts"),
        ("the effort medium moves models", "mixed_effects"),
        ("the family gpt matters", "contrasts"),
    ]


def test_large_effects_of_a_goal_are_found_of_a_model_and_over_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(power, "SIZES", (0.0, 0.6))
    asked = planned(tmp_path, "default, social")
    narrow = widths(asked).with_columns(width=pl.lit(0.02))
    every = list(power.claims(asked, power.fits_of(asked)))
    few = [replace(claim, repeats=2) for claim in every]
    monkeypatch.setattr(power, "claims", lambda *_: iter(few))
    table = power.power(asked, narrow, progress=lambda _: None)
    assert set(table["table"]) == {"contrasts", "mixed_effects", "shifts"}
    of_one = table.filter(table="shifts").sort("size")
    assert of_one["power"].to_list() == [0.0, 1.0]
    assert of_one["comparisons"].to_list() == [2, 2], "a comparison a model"


def test_what_is_found_often_enough_lies_between_two_sizes() -> None:
    def told(*found: float) -> str:
        return power.detectable(pl.DataFrame({"size": [0.0, 0.1, 0.2], "power": found}))

    assert told(0.0, 0.6, 1.0) == "0.15"
    assert told(0.0, 0.1, 0.7) == "above 0.2"


def test_the_command_tells_and_writes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(power, "SIZES", (0.0, 0.3))
    planned(tmp_path)
    words = ["design", str(tmp_path / "two.yaml"), "--power", "--speakers", "2"]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--semantics", "fixed", "--out", str(tmp_path / "out")])
    assert not ended.value.code
    shown = capsys.readouterr().out
    assert "the family b matters" in shown and "80% from" in shown
    assert pl.read_csv(tmp_path / "out/power.csv").columns == list(power.POWER)
    with pytest.raises(SystemExit):
        main(["design", "--power"])
    assert "--power: name the study whose claims are meant." in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*words, "--answers", "20"])
    assert "take --answers and --yes-no away" in capsys.readouterr().err


def test_wider_intervals_find_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(power, "SIZES", (0.3,))
    asked = planned(tmp_path)
    found = [
        power.power(asked, widths(asked).with_columns(pl.col("width") * factor),
                    progress=lambda _: None)["power"][0]
        for factor in (0.5, 3.0)
    ]  # fmt: skip
    assert found[0] > 0.95 and found[1] < 0.3
