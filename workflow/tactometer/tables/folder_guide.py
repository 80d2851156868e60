"""What stands in a study's folder: the README.txt for whoever lists it."""

from collections.abc import Mapping
from textwrap import fill

WIDTH = 96

GUIDE: Mapping[str, str] = {
    "report.html": "The page, one file that needs no network. Open this first.",
    "tables": "Every number, as CSV and as Parquet; estimates.csv is the result. dictionary.csv"
    " says what each column means, schema.json the same for programs; models/ has those of each.",
    "figures": "Every figure, as SVG and as PNG.",
    "methods.md": "A methods paragraph with the study's own numbers, and citations.",
    "methods.tex": "The same for LaTeX.",
    "estimates.md": "The speakers as a table for a paper; in parentheses what no claim should rest"
    " on.",
    "estimates.tex": "The same for LaTeX.",
    "references.bib": "What it cites, as BibTeX.",
    "answers": "The journals: every answer, word for word, {model}/{checkpoint}.jsonl. They are"
    " only ever added to, and cost money: keep them. What is there is not asked again.",
    "judgements": "The journal of what a judge said of replies: keep it too.",
    "recipes": "What each stage was made from: settings and digests. By them a run knows what is"
    " stale.",
    "requests": "The prompts as they were sent.",
    "choices": "Each answer as it was read: an utterance, or why it is invalid.",
    "counts": "Choices added up: state by utterance, for each goal.",
    "orders": "The same by the place at which each option stood.",
    "semantics": "Yes/no answers added up: how true each utterance is of each state.",
    "fits": "Posteriors, {model}/{checkpoint}/{goal}.nc, for ArviZ; a group for each framing.",
    "levels": "Fits at each level of a factor.",
    "comparisons": "How well each speaker variant would predict answers that it has not seen.",
    "heldout": "Fits that left some vignettes out.",
    "calibration": "Fits of simulated speakers, whose parameters are known.",
    "analyses": "Draws and answers as the analyses read them; made anew from the rest.",
    "training": "How checkpoints were trained: log, losses, state.",
    "README.txt": "This file.",
}
"""The files and folders of results/{study} that a study can make, in the order of readers."""


def text(study: str) -> str:
    """The guide of one study's folder; folders that it did not need are not there."""
    width = max(map(len, GUIDE)) + 2
    lines = [
        fill(what, WIDTH, initial_indent=f"{name:<{width}}", subsequent_indent=" " * width)
        for name, what in GUIDE.items()
    ]
    head = f"The study {study}, as Tactometer left it. Not every study makes everything below.\n"
    tail = f"More: docs/reading.md of Tactometer. Open the page: tactometer open {study}\n"
    return "\n".join([head, *lines, "", tail])
