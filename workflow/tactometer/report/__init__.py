"""One HTML file that holds a study's findings, figures and tables and needs nothing beside it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined

from tactometer.errors import UserError
from tactometer.figures.recovery import coverage
from tactometer.figures.tables import Tables, answers_sentence
from tactometer.report import contents, texts
from tactometer.report.findings import findings

TABLES = ["estimates", "diagnostics", "counts", "semantics", "predictive", "recovery", "answers"]


def build(
    tables: Path,
    figures: Path,
    out: Path,
    *,
    study: str,
    goals: Sequence[str],
    baseline: Sequence[str],
    title: str | None = None,
    provenance: Mapping[str, str] | None = None,
) -> None:
    """Write the report of a study from its tables (Parquet) and figures (SVG).

    `goals` gives the order of the findings, `baseline` the models that are the human yardstick,
    `provenance` what the opening page says about versions, dates and cost, in its order.
    Raises `UserError` for a table or a figure that is not there.
    """
    source = Tables(tables, goals, [], baseline)
    frames = {name: source.read(name) for name in [*TABLES, "published"]}
    # Everything that comes from outside is escaped: names and notes are untrusted text.
    environment = Environment(
        loader=PackageLoader("tactometer.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html.j2").render(
        title=title or f"{study}: honesty and kindness",
        study=study,
        question=texts.QUESTION,
        remark=texts.HUMAN_REMARK,
        provenance=dict(provenance or {}),
        findings=findings(frames["estimates"], goals, baseline),
        figures=[_figure(name, figures, frames) for name in texts.TEXTS],
        suspects=contents.suspects(frames["diagnostics"]),
        measured=contents.measured(
            frames["counts"], frames["semantics"], frames["answers"], baseline
        ),
        human=contents.human(frames["estimates"], frames["published"], goals),
        recovered=contents.recovered(frames["recovery"]),
        coverage=coverage(frames["recovery"]),
        estimated=contents.estimated(frames["estimates"]),
        checked=contents.checked(frames["diagnostics"]),
        downloads=[f"tables/{name}.csv" for name in TABLES],
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.name}.part")
    part.write_text(page, encoding="utf-8")
    part.replace(out)


def _figure(name: str, folder: Path, frames: Mapping[str, pl.DataFrame]) -> dict[str, str]:
    """What the page needs for one figure; as an image, an SVG can neither run nor load anything."""
    path = folder / f"{name}.svg"
    if not path.is_file():
        raise UserError(f"{path}: the figure is missing; run the workflow's `figures` stage first")
    text = texts.TEXTS[name]
    return {
        "name": name,
        "title": text.title,
        "reading": text.reading,
        "estimator": text.estimator,
        "alt": text.alt,
        "n": _size(name, frames),
        "image": "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode(),
    }


def _size(name: str, frames: Mapping[str, pl.DataFrame]) -> str:
    if name == "semantics":
        frame = frames["semantics"]
        return f"n = {int(frame['n'].sum()) if not frame.is_empty() else 0:,} yes/no answers."
    if name == "recovery":
        held, total = coverage(frames["recovery"])
        return f"n = {total} parameters, of which the interval holds {held}; human data left out."
    if name == "diagnostics":
        return f"n = {frames['diagnostics'].height} fits; none left out."
    return answers_sentence(frames["counts"]) + "; suspect fits are drawn, and marked."
