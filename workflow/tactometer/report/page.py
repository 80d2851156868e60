"""One HTML file that holds a study's findings, figures and tables and needs nothing beside it."""

from __future__ import annotations

import base64
import importlib
from argparse import Namespace
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup
from PIL import Image

from tactometer.figures.lines import model_colours
from tactometer.figures.recovery import coverage
from tactometer.recipes import acceptance, provenance
from tactometer.report import (
    answers_shown,
    at_a_glance,
    effects_found,
    explorer,
    figure_texts,
    for_papers,
    heldout_table,
    library,
    not_done,
    page_tables,
    references,
    speakers_found,
)
from tactometer.report.downloads import DRAWN, applies, download
from tactometer.report.findings import expected, found, not_compared
from tactometer.report.methods import paragraph
from tactometer.report.stages import Methods, World, methods_of, worlds_of
from tactometer.study import study as pinned_study
from tactometer.study.analyses import names as analysis_names
from tactometer.study.analyses import testing
from tactometer.study.figures import modules
from tactometer.study.yardstick import Yardstick
from tactometer.tables.fit_selection import sampled
from tactometer.tables.reader import Tables, answers_sentence, passed
from tactometer.utils import atomic_files
from tactometer.utils.errors import UserError
from tactometer.utils.open_data import NewRow

LARGEST = 200_000  # bytes of an SVG beyond which the page takes the PNG, if that is smaller
TABLES = [
    *("estimates", "diagnostics", "counts", "semantics", "predictive", "recovery", "answers"),
    *("asked", "replies", "comparison"),
    *analysis_names(),
]


def build(
    tables: Path,
    figures: Path,
    out: Path,
    *,
    study: str,
    goals: Sequence[str],
    baseline: Sequence[str],
    methods: Methods,
    provenance: Mapping[str, str],
    worlds: Mapping[str, World],
    yardstick: Yardstick | None = None,
    further: Sequence[str] = (),
    accepted: Mapping[str, str] | None = None,
) -> None:
    """Write the report of a study from its tables (Parquet) and figures (SVG).

    `goals` gives the order of the findings, `baseline` the models that were recorded, `yardstick`
    whom the others are compared with, `further` the fits beside the headline, `methods` what the
    methods paragraph says of the study (`stages.methods_of`), `provenance` the versions, `worlds`
    the states and words of each model that the explorer shows (`stages.worlds_of`), `accepted` the
    changes of code that somebody took as none, by stage. Writes `out`, and beside it methods
    and estimates as Markdown and LaTeX, and references.bib.
    Raises `UserError` for a table or a figure that is not there.
    """
    source = Tables(tables, goals, [], baseline, further=further)
    frames = {name: source.read(name) for name in [*TABLES, "published"]}
    frames["analysis_choices"] = source.of_every_fit("analysis_choices")
    unseen = source.read("heldout") if methods.get("heldout") else None
    plain = Environment(loader=PackageLoader("tactometer.report"), undefined=StrictUndefined)
    text = paragraph(plain, methods, frames, provenance)
    told = found(frames)
    opening = [*speakers_found.headline(frames["diagnostics"], baseline), *told.headline]
    cited = references.cited(text)
    alike = Tables(tables, goals, [], baseline, yardstick, further)
    speakers = for_papers.speakers(alike.standing(frames["estimates"]), goals, baseline)
    explored = explorer.data(frames, goals, baseline, worlds, model_colours(source))
    page = _page().render(
        title=f"{study}: honesty and kindness",
        study=study,
        level=methods["level"],
        provenance=provenance,
        accepted=accepted or {},
        answer=_answer(figures, frames),
        headline=opening,
        stands_on=at_a_glance.stands_on(frames["counts"], baseline, frames["diagnostics"]),
        apart=list(not_compared(baseline if methods["asked"] else (), yardstick)),
        sections=_sections(figures, frames, told.questions),
        explorer=Markup(explorer.script(explored)) if explored else "",
        counted=bool(told.all),
        nothing=told.nothing,
        lacking=not_done.lines(frames, baseline, yardstick),
        signs=expected(told.all),
        methods=references.short(text).strip().split("\n\n"),
        references=[references.line(key) for key in cited],
        downloads=[
            f"tables/{name}.csv" for name in (*TABLES, *(["heldout"] if unseen is not None else []))
        ],
        **_parts(frames, goals, baseline, methods),
        **_of_every_fit(source),
        heldout=heldout_table.table(unseen),
        heldout_told=heldout_table.sentence(unseen),
    )
    for path, content in (
        (out, page),
        (out.with_name("methods.md"), text),
        (out.with_name("methods.tex"), for_papers.in_latex(text)),
        (out.with_name("estimates.md"), for_papers.table_in_markdown(speakers)),
        (out.with_name("estimates.tex"), for_papers.table_in_latex(speakers)),
        (out.with_name("references.bib"), references.bibtex(cited)),
    ):
        with atomic_files.atomic(path) as temporary:
            temporary.write_text(content, encoding="utf-8")


