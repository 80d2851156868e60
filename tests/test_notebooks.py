"""The notebooks run as they stand, from top to bottom, and hold no output that could grow old."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

BOOKS = Path(__file__).parents[1] / "docs/notebooks"


def run(name: str, folder: Path, replace: dict[str, str] | None = None) -> list[str]:
    """What the cells of a notebook show, run in a folder below which it lies."""
    at = folder / "docs/notebooks"
    at.mkdir(parents=True)
    shutil.copy(BOOKS / name, at)
    book = nbformat.read(at / name, as_version=4)
    for cell in book.cells:
        for old, new in (replace or {}).items():
            cell.source = cell.source.replace(old, new)
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(at)}}).execute()
    shown = [output for cell in book.cells for output in cell.get("outputs", [])]
    return [str(o.get("data", {}).get("text/plain", o.get("text", ""))) for o in shown]


@pytest.mark.parametrize("book", sorted(BOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_output(book: Path) -> None:
    cells = nbformat.read(book, as_version=4).cells
    assert len(cells) > 5
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


@pytest.mark.long
def test_a_study_becomes_a_figure(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    shutil.copytree(finished / "results/small", tmp_path / "results/small")
    shown = run("study_to_figure.ipynb", tmp_path, {"results/demo": "results/small"})
    made = tmp_path / "results/small"
    assert "<svg" in (made / "weights.svg").read_text()
    assert (made / "weights.csv").read_text().count("\n") > 10
    assert "being kind" in (made / "weights.csv").read_text()
    assert any("described" in text for text in shown)


@pytest.mark.long
def test_counts_become_the_sentence_of_the_speaker_that_made_them(tmp_path: Path) -> None:
    shown = run("model_to_sentence.ipynb", tmp_path)
    assert "'yes'" in shown[1] and "'no'" in shown[2], "the second is upside down"
    assert "It weighs looking good most" in shown[-1] or "for looking good" in shown[-1]
