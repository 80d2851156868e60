"""A figure whose tables are as they were is not drawn again."""

from argparse import Namespace
from pathlib import Path

import polars as pl
import pytest

import synthetic
from graph import ROOT
from tactometer.figures import draw
from tactometer.figures.kept_drawings import KINDS, KeptDrawings
from tactometer.recipes import recipes
from tactometer.study.study import load

NAME = "phi"


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Tables of a study, without those of analyses."""
    return synthetic.write(tmp_path / "tables", analysed=False)


@pytest.fixture
def stage(tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Namespace:
    """What the rule hands to the stage, which draws one figure; `drawn` are those it drew."""
    monkeypatch.setattr("tactometer.study.figures.names", lambda: [NAME])
    monkeypatch.chdir(ROOT)
    sweep = load([ROOT / "config/config.yaml"])
    study = recipes.pin(sweep, tmp_path / "results", tmp_path / "pins")
    (tmp_path / "code.json").write_text("{}")
    drawn: list[str] = []
    plain = draw.draw

    def counted(name: str, *where: Path, **how: object) -> set[str]:
        drawn.append(name)
        return plain(name, *where, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(draw, "draw", counted)
    return Namespace(
        study=study, code=tmp_path / "code.json", tables=tables, kept=tmp_path / "kept",
        out=tmp_path / "figures", drawn=drawn,
    )  # fmt: skip


def figure(stage: Namespace) -> dict[str, bytes]:
    """The drawing's files, which a new run of the stage begins without, as Snakemake does it."""
    found = {kind: (stage.out / f"{NAME}.{kind}").read_bytes() for kind in KINDS}
    for kind in KINDS:
        (stage.out / f"{NAME}.{kind}").unlink()
    return found


def test_what_shows_the_same_is_drawn_once(stage: Namespace) -> None:
    draw.run(stage)
    first = figure(stage)
    draw.run(stage)
    assert figure(stage) == first and stage.drawn == [NAME]


def test_a_table_that_it_shows_and_its_code_have_it_drawn_anew_and_another_table_does_not(
    stage: Namespace,
) -> None:
    draw.run(stage)
    pl.DataFrame({"x": [1]}).write_parquet(stage.tables / "semantics.parquet")
    draw.run(stage)
    assert stage.drawn == [NAME], "which the figure does not read"
    first = figure(stage)
    moved = pl.read_parquet(stage.tables / "estimates.parquet").with_columns(pl.col("mean") * 0.9)
    moved.write_parquet(stage.tables / "estimates.parquet")
    draw.run(stage)
    assert stage.drawn == [NAME] * 2 and figure(stage) != first
    stage.code.write_text("another recipe")
    draw.run(stage)
    assert stage.drawn == [NAME] * 3


@pytest.mark.parametrize("gone", ["phi.svg", "phi.png", "phi.json"])
def test_what_was_deleted_or_broken_there_is_drawn_anew(stage: Namespace, gone: str) -> None:
    draw.run(stage)
    first = figure(stage)
    (stage.kept / gone).unlink()
    draw.run(stage)
    assert figure(stage) == first
    (stage.kept / "phi.json").write_text('{"tables": ')
    draw.run(stage)
    assert figure(stage) == first and len(stage.drawn) == 3


def test_a_drawing_that_is_not_whole_is_not_noted(stage: Namespace, tmp_path: Path) -> None:
    kept = KeptDrawings(stage.kept, "recipe", stage.tables)
    draw.run(stage)
    figure(stage)
    with pytest.raises(FileNotFoundError):  # killed between drawing and keeping, say
        kept.keep(NAME, tmp_path / "nowhere" / NAME, ["estimates"])
    assert not kept.give(NAME, stage.out / NAME)
