"""What a paper takes from a study: the methods and the speakers, as LaTeX and as Markdown."""

import polars as pl
import pytest

from evidences import evidence, fit
from tactometer.report import for_papers


@pytest.fixture
def rows() -> list[list[str]]:
    """Two models, one of which no speaker describes, and people first."""
    fits = [
        fit("m_1", "10", (0.61, 0.5, 0.2, 0.3), goal="social"),
        fit("m_1", "2", (0.41, 0.5, 0.2, 0.3), goal="social"),
        fit("odd", "0", (0.2, 0.5, 0.2, 0.3), goal="default", described="no", told=False),
        fit("human", "recorded", (0.39, 0.2, 0.1, 0.7), goal="social"),
    ]
    estimates = evidence(*fits).tables["estimates"].collect()
    return for_papers.speakers(estimates, ["default", "social"], ["human"])


def test_speakers_stand_in_the_order_of_the_page_and_what_is_not_told_in_parentheses(
    rows: list[list[str]],
) -> None:
    assert [row[:4] for row in rows[1:]] == [
        ["human", "recorded", "social", "yes"],
        ["m_1", "2", "social", "yes"],
        ["m_1", "10", "social", "yes"],
        ["odd", "0", "default", "no"],
    ]
    assert rows[3][4] == "0.61 [0.57, 0.65]" and rows[4][4] == "(0.20 [0.16, 0.24])"


def test_a_table_is_markdown_and_latex_with_as_many_cells_in_every_row(
    rows: list[list[str]],
) -> None:
    lines = for_papers.table_in_markdown(rows).splitlines()
    assert all(line.count(" | ") == 8 for line in lines[:6]) and "parentheses" in lines[-1]
    latex = for_papers.table_in_latex(rows)
    body = [line for line in latex.splitlines() if line.endswith(r"\\")]
    assert len(body) == 5 and all(line.count(" & ") == 8 for line in body)
    assert r"m\_1" in latex and r"$\varphi^*$" in latex and "φ" not in latex


def test_latex_has_citations_and_no_character_that_it_would_take_for_its_own() -> None:
    said = for_papers.in_latex("5% of “a_b” [@yoon2020polite] ω, α ~ U & φ*: −1 < ω inf\n\nNext.")
    assert said == (
        r"5\% of ``a\_b'' \citep{yoon2020polite} $\omega$, $\alpha$ $\sim$ U \& $\varphi^*$: $-$1 "
        r"$<$ $\omega_\mathrm{inf}$" + "\n\nNext.\n"
    )


def test_a_study_without_fits_has_a_head_alone() -> None:
    assert len(for_papers.speakers(pl.DataFrame(), [], [])) == 1
