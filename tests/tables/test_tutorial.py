"""The tutorial's scripts run as they stand, and in each language a study's tables say the same."""

import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

DOCS = Path("docs/tutorial").resolve()


def made(finished: Path, folder: Path, command: list[str], script: str) -> pl.DataFrame:
    """The table that a script writes of a study whose tables it knows as CSV files alone."""
    tables = folder / "tables"
    tables.mkdir()
    for path in (finished / "results/small/tables").glob("*"):
        if path.suffix in (".csv", ".json"):
            shutil.copy(path, tables)
    out = folder / "weights"
    done = subprocess.run(
        [*command, str(DOCS / script), str(tables), str(out)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert out.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    return pl.read_csv(out.with_suffix(".csv"), schema_overrides={"checkpoint": pl.String})


def check(weights: pl.DataFrame, finished: Path) -> None:
    estimates = pl.read_parquet(finished / "results/small/tables/estimates.parquet").filter(
        pl.col("parameter").str.starts_with("omega_"), framing="pooled", fit="main", speaker="s2"
    )
    on = ["model", "checkpoint", "goal", "parameter"]
    assert weights.height == estimates.height > 0
    both = weights.join(estimates, on=on, suffix="_here", nulls_equal=True)
    assert both.height == estimates.height
    assert both.select((pl.col("mean") - pl.col("mean_here")).abs().max()).item() < 1e-9
    assert both["described"].equals(both["described_here"], check_names=False)


@pytest.mark.parametrize("script", ["figure_polars.py", "figure_pandas.py"])
def test_the_weights_are_joined_and_drawn_in_python(
    script: str, finished: Path, tmp_path: Path
) -> None:
    check(made(finished, tmp_path, [sys.executable], script), finished)


@pytest.mark.r
def test_the_weights_are_joined_and_drawn_in_r(finished: Path, tmp_path: Path) -> None:
    assert shutil.which("Rscript"), "the tutorial's tests need R: make r"
    check(made(finished, tmp_path, ["Rscript"], "figure.R"), finished)
