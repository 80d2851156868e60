"""What the report promises: one file, nothing from outside, untrusted text as text."""

from __future__ import annotations

import importlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

import numbers_told as numbers
import pages
from evidences import evidence, fit
from tactometer.analyses.analyse import analyse
from tactometer.analyses.profiles.sentences import sentences
from tactometer.report.downloads import DRAWN
from tactometer.report.figure_texts import ANSWER, SECTIONS
from tactometer.report.library import digest
from tactometer.report.page import _size, build
from tactometer.study.figures import caption
from tactometer.study.figures import names as figure_names
from tactometer.tables.fit_selection import representative
from tactometer.utils.errors import UserError

pytestmark = pytest.mark.xdist_group("report")  # what they look at is made once


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.script = self.data = ""
        self._inside = self._data = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag == "script"
        self._data = self._inside and dict(attrs).get("type") == "application/json"

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"
        self._data = self._data and self._inside

    def handle_data(self, data: str) -> None:
        if self._data:
            self.data += data
        elif self._inside:
            self.script += data
        else:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def page(report: Path) -> Page:
    return Page(report.read_text())


def test_untrusted_text_stays_text(page: Page) -> None:
    assert [attrs.get("type") for attrs in page.all("script")] == ["application/json", "module"]
    assert "<" not in page.data and "alert(2)" in page.data
    assert page.text.count(pages.EVIL) > 3 and "<script>alert(2)</script>" in page.text


def test_only_the_script_that_the_page_was_made_with_may_run(page: Page) -> None:
    (policy,) = (a["content"] for a in page.all("meta") if a.get("http-equiv"))
    ((name, allowed),) = re.findall(r"(script-src) '(\S+)'", str(policy))
    assert name and allowed == digest(page.script)


def test_nothing_is_loaded_from_outside(page: Page) -> None:
    for tag, attrs in page.tags:
        for key in ("src", "href", "data", "srcset", "action"):
            value = attrs.get(key) or "#"
            beside = ("tables/", "methods.", "estimates.", "references.bib")
            assert value.startswith(("#", "data:", *beside)), (tag, value[:60])
        assert tag not in ("link", "iframe", "object", "embed", "base")
    assert "@import" not in page.text
    assert re.findall(r"url\((?!data:)", page.text) == []


def test_every_figure_is_there_with_an_alternative_text_and_its_sample(
    page: Page, report: Path
) -> None:
    images = page.all("img")
    placed = [ANSWER, *(name for section in SECTIONS for name in section.figures)]
    assert sorted(placed) == sorted(figure_names())
    # Nobody reasons, nobody is trained, and nothing is held against anything else in these tables.
    absent = {"efforts", "mixed_effects", "trajectories", "movement", "contrasts", "quarters"}
    absent |= {"convergence", "variance_shares", "replication", "outside_scores"}
    absent |= {"analysis_choices", "factor_effects", "factor_shares", "moderation"}
    # What would be rows of grey is one line: see the test of it.
    tables = numbers.read(report.parent / "tables")
    prompts = {"framing_effects", "position", "vignette_effects", "attribution"}
    absent |= {name for name in prompts if not tables[name]["found"].fill_null(False).any()}
    shown = [name for name in placed if name not in absent]
    headed = [f"figure-{name}" for name in shown if name != ANSWER]
    assert headed == [h["id"] for h in page.all("h3") if "id" in h]
    assert len(images) == len(shown)
    assert all(
        i["alt"] and str(i["src"]).startswith(("data:image/svg+xml", "data:image/png"))
        for i in images
    )
    assert page.text.count("Reading.") == page.text.count("Estimator.") == len(shown)


def test_the_answer_comes_first_then_what_must_not_be_read_then_the_questions(page: Page) -> None:
    heads = [attrs.get("id") for attrs in page.all("section")]
    assert heads[:4] == ["answer", "unread", "explore", "look"]
    assert "4 of 51 fits did not pass." in page.text
    assert "R-hat 1.080, least ESS 45, 37 divergences" in page.text


def test_the_answer_is_one_figure_and_three_to_five_sentences(report: Path) -> None:
    answer = report.read_text().partition('<section id="answer">')[2].partition("</section>")[0]
    assert answer.count("<img") == 1 and 3 <= answer.count("<li>") <= 5
    rest = report.read_text().partition('id="unread"')[2]
    for section in SECTIONS:
        told = rest.partition(f'<section id="{section.name}">')[2].partition("<h3")[0]
        assert told.count("<li>") < 18, section.name


def test_each_estimate_with_an_interval_is_that_of_a_row_of_a_table(
    report: Path,
) -> None:
    """One number, one spelling: nothing on the page is computed or rounded a second way."""
    known = numbers.held(numbers.read(report.parent / "tables").values())
    told = numbers.printed(numbers.visible(report.read_text()))
    assert len(told) > 200 and not sorted(set(told) - known)


