"""The methods paragraph and the table of speakers as a paper takes them: LaTeX and Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from tactometer.analyses import phrases
from tactometer.report.references import CITED
from tactometer.tables.cells import posterior
from tactometer.tables.ordering import in_order
from tactometer.tables.reader import FIT, model_order, natural

PARAMETERS = {**phrases.PARAMETERS, "alpha": "α"}
NOTE = (
    "Posterior mean [95% HDI] of the choices of all framings; the yardstick as fitted on the terms"
    " of the models. Whether a speaker describes them is said under described; in parentheses"
    " stands what the data do not bear, and no claim should rest on."
)
SPECIAL = {
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
    "\\": r"\textbackslash{}", "~": r"$\sim$", "^": r"\^{}", "<": "$<$", ">": "$>$", "|": "$|$",
    "φ*": r"$\varphi^*$", "ω inf": r"$\omega_\mathrm{inf}$", "ω soc": r"$\omega_\mathrm{soc}$",
    "ω pre": r"$\omega_\mathrm{pre}$", "φ": r"$\varphi$", "ω": r"$\omega$", "α": r"$\alpha$",
    "θ": r"$\theta$", "−": "$-$", "±": r"$\pm$", "×": r"$\times$", "·": r"$\cdot$",
    "“": "``", "”": "''",
}  # fmt: skip
_MARKS = re.compile("|".join(map(re.escape, sorted(SPECIAL, key=len, reverse=True))))


def escaped(text: str) -> str:
    """Text as LaTeX prints it."""
    return _MARKS.sub(lambda mark: SPECIAL[mark[0]], text)


def in_latex(text: str) -> str:
    r"""Paragraphs with citations as [@key], with \citep{key} (natbib)."""
    parts = CITED.split(text)
    said = [rf"\citep{{{x}}}" if k % 2 else escaped(x) for k, x in enumerate(parts)]
    return "".join(said).strip() + "\n"


def speakers(
    estimates: pl.DataFrame, goals: Sequence[str], baseline: Sequence[str]
) -> list[list[str]]:
    """A row a speaker of the fits that stand (`Tables.standing`): who, the goal, whether it is
    described, and its parameters; a head first.
    """
    head = [*FIT, "described", *PARAMETERS.values()]
    if estimates.is_empty():
        return [head]
    rows = estimates.filter(pl.col("parameter").is_in(list(PARAMETERS)))
    by_fit: dict[tuple[str, ...], dict[str, dict[str, object]]] = {}
    for row in rows.to_dicts():
        key = (*(str(row[name]) for name in FIT), str(row["described"] or ""))
        by_fit.setdefault(key, {})[str(row["parameter"])] = row
    models = model_order(estimates, baseline)
    places = {goal: place for place, goal in enumerate(in_order(goals, estimates["goal"]))}
    order = sorted(by_fit, key=lambda k: (models.index(k[0]), natural(k[1]), places[k[2]]))
    return [head, *([*key, *(_cell(by_fit[key].get(name)) for name in PARAMETERS)]
                    for key in order)]  # fmt: skip


def _cell(row: dict[str, object] | None) -> str:
    if row is None:
        return ""
    return posterior(row) if row["told"] else f"({posterior(row)})"


def table_in_markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table with its head and its note, as Markdown."""
    lines = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    ruled = [lines[0], " | ".join("---" for _ in rows[0]), *lines[1:]]
    return "\n".join([*(f"| {line} |" for line in ruled), "", NOTE, ""])


def table_in_latex(rows: Sequence[Sequence[str]]) -> str:
    """The same for LaTeX, with the rules of booktabs."""
    lines = [" & ".join(map(escaped, row)) + r" \\" for row in rows]
    columns = "l" * len(rows[0])
    return "\n".join(
        [r"% \usepackage{booktabs}", rf"\begin{{tabular}}{{{columns}}}", r"\toprule", lines[0],
         r"\midrule", *lines[1:], r"\bottomrule", r"\end{tabular}", f"% {NOTE}", ""]
    )  # fmt: skip
