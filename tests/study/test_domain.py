"""A domain is read as written, its mistakes are named, and each prompt set knows its own texts."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tactometer.study import domain
from tactometer.study.domain_file import DomainFit
from tactometer.utils.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
POLITE = ROOT / "resources" / "polite_speech"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(POLITE, tmp_path / "polite"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_polite_speech_is_the_task_of_the_literature() -> None:
    polite = domain.load(POLITE)
    assert polite.states == (1, 2, 3, 4, 5)
    assert len(polite.utterances) == 8 and len(polite.vignettes) == 13
    assert polite.goals == ("default", "informative", "social", "both")
    assert set(polite.framings) == {"third", "first", "second"}
    words = [u.removeprefix("not ") for u in polite.utterances]
    assert polite.negated == tuple(u.startswith("not ") for u in polite.utterances)
    assert all(words.count(word) == 2 for word in words)
    assert polite.need_prompts().goals["default"] is None
    assert (polite.state_text(1), polite.state_text(2)) == ("1 star", "2 stars")


def test_literal_semantics_are_graded_and_a_negation_turns_them() -> None:
    polite = domain.load(POLITE)
    assert polite.literal is not None
    theta = dict(zip(polite.utterances, polite.literal, strict=True))
    assert all(0.02 < value < 0.98 for row in polite.literal for value in row)
    for word in ("good", "amazing", "not bad", "not terrible"):
        assert list(theta[word]) == sorted(theta[word])
    for word in ("bad", "terrible", "not good", "not amazing"):
        assert list(theta[word]) == sorted(theta[word], reverse=True)


def test_a_folder_and_its_file_are_the_same_domain() -> None:
    assert domain.load(POLITE) == domain.load(POLITE / "domain.yaml")


def test_the_human_domain_has_a_cost_and_no_prompts() -> None:
    hearts = domain.load(ROOT / "resources" / "human" / "hearts.yaml")
    assert hearts.states == (0, 1, 2, 3) and hearts.utterances == domain.load(POLITE).utterances
    assert hearts.fit == DomainFit(share=("alpha", "cost"), cost=True)
    with pytest.raises(UserError, match="add prompts and vignettes"):
        hearts.texts("social")


def test_loading_imports_nothing_heavy() -> None:
    code = (
        "import sys, pathlib; from tactometer.study import domain;"
        f"domain.load(pathlib.Path({str(POLITE)!r}));"
        "print(sorted({'polars', 'numpy', 'pandas', 'snakemake'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT / "workflow")},
    )  # fmt: skip
    assert run.stdout.strip() == "[]"


SETS = ("default", "informative", "social", "both", "semantics")


def changed(before: domain.Domain, after: domain.Domain) -> set[str]:
    same = {s for s in SETS if json.dumps(before.texts(s)) == json.dumps(after.texts(s))}
    return set(SETS) - same


@pytest.mark.parametrize(
    ("file", "old", "new", "sets"),
    [
        ("prompts.yaml", "should be kind.", "should be warm.", {"social"}),
        ("prompts.yaml", "default: null", "default: Hello.", {"default"}),
        ("prompts.yaml", "private notebook", "diary", {"semantics"}),
        ("prompts.yaml", "You are {speaker}.", "You're {speaker}.", set(SETS) - {"semantics"}),
        ("prompts.yaml", "Read the scene", "Read this scene", set(SETS)),
        ("prompts.yaml", "goals:", "goals:\n  new: Be brief.", set()),
        ("prompts.yaml", "# The texts", "# Texts", set()),
        ("vignettes.yaml", "baked a layered", "baked a large", set(SETS)),
        ("vignettes.yaml", "How did my cake", "So, how did my cake", set(SETS) - {"semantics"}),
        ("domain.yaml", "0.95, 0.55", "0.95, 0.50", set()),
    ],
)
def test_an_edit_changes_the_texts_of_those_sets_that_use_it(
    folder: Path, file: str, old: str, new: str, sets: set[str]
) -> None:
    before = domain.load(folder)
    edit(folder / file, old, new)
    assert changed(before, domain.load(folder)) == sets


def test_only_the_framings_in_use_count(folder: Path) -> None:
    before = domain.load(folder)
    edit(folder / "prompts.yaml", "You are {speaker}.", "You're {speaker}.")
    after = domain.load(folder)
    assert before.texts("both", ["third", "first"]) == after.texts("both", ["third", "first"])
    assert before.texts("both", ["second"]) != after.texts("both", ["second"])


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("domain.yaml", "scale:", "scales:", ["key scales", "perhaps scale"]),
        ("domain.yaml", "name: polite_speech\n", "", ["name is missing"]),
        ("domain.yaml", "states: [1,", "states: [7,", ["key states", "rise"]),
        ("domain.yaml", "bad, good", "bad, Bad", ["key utterances[2]", "remove"]),
        ("domain.yaml", "negated: [not", "negated: [very", ["key negated[0]", "no utterance"]),
        ("domain.yaml", "  not bad: ", "  not_bad: ", ["key literal.not_bad", "no utterance"]),
        ("domain.yaml", "[0.95, 0.55,", "[0.55,", ["literal.terrible", "4 values for 5"]),
        ("domain.yaml", "[0.95, 0.55,", "[1.0, 0.55,", ["literal.terrible[0]", "below 1"]),
        ("domain.yaml", "name:", "states: [1]\nname:", ["key states", "already on line"]),
        ("domain.yaml", "vignettes.yaml", "vignette.yaml", ["vignette.yaml", "does not exist"]),
        ("domain.yaml", "prompts: prompts.yaml", "", ["prompts"]),
        ("vignettes.yaml", "asked: How did", "ask: How did", ["vignettes[0].ask", "asked"]),
        ("vignettes.yaml", "id: poem", "id: cake", ["vignettes[1].id", "rename"]),
        ("vignettes.yaml", "ate a slice", "ate {a} slice", ["vignettes[0].took", "{a}"]),
        ("vignettes.yaml", "- Mateo", "- Amara", ["key names", "'Amara' twice"]),
        ("vignettes.yaml", "- Mateo", "- 1", ["key names[1]", "quotes"]),
        ("prompts.yaml", "{listener} {made}", "{listner} {made}", ["third.scene", "{listner}"]),
        ("prompts.yaml", "{listener} {made}", "{listener.x} {made}", ["unknown placeholder"]),
        ("prompts.yaml", "{listener} {made}", "{listener!r} {made}", ["unknown placeholder"]),
        ("prompts.yaml", "{listener} {made}", "{listener {made}", ["third.scene", "brace"]),
        ("prompts.yaml", "{listener} {made}", "{utterance} {made}", ["framings.third.scene"]),
        ("prompts.yaml", "{number} out of {top}. Now {listener} asks {speaker}", "some. So",
         ["framings.third.scene", "opinion"]),
        ("prompts.yaml", "was {utterance}?", "was so?", ["semantics.question", "{utterance}"]),
        ("prompts.yaml", "  social: >-", "  semantics: >-", ["goals.semantics", "rename"]),
        ("prompts.yaml", "should be kind.", "be {kind}.", ["goals.social", "{kind}"]),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_with_file_and_remedy(
    folder: Path, file: str, old: str, new: str, words: list[str]
) -> None:
    edit(folder / file, old, new)
    with pytest.raises(UserError) as caught:
        domain.load(folder)
    said = str(caught.value)
    assert "\n" not in said and str(folder) in said
    assert all(word in said for word in words), said


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(UserError, match="does not exist"):
            domain.load(path)


def test_frozen_means_frozen() -> None:
    polite: Any = domain.load(POLITE)
    for change in (lambda: setattr(polite, "name", "x"), lambda: setattr(polite.fit, "cost", True)):
        with pytest.raises((AttributeError, TypeError)):
            change()
