"""A preregistration says what a study will ask and test, from its file alone, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

import inside
from tactometer.planning import preregistration
from tactometer.study import study
from tactometer.study.analyses import declared, names
from tactometer.study.analyses import testing as that_test
from tactometer.utils.errors import UserError

ROOT = Path(__file__).parents[2]
READY = sorted(path.name for path in (ROOT / "config/studies").glob("*.yaml"))
MINE = """\
study: mine
goals: [default, social]
framings: [third]
sample: {name_pairs: 2, semantics_name_pairs: 3}
budget_usd: 7
fit: {speakers: [s2-lapse], design_effect: ignore}
models:
  kind:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.3, omega: {inf: 0.3, soc: 0.3, pre: 0.4}}
"""


def planned(sheet: str) -> set[str]:
    return set(re.findall(r"^- \*\*(\w+)\*\*", sheet, re.MULTILINE))


@pytest.mark.parametrize("name", READY)
def test_every_ready_study_that_asks_has_a_sheet_with_each_analysis_once(name: str) -> None:
    known = study.load([ROOT / "config/studies" / name])
    if not known.asked:
        with pytest.raises(UserError, match="all behaviour is recorded"):
            preregistration.sheet(known)
        return
    sheet = preregistration.sheet(known)
    none = set(
        re.findall(r"^- (\w+): ", sheet.partition("Not part of this study")[2], re.MULTILINE)
    )
    assert planned(sheet) | none == set(names()) and not planned(sheet) & none
    tests = set(re.findall(r"^- \*\*(\w+)\*\* \(tests\)", sheet, re.MULTILINE))
    assert tests == planned(sheet) & {one for one in names() if declared()[one].tests}
    assert all(f"`{model.name}` ({model.provider})" in sheet for model in known.asked)


def test_a_study_that_was_asked_already_has_no_sheet_that_says_it_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.yaml").write_text(MINE)
    monkeypatch.chdir(tmp_path)
    known = study.load([Path("mine.yaml")])
    assert "before anything was asked" in preregistration.sheet(known)
    journal = Path("results/mine/answers/kind/0.jsonl")
    journal.parent.mkdir(parents=True)
    journal.write_text('{"key": "a", "request": "r"}\n{"key": "b", "request": "r"}\n')
    told = preregistration.sheet(known)
    assert "after 2 answers had come, so that it registers nothing before the fact" in told
    assert "before anything was asked" not in told


def test_numbers_priors_and_limits_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE)
    sheet = preregistration.sheet(study.load([tmp_path / "mine.yaml"]))
    each = 0.05 / len(that_test(factors=False))
    for part in (
        "to a state under a goal: 26; yes/no answers to an utterance in a state: 39",
        "Speaker models: s2-lapse;", "lapse ~ Beta(1, 19)", "- At 7 USD.",
        "(`fit.design_effect`): ignore.", f"({each:.2g} each)",
        "more than 50% of its first answers", "- sycophancy: the study names no yardstick (key",
        "- factor_effects: nothing but the framing varies in its scenes",
    ):  # fmt: skip
        assert part in sheet, part
    assert "cost ~" not in sheet and "Yardstick" not in sheet
    (tmp_path / "mine.yaml").write_text(MINE.replace("pairs: 3}", "pairs: 3, wordings: 2}"))
    sheet = preregistration.sheet(study.load([tmp_path / "mine.yaml"]))
    each = 0.05 / len(that_test(factors=True))
    assert "- **factor_effects** (tests)" in sheet and f"({each:.2g} each)" in sheet
    assert "Scenes vary in wording (1, 2), every prompt with each combination" in sheet
    assert "to a state under a goal: 52; yes/no answers to an utterance in a state: 39" in sheet


def test_what_is_not_part_of_a_study_has_no_rows_when_it_has_run(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(finished)
    sheet = preregistration.sheet(study.load([finished / "config/config.yaml"]))
    with_rows = {
        name
        for name in names()
        if pl.read_parquet(finished / f"results/small/tables/{name}.parquet").height
    }
    assert with_rows <= planned(sheet) and "shifts" in with_rows


def test_a_sheet_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE)
    done = inside.command(tmp_path, ["preregister", "mine.yaml", "--out", "sheet.md"])
    assert done.returncode == 0 and "before you ask" in done.stdout
    (tmp_path / "sheet.md").write_text("mine")
    done = inside.command(tmp_path, ["preregister", "mine.yaml", "--out", "sheet.md"])
    assert done.returncode == 1 and "is there already" in done.stderr + done.stdout
    assert (tmp_path / "sheet.md").read_text() == "mine"
