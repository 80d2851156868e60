"""Outside scores: correlations that are planted come back, errors on both sides are carried."""

from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

from evidences import PLAIN, evidence, fit
from seeds import seed
from tactometer.analyses.outside_scores.computation import analyse
from tactometer.analyses.outside_scores.correlation import RHO, draws, posterior
from tactometer.analyses.outside_scores.scores import read
from tactometer.analyses.outside_scores.sentences import sentences
from tactometer.analyses.stages import STAGES
from tactometer.inference.intervals import hdi
from tactometer.study import study
from tactometer.study.settings import analyses_type
from tactometer.utils.errors import UserError


def points(rho: float, n: int, error: float, own: int) -> tuple[np.ndarray, np.ndarray]:
    """Points with this correlation behind them, seen with errors of this size beside sd 1."""
    rng = np.random.default_rng([seed(own), n])
    behind = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], n)
    return behind + rng.normal(0, error, behind.shape), np.full((n, 2), error**2)


def mean(v: np.ndarray, errors: np.ndarray) -> float:
    return float(posterior(v, errors, np.zeros(len(v), dtype=np.int64)) @ RHO)


def test_errors_on_both_sides_do_not_hide_a_correlation() -> None:
    """Of .8 behind errors as large as the spread itself half is seen."""
    v, errors = points(0.8, 300, 1.0, 1)
    naive = np.corrcoef(v.T)[0, 1]
    assert naive < 0.62 and mean(v, errors) == pytest.approx(0.8, abs=0.35)
    assert mean(v, errors) > naive + 0.15
    assert mean(v, errors * 0) == pytest.approx(naive, abs=0.03)


def test_intervals_hold_what_was_planted() -> None:
    """95% ones of 60 sets of 12 points; fewer than 47 would be a chance below one in 100,000."""
    rng, held = np.random.default_rng(seed(2)), 0
    for number in range(60):
        rho = rng.uniform(-0.9, 0.9)
        v, errors = points(rho, 12, 0.5, number)
        p = posterior(v, errors, np.zeros(12, dtype=np.int64))
        low, high = hdi(draws(p, rng))
        held += low <= rho <= high
    assert held >= 47


def test_four_points_in_a_row_say_little() -> None:
    v = np.array([[0.0, 0.0], [1.0, 1.1], [2.0, 1.9], [3.0, 3.2]])
    p = posterior(v, np.full((4, 2), 0.5), np.zeros(4, dtype=np.int64))
    low, high = hdi(draws(p, np.random.default_rng(1)))
    assert high - low > 0.8


def table(tmp_path: Path, scores: str, *fits: dict[str, object]) -> pl.DataFrame:
    path = tmp_path / "scores.csv"
    path.write_text(scores)
    found = evidence(*fits)  # type: ignore[arg-type]
    named = {"outside_scores": {"file": str(path)}}
    object.__setattr__(found, "settings", msgspec.convert(named, analyses_type()))
    return analyse(found)


def suite(families: int, each: int) -> tuple[str, list[dict[str, object]]]:
    """Between families a score falls with phi, within each of them it rises."""
    rng, lines, fits = np.random.default_rng(seed(4)), ["model,measure,score"], []
    for family in range(families):
        for k in range(each):
            phi = 0.2 + 0.5 * family / families + 0.03 * k
            score = -5.0 * family + 1.0 * k + rng.normal(0, 0.05)
            lines.append(f"m{family}-{k},sycophancy,{score:.3f}")
            fits.append(
                fit(f"m{family}-{k}", "0", (phi, *PLAIN[1:]), sd=0.004, family=f"f{family}")
            )
    return "\n".join(lines) + "\n", fits


def test_within_and_between_families_are_told_apart(tmp_path: Path) -> None:
    found = table(tmp_path, *_unpacked(suite(6, 5))).filter(parameter="phi")
    by = {row["level"]: row for row in found.iter_rows(named=True)}
    assert by["within"]["hdi_low"] > 0.5 and by["between"]["hdi_high"] < -0.5
    assert (by["all"]["points"], by["between"]["points"], by["all"]["families"]) == (30, 6, 6)
    told = sentences(table(tmp_path, *_unpacked(suite(6, 5))))
    assert any("within families (30) it goes with φ*" in one for one in told)


def _unpacked(made: tuple[str, list[dict[str, object]]]) -> tuple[object, ...]:
    return (made[0], *made[1])  # type: ignore[return-value]


def test_below_four_points_none_is_told(tmp_path: Path) -> None:
    found = table(tmp_path, *_unpacked(suite(3, 1)))
    assert found["mean"].null_count() == found.height > 0
    assert set(found["note"]) == {"fewer than 4 points"}
    (told,) = sentences(found)
    assert told == "Of outside scores nothing is told: fewer than 4 points."


def test_scores_without_a_relation_make_no_sentence(tmp_path: Path) -> None:
    rng = np.random.default_rng(seed(9))
    fits = [fit(f"m{k}", "0", tuple(rng.normal(PLAIN, 0.1))) for k in range(12)]
    text = "model,measure,score\n" + "".join(f"m{k},x,{rng.normal():.3f}\n" for k in range(12))
    (told,) = sentences(table(tmp_path, text, *fits))
    assert "none is sure" in told


def test_a_score_of_a_checkpoint_comes_before_that_of_its_model(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("model,checkpoint,measure,score,se\nm,1,x,2,0.5\nm,,x,1,\n")
    found = read(str(path), ["m"])
    assert found.rows() == [("m", "1", "x", 2.0, 0.5), ("m", None, "x", 1.0, 0.0)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model,score\nm,1\n", "has no column measure; add it"),
        ("model,measure,score\nm,x,many\n", "line 2: score is 'many'; write a number"),
        ("model,measure,score,se\nm,x,1,-1\n", "line 2: se is -1"),
        ("model,measure,score\nm,x,1\nn,x,1\n", "line 3: 'n' is no model of the study"),
        ("model,measure,score\nm,x,1\nm,x,2\n", "line 2: x of m is there twice"),
        ("model,measure,score\nm,,1\n", "line 2: model, measure or score is empty"),
    ],
)
def test_what_cannot_be_is_told_with_file_line_and_remedy(
    text: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "s.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=said) as error:
        read(str(path), ["m"])
    assert "key analyses.outside_scores.file" in str(error.value)


def test_a_file_that_is_not_there_stops_the_study_before_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(
        "study: mine\nanalyses: {outside_scores: {file: gone.csv}}\nmodels:\n  m:\n"
        "    provider: simulated\n    checkpoints:\n"
        '      "0": {alpha: 4.0, phi: 0.8, omega: {inf: 0.7, soc: 0.1, pre: 0.2}}\n'
    )
    with pytest.raises(UserError, match=r"line 2, key analyses\.outside_scores.*gone\.csv"):
        study.load([path])


def test_another_score_makes_this_analysis_stale_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("scores.csv").write_text("model,measure,score\nm,x,1\n")
    Path("study.yaml").write_text(
        "study: mine\nanalyses: {outside_scores: {file: scores.csv}}\nmodels:\n  m:\n"
        "    provider: simulated\n    checkpoints:\n"
        '      "0": {alpha: 4.0, phi: 0.8, omega: {inf: 0.7, soc: 0.1, pre: 0.2}}\n'
    )
    (stage,) = STAGES
    before = dict(stage.targets(study.load([Path("study.yaml")])))
    Path("scores.csv").write_text("model,measure,score\nm,x,2\n")
    after = dict(stage.targets(study.load([Path("study.yaml")])))
    assert {name for name in before if before[name] != after[name]} == {"analyse/outside_scores"}
