"""Where the repository keeps what the package reads: code and Stan programs."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
WORKFLOW = PACKAGE.parent
ROOT = WORKFLOW.parent
STAN = WORKFLOW / "stan"


def locate(path: str | Path) -> Path:
    """A path as it is named, or of the file that the repository has of that name.

    So a study that is run from another folder (`snakemake --directory`, or a read-only checkout)
    still finds the task and the figures of people.
    """
    path = Path(path)
    there = path.is_absolute() or path.exists()
    return path if there or not (ROOT / path).exists() else ROOT / path