def _page() -> Template:
    """The template of the page, with what never changes filled in.

    Everything that comes from outside is escaped: names, notes and replies are untrusted text.
    """
    loader = PackageLoader("tactometer.report")
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    parts = ("speaker.js", "explorer.js", "explorer_form.js", "page.js")
    own = "\n".join(loader.get_source(environment, part)[0] for part in parts)
    script = library.script(f"{{\n{own}\n}}")  # a block: its names are not those of the library
    environment.globals |= {
        "question": figure_texts.QUESTION,
        "remark": figure_texts.HUMAN_REMARK,
        "script": Markup(script),
        "digest": library.digest(script),
        "library_style": Markup(library.style()),
    }
    return environment.get_template("report.html.j2")


def _parts(
    frames: Mapping[str, pl.DataFrame],
    goals: Sequence[str],
    baseline: Sequence[str],
    methods: Methods,
) -> dict[str, Any]:
    """The tables of the page, by the names in its template."""
    return {
        "glance": at_a_glance.facts(frames, baseline, methods),
        "speakers": [
            *speakers_found.of_readers(frames["checks"]),
            *speakers_found.of_places(frames["checks"]),
            *speakers_found.of_mixtures(frames["checks"]),
            *speakers_found.of_plugged_in(frames["diagnostics"]),
            *speakers_found.sentences(frames["diagnostics"]),
        ],
        "described": speakers_found.table(frames["diagnostics"]),
        "measured": page_tables.measured(
            frames["counts"], frames["semantics"], frames["answers"], baseline
        ),
        "taken": at_a_glance.taken(frames["asked"]),
        "human": page_tables.human(frames["estimates"], frames["published"], goals),
        "recovered": page_tables.recovered(frames["recovery"]),
        "coverage": coverage(frames["recovery"]),
        "standing": effects_found.standing(frames),
        "flagged": page_tables.flagged(frames["checks"]),
        "answers": answers_shown.shown(frames["replies"]),
        "replies": f"{frames['replies'].height:,}",
    }


def _of_every_fit(source: Tables) -> dict[str, Any]:
    """The tables of the page that hold fits beside the headline too."""
    diagnostics, estimates = (source.of_every_fit(n) for n in ("diagnostics", "estimates"))
    return {
        "suspects": page_tables.suspects(diagnostics),
        "checked": page_tables.checked(diagnostics),
        "estimated": page_tables.estimated(estimates),
        "choices": page_tables.choices(source.of_every_fit("analysis_choices")),
    }


def _answer(figures: Path, frames: Mapping[str, pl.DataFrame]) -> dict[str, Any] | None:
    """The figure that opens the page; None where nothing was fitted."""
    return None if frames["estimates"].is_empty() else _figure(figure_texts.ANSWER, figures, frames)


def _sections(
    figures: Path, frames: Mapping[str, pl.DataFrame], told: Mapping[str, Sequence[str]]
) -> list[NewRow]:
    """The questions that this study says something about, each with its sentences and figures."""
    found = []
    for section in figure_texts.SECTIONS:
        names = [name for name in section.figures if applies(name, frames)]
        names = [name for name in names if not _bare(section.name, name, frames)]
        sentences = told.get(section.name, [])
        if names or sentences:
            drawn = [_figure(name, figures, frames) for name in names]
            head = {"name": section.name, "title": section.title}
            found.append({**head, "told": sentences, "figures": drawn})
    return found


