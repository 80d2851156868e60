"""Validation of YAML files against a JSON Schema: the first fault, in a sentence."""

from pathlib import Path
from typing import Any

from tactometer.study.yaml_lines import Lines, where
from tactometer.utils.errors import UserError


def validate(
    data: Any, lines: Lines, schema_path: Path, file: Path | str, part: str | None = None
) -> None:
    """Raise a `UserError` for the first place, by line, at which data breaks its schema.

    The schema is JSON Schema, draft 2020-12, written in YAML; `part` names the entry of its `$defs`
    to check against instead of the whole. `file` is the name to show.
    """
    from tactometer.study.schema_errors import first_fault

    fault = first_fault(data, lines, schema_path, part)
    if fault is not None:
        raise UserError(f"{where(file, lines, fault.key)}: {fault.text}.")
