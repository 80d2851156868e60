"""Where the repository keeps what the package reads: code and Stan programs."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
WORKFLOW = PACKAGE.parent
ROOT = WORKFLOW.parent
STAN = WORKFLOW / "stan"