def _bare(section: str, name: str, frames: Mapping[str, pl.DataFrame]) -> bool:
    """Whether a figure of what prompts do would be rows of grey: one line says so."""
    if section != "prompts" or name not in testing(factors=True):
        return False
    return not bool(frames[name]["found"].fill_null(False).any())


def _figure(name: str, folder: Path, frames: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """What the page needs for one figure; as an image, an SVG can neither run nor load anything."""
    path = folder / f"{name}.svg"
    if not path.is_file():
        raise UserError(f"{path}: the figure is missing; run the workflow's `figures` stage first")
    kind, content = _picture(path)
    text = importlib.import_module(f"tactometer.{modules()[name]}").TEXT
    return {
        "name": name,
        "title": text.title,
        "reading": text.reading,
        "estimator": text.estimator,
        "alt": text.alt,
        "n": _size(name, frames),
        "data": download(name, frames),
        "image": f"data:image/{kind};base64," + base64.b64encode(content).decode(),
    }


def _picture(path: Path) -> tuple[str, bytes]:
    """An SVG or, where that is large, its PNG in 256 colours: the media type, and the content."""
    content = path.read_bytes()
    if len(content) <= LARGEST:
        return "svg+xml", content
    packed = BytesIO()
    with Image.open(path.with_suffix(".png")) as picture:
        flat = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        flat.save(packed, "PNG", optimize=True)
    small = packed.getvalue()
    return ("png", small) if len(small) < len(content) else ("svg+xml", content)


def _size(name: str, frames: Mapping[str, pl.DataFrame]) -> str:
    if name == "semantics":
        frame = frames["semantics"]
        return f"n = {int(frame['n'].sum()) if not frame.is_empty() else 0:,} yes/no answers."
    if name == "recovery":
        held, total = coverage(frames["recovery"])
        return f"n = {total} parameters, of which the interval holds {held}; human data left out."
    if name == "diagnostics":
        return f"n = {sampled(frames['diagnostics']).height} fits; none left out."
    if name in DRAWN:
        return _rows(DRAWN[name], frames[DRAWN[name]])
    said = answers_sentence(frames["counts"])
    return (
        f"{said}."
        if name == "responses"
        else f"{said}; fits that are not to be read are drawn, and marked."
    )


def _rows(table: str, frame: pl.DataFrame) -> str:
    """How many rows of a table a figure stands on, of how many answers, and what is left out."""
    rows = f"n = {frame.height:,} rows of the table {table}"
    if "n" in frame.columns:  # each answer stands in one row of a condition, or in all its places
        places = max(frame["position"].n_unique(), 1) if "position" in frame.columns else 1
        answers = int(frame["n"].sum()) // places
        return f"{rows}, from {answers:,} answers; invalid ones are left out."
    if "verdict" not in frame.columns:  # rows over many fits, of which those to be read enter
        out = "left_out" in frame.columns and frame["left_out"].sum() > 0
        return f"{rows}; {'fits that are not to be read are' if out else 'none is'} left out."
    suspect = frame.filter(~passed()).height
    if not suspect:
        return f"{rows}; all fits below them passed, none is left out."
    unread = f"{rows}, of which {suspect:,} rest on fits that are not to be read and are marked"
    return f"{unread}; none is left out."


def run(given: Namespace) -> None:
    """Write the page that stands alone."""
    sweep = pinned_study.read(given.study)
    acceptance.write_table(given.out.parent)
    build(
        given.tables,
        given.figures,
        given.out,
        study=sweep.name,
        goals=sweep.goals,
        baseline=sweep.baseline,
        methods=methods_of(sweep),
        provenance=provenance.versions(),
        worlds=worlds_of(sweep),
        yardstick=sweep.yardstick,
        further=sweep.further,
        accepted=acceptance.sentences(given.out.parent),
    )
