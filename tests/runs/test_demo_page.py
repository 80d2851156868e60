"""The demo's page answers five questions, written down before, in its first screens: by content,
from the truth that was planted in config/config.yaml.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

import graph
import numbers_told

pytestmark = pytest.mark.xdist_group("demo")  # its study is made once
TRUTH = yaml.safe_load((graph.ROOT / "config/config.yaml").read_text())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the demo: those of `make demo` where nothing of them is stale, else made anew
    with half of the draws, which take less time.
    """
    if (graph.ROOT / "results/demo/report.html").is_file() and graph.plan(graph.ROOT) == {}:
        return graph.ROOT / "results/demo"
    shorter = TRUTH | {"fit": TRUTH["fit"] | {"warmup": 500, "draws": 500}}
    folder = graph.lay_out(tmp_path_factory.mktemp("demo"), yaml.safe_dump(shorter))
    graph.snakemake(folder, "-c2")
    return folder / "results/demo"


@pytest.fixture(scope="module")
def page(demo: Path) -> str:
    return (demo / "report.html").read_text()


def sentences(page: str, section: str) -> list[str]:
    """The sentences of a section's lists, as a reader sees them."""
    inside = page.partition(f'<section id="{section}"')[2].partition("</section>")[0]
    return [text(one) for one in re.findall(r"<li>(.*?)</li>", inside, re.S)]


def text(markup: str) -> str:
    return numbers_told.visible(markup)


def planted(model: str, goal: str = "default") -> dict[str, Any]:
    speaker = TRUTH["models"][model]["checkpoints"]["0"]
    return {**speaker, **speaker.get("goals", {}).get(goal, {})}


def one(told: list[str], start: str) -> str:
    (found,) = [sentence for sentence in told if sentence.startswith(start)]
    return found


def speakers() -> list[str]:
    simulated = {m: s for m, s in TRUTH["models"].items() if s["provider"] == "simulated"}
    return [m for m in simulated if "behaviour" not in planted(m)]


def test_who_weighs_looking_good_most_and_how_sure_that_is(page: str) -> None:
    told = one(sentences(page, "answer"), "With the goal both, ")
    most = max(speakers(), key=lambda m: planted(m, "both")["omega"]["pre"])
    assert f"looking good (ω pre) weighs most for {most} (0), " in told
    first, second, people = numbers_told.printed(told)
    truth = planted(most, "both")["omega"]["pre"]
    assert float(first[1]) < truth < float(first[2]) and float(first[1]) > float(second[2])
    assert "(probability > .99)" in told and f"for human {people[0]} [" in told


def test_what_the_social_goal_changes(page: str) -> None:
    told = one(sentences(page, "answer"), "The goal social against default (")
    moved = [m for m in speakers() if planted(m, "social")["phi"] < planted(m)["phi"] - 0.1]
    assert moved == ["honest-friend"]
    for part in ("φ* lower", "ω inf lower", "ω soc higher"):
        assert f"{part} in 1, most surely of honest-friend (0): " in told
    assert "probability" in told and len(numbers_told.printed(told)) >= 1


def test_who_shows_the_signature(page: str) -> None:
    told = one(sentences(page, "answer"), "The signature of sycophancy (low φ*, ")
    assert "is borne by sycophant (0) under" in told and "-friend" not in told


def test_which_models_must_not_be_read_and_why(page: str) -> None:
    opening = sentences(page, "answer")[0]
    assert "3 described by a speaker (" in opening and all(m in opening for m in speakers())
    assert "1 described by no speaker (two-minded)" in opening
    assert "1 of which nothing can be said (first-letter)" in opening
    unread = sentences(page, "unread")
    assert "no speaker of this kind; under default it says “" in one(
        unread, "two-minded (0), goals"
    )
    assert "no parameter is told" in one(unread, "first-letter (0), goals default, social and both")
    told = " ".join(text(page.partition('id="unread"')[2]).partition("Tables")[0].split(". "))
    for model in ("two-minded", "first-letter"):
        assert f"{model} (0), goal default: φ* is" not in told


def test_how_the_models_stand_beside_people(page: str) -> None:
    told = one(sentences(page, "answer"), "Beside human with the goal both (")
    assert "φ* is higher for honest-friend (0), 0." in told
    lower = told.partition("; lower for ")[2] or told.partition(" lower for ")[2]
    assert "sycophant (0)" in lower.partition(";")[0] and "-friend" not in lower.partition(";")[0]
    assert {model for model in speakers() if f"{model} (0), 0." in told} == set(speakers())
    assert "fitted alike" in told


def test_the_answer_is_at_most_five_sentences_and_says_what_its_numbers_are(page: str) -> None:
    assert 3 <= len(sentences(page, "answer")) <= 5
    answer = text(page.partition('<section id="answer"')[2].partition("</section>")[0])
    assert (
        "posterior means [95% HDI] under one goal" in answer
        and "valid answers of a model" in answer
    )


def test_every_estimate_of_the_page_is_one_of_the_tables_csv(demo: Path, page: str) -> None:
    known = numbers_told.held(numbers_told.read(demo / "tables").values())
    told = numbers_told.printed(numbers_told.visible(page))
    assert len(told) > 100 and not sorted(set(told) - known)


def test_no_truth_stands_beside_what_is_no_speaker(demo: Path) -> None:
    assert set(pl.read_csv(demo / "tables/recovery.csv")["model"]) == set(speakers())


def test_the_table_for_a_paper_has_the_yardstick_on_the_models_terms(demo: Path) -> None:
    """As the figure that opens the page: people's own fit values hearts, and not stars."""
    phi = pl.read_parquet(demo / "tables/estimates.parquet").filter(
        model="human", parameter="phi", goal="both", framing="pooled"
    )
    alike, own = (phi.filter(fit=name)["mean"].item() for name in ("yardstick", "main"))
    (row,) = [
        line for line in (demo / "estimates.md").read_text().splitlines()
        if line.startswith("| human | recorded | both ")
    ]  # fmt: skip
    assert f"| {alike:.2f} [" in row and f"{alike:.2f}" != f"{own:.2f}"
    assert f"& {alike:.2f} [" in (demo / "estimates.tex").read_text()