def test_the_same_parameter_of_a_fit_is_one_triple_wherever_it_stands(report: Path) -> None:
    tables = numbers.read(report.parent / "tables")
    fits = representative(tables["estimates"])
    keys, values = ["model", "checkpoint", "goal", "parameter"], ["mean", "hdi_low", "hdi_high"]
    both = tables["profiles"].join(fits, on=keys, suffix="_there")
    assert both.height > 20
    assert both.select(values).equals(both.select(pl.col(f"{v}_there").alias(v) for v in values))


def test_what_does_not_stand_out_is_one_line_that_names_its_tables(page: Page) -> None:
    assert page.text.count("Nothing stands out in ") == 1
    assert "none stands out" not in page.text.partition("What must not be read")[2]


def test_it_says_what_was_asked_when_and_for_how_much(page: Page) -> None:
    assert "930 answers in all for $0.75, 2026-11-20 10:00 to 2026-11-20 10:05 UTC" in page.text


def test_it_names_models_prompts_and_people(page: Page) -> None:
    assert (
        "3 models at 3 checkpoints (in brackets, here and below): " in page.text
        and "honest-friend (0)" in page.text
    )
    assert "beside the human figures (human)" in page.text
    assert "13 creations of 1 to 5 stars, with 10 pairs of names, in 2 framings" in page.text
    assert "of models to production prompts" in page.text and "of people" in page.text


def test_the_methods_paragraph_counts_the_effects_and_cites_what_was_used(page: Page) -> None:
    assert re.search(r"Effects are .* [0-9,]+ of them in [45] tables were looked at", page.text)
    assert "family-wise level of 0.05" in page.text and "in 95 of 100 studies" in page.text
    assert "Holm 1979" in page.text and "Shapley 1953" in page.text
    assert "statsmodels" not in page.text.split("Methods")[-1], "no effort, no mixed model"


def test_vignettes_that_were_held_out_have_a_sentence_and_a_table(page: Page) -> None:
    assert "Over 1 fits, shares among vignettes that a fit had not seen" in page.text
    assert "mean squared error of 0.0021; speakers drawn from the prior come to 0.0253" in page.text
    assert "tell no vignettes apart: human" in page.text
    assert "Mean squared error of shares among unseen vignettes" in page.text


def test_headings_do_not_skip_a_level(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_the_human_table_carries_the_published_point_and_the_remark(page: Page) -> None:
    assert "26 nats" in page.text and "short of the mode" in page.text
    assert "0.49" in page.text


def beside_people(phi: float, verdict: str = "ok") -> str:
    """What is said of a model's social goal, beside people with phi .4 and sd .02."""
    values = (0.2, 0.3, 0.5)
    people = fit("human", "recorded", (0.4, *values), goal="social")
    model = fit("m", "0", (phi, *values), goal="social", sd=0.03, verdict=verdict)
    (sentence,) = sentences(analyse("profiles", evidence(people, model)))
    return sentence


@pytest.mark.parametrize(
    ("phi", "says"),
    [(0.1, "lower than"), (0.8, "higher than"), (0.42, "not told apart from")],
)
def test_findings_claim_a_direction_only_where_the_interval_has_one(phi: float, says: str) -> None:
    sentence = beside_people(phi)
    assert says in sentence and f"{phi:.2f} [" in sentence
    assert "looking good most" in sentence


def test_no_finding_is_made_from_a_suspect_fit() -> None:
    sentence = beside_people(0.1, "suspect")
    assert "no finding" in sentence and "0.10" not in sentence


def test_a_missing_figure_is_one_sentence(report: Path, tmp_path: Path) -> None:
    tables = report.parent / "tables"
    with pytest.raises(UserError, match=r"answer\.svg: the figure is missing"):
        build(
            tables,
            tmp_path,
            tmp_path / "r.html",
            study="demo",
            goals=[],
            baseline=["human"],
            methods=pages.METHODS,
            provenance={},
            worlds={},
        )


def test_every_figure_has_a_caption_with_reading_estimator_and_exclusions() -> None:
    for name in figure_names():
        text = caption(name).read_text()
        for part in ("**Reading.**", "**Estimator.**", "**n and exclusions.**"):
            assert part in text, name


@pytest.mark.parametrize("name", sorted({*figure_names()} & {*DRAWN} - {"comparison"}))
def test_every_figure_says_on_how_many_rows_it_stands(name: str) -> None:
    table = DRAWN[name]
    schema = importlib.import_module(f"tactometer.analyses.{table}.computation").SCHEMA
    for rows in ([], [{}]):
        frame = pl.DataFrame([dict.fromkeys(schema) for _ in rows], schema=schema)
        assert _size(name, {table: frame}).startswith(f"n = {len(rows)} rows of the table {table}")
    if "left_out" in schema and "verdict" not in schema:
        out = pl.DataFrame([dict.fromkeys(schema)], schema=schema)
        out = out.with_columns(left_out=pl.lit(1).cast(schema["left_out"]))
        assert "not to be read are left out" in _size(name, {table: out})
