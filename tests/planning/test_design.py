"""Design analysis: intervals shrink as they should, and wrong numbers are one sentence."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from seeds import seed
from tactometer.cli.parser import main
from tactometer.planning import precision
from tactometer.speaker_model.variants import speaker
from tactometer.study import domain, study

SPEAKER = ["--alpha", "4", "--phi", ".45", "--omega", ".45", ".2", ".35"]
QUICK = [*SPEAKER, "--answers", "1000", "16000", "--yes-no", "2000", "--speakers", "3"]
QUICK += ["--semantics", "fixed", "--seed", str(seed(1))]


def run(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main(["design", *arguments])
    return ended.value.code


def test_sixteen_times_the_answers_give_a_quarter_of_the_width_and_seeds_repeat(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not run(*QUICK, "--out", str(tmp_path))
    shown = capsys.readouterr().out
    assert "3 speakers with alpha 4, phi 0.45, omega 0.45 0.2 0.35" in shown
    assert "6 fits in" in shown and f"seed {seed(1)}" in shown
    assert {p.name for p in tmp_path.iterdir()} == {
        f"design.{k}" for k in ("csv", "parquet", "png", "svg")
    }
    table = pl.read_parquet(tmp_path / "design.parquet")
    assert table.schema == pl.Schema(precision.WIDTHS)
    few, many = (table.filter(answers=n).sort("parameter")["width"] for n in (1000, 16000))
    ratio = (few / many).to_numpy()
    assert (ratio > 2.6).all() and (ratio < 6.5).all()  # of three speakers, few answers' ridges
    assert (table["width"] < table["prior_width"]).all()
    assert not run(*QUICK, "--json")
    again = json.loads(capsys.readouterr().out)
    assert again["widths"] == table.to_dicts()
    assert not run(*QUICK, "--json", "--seed", str(seed(2)))
    assert json.loads(capsys.readouterr().out)["widths"] != table.to_dicts()


def test_the_sizes_of_a_study_are_those_that_it_asks() -> None:
    demo = study.load([Path("config/config.yaml")])  # one framing, and 13 vignettes by 29 names
    assert precision.of_study(demo) == [precision.Size(377, 208)]
    closed = study.load([Path("config/studies/simulated_closed.yaml")])
    assert precision.of_study(closed) == [precision.Size(208, 208), precision.Size(416, 208)]


def test_what_is_not_given_comes_from_the_prior() -> None:
    words = domain.load(Path("resources/polite_speech"))
    asked = precision.of_domain(
        words, speaker="s1", semantics="fixed", sizes=[precision.Size(20, 20)],
        around=precision.Around(phi=0.9), speakers=3, seed=seed(3), cores=2,
    )  # fmt: skip
    table = precision.widths(asked, progress=lambda _: None)
    assert table["parameter"].to_list() == ["alpha", "phi"]
    assert table["speakers"].to_list() == [3, 3]
    assert asked.around.told == "speakers with phi 0.9, the rest from the prior"


def test_the_width_of_a_prior_is_that_of_its_draws() -> None:
    rng = np.random.default_rng(seed(1))
    for name in ("s2-inf-soc", "s2"):
        known = speaker(name)
        x = rng.dirichlet(np.ones(len(known.utilities)), 200_000)[:, 0]
        low, high = precision.hdi(x)
        told = known.prior("omega_inf")
        assert told.hdi_width(precision.MASS) == pytest.approx(high - low, abs=0.01)
        assert told.variance == pytest.approx(x.var(), rel=0.02)
    x = rng.beta(1, 19, 200_000)
    low, high = precision.hdi(x)
    told = speaker("s1-lapse").prior("lapse")
    assert told.hdi_width(precision.MASS) == pytest.approx(high - low, abs=0.01)
    assert told.variance == pytest.approx(x.var(), rel=0.02)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--answers", "0"], "--answers: 0"),
        (["--yes-no", "-3"], "--yes-no: -3"),
        (["--speakers", "0"], "--speakers: 0"),
        (["--alpha", "20"], "--alpha: 20"),
        (["--phi", "1.2"], "--phi: 1.2"),
        (["--omega", ".5", ".5", ".5"], "--omega: 0.5 0.5 0.5"),
        (["--speaker", "s3"], "no speaker model 's3'"),
        (["--speaker", "s2-inf", "--omega", ".5", ".5", "0"], "which weighs inf alone"),
        (["--domain", "resources/human/hearts.yaml"], "no key literal"),
        (["config/studies/human.yaml"], "all behaviour is recorded"),
    ],
)
def test_wrong_numbers_are_one_sentence(
    wrong: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*wrong) == 1
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
