"""A cosmetic change of code can be taken as none, in writing; nothing else can."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from graph import edit, plan, tactometer
from tactometer.recipes import acceptance
from tactometer.utils.errors import UserError

CONFIG, PARSER = "config/config.yaml", "workflow/tactometer/reading/choices.py"
NOTE = "str() of a text is that text"


@pytest.mark.long
def test_an_accepted_change_is_no_change_and_the_results_say_so(run: Path) -> None:
    edit(run / PARSER, 'YES = "yes"', 'YES = str("yes")')
    assert plan(run)["parse"] == 9
    said = tactometer(run, "accept", CONFIG, "parse", "--note", NOTE).stdout
    assert "reading/choices.py" in said
    assert plan(run) == {}
    shutil.rmtree(run / ".snakemake")
    assert plan(run) == {}
    results = run / "results/small"
    (row,) = pl.read_csv(results / "tables/accepted.csv").to_dicts()
    assert (row["stage"], row["note"], row["file"]) == ("parse", NOTE, "reading/choices.py")
    assert NOTE in (results / "report.html").read_text()
    assert NOTE in tactometer(run, "why", CONFIG).stdout
    assert "accepted already" in tactometer(run, "accept", CONFIG, "parse", status=1).stderr
    edit(run / PARSER, 'str("yes")', 'str("no")')  # a real change
    edit(
        run / "workflow/tactometer/analyses/evidence.py",
        "found = rows.collect()",
        "found = rows.lazy().collect()",
    )
    tactometer(run, "accept", CONFIG, "analyse", "--note", "a list is one too")
    recipes = plan(run, "results/small/recipes/analyse/shifts.json")
    assert "recipe" not in recipes and plan(run)["parse"] == 9


def test_settings_cannot_be_accepted(run: Path) -> None:
    edit(run / CONFIG, "{share: []}", "{share: [], draws: 160}")
    refused = tactometer(run, "accept", CONFIG, "fit/people", status=1).stderr
    assert "fit/people differs in fit" in refused
    assert plan(run)["fit"] == 1
    unknown = tactometer(run, "accept", CONFIG, "parsing", status=1).stderr
    assert "perhaps parse was meant" in unknown
    same = tactometer(run, "accept", CONFIG, "parse", status=1).stderr
    assert "nothing to accept" in same


USED = {"stage": "x", "sources": {"a.py": "1"}, "keys": {"seed": 1, "share": []}}


def recipe(results: Path, content: dict[str, object]) -> None:
    """Write what results were made with."""
    import json

    path = results / "recipes" / "x.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def test_an_acceptance_holds_for_one_state_of_code_and_settings(tmp_path: Path) -> None:
    recipe(tmp_path, USED)
    cosmetic = {**USED, "sources": {"a.py": "2"}, "keys": {"seed": 1, "share": ()}}
    assert acceptance.settle("x", cosmetic, tmp_path) == cosmetic
    acceptance.accept("x", cosmetic, tmp_path, "a comment")
    assert acceptance.settle("x", cosmetic, tmp_path) == USED
    assert acceptance.settle("x", USED, tmp_path) == USED
    for other in ({"sources": {"a.py": "3"}}, {"sources": {"a.py": "2"}, "keys": {"seed": 2}}):
        changed = {**USED, **other}
        assert acceptance.settle("x", changed, tmp_path) == changed
    again = {**USED, "sources": {"a.py": "3"}}
    acceptance.accept("x", again, tmp_path, "")
    assert acceptance.settle("x", cosmetic, tmp_path) == acceptance.settle("x", again, tmp_path)
    assert [row["new"] for row in acceptance.rows(tmp_path)] == ["2", "3"]
    recipe(tmp_path, {**USED, "sources": {"a.py": "4"}})  # made anew: what was accepted is history
    assert list(acceptance.rows(tmp_path)) == []
    assert acceptance.settle("x", cosmetic, tmp_path) == cosmetic


@pytest.mark.parametrize("content", ["{broken", "[1]", "7"])
def test_a_broken_recipe_is_named(content: str, tmp_path: Path) -> None:
    recipe(tmp_path, USED)
    (tmp_path / "recipes/x.json").write_text(content)
    with pytest.raises(UserError, match=r"recipes/x\.json is no recipe any more: delete it"):
        acceptance.used_recipe(tmp_path, "x")


def test_a_broken_acceptance_is_named(tmp_path: Path) -> None:
    recipe(tmp_path, USED)
    path = tmp_path / "recipes/accepted/x.json"
    path.parent.mkdir()
    path.write_text('[{"used": 1}]')
    with pytest.raises(UserError, match=r"accepted/x\.json is no list of acceptances"):
        acceptance.settle("x", USED, tmp_path)
