"""Where the repository keeps what the package reads: code, Stan programs, schemas."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
WORKFLOW = PACKAGE.parent
ROOT = WORKFLOW.parent
STAN = WORKFLOW / "stan"
SCHEMAS = WORKFLOW / "schemas"
