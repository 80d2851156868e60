"""Views of a run for Snakemake's logger plugin: which one it takes, and from where.

The Snakefile calls `attach` when it has read the study. It imports nothing heavy: every job parses
the Snakefile too.
"""

import sys
from logging import LogRecord
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tactometer.study.study import Study


class View(Protocol):
    """What is shown of what Snakemake logs while it runs."""

    def see(self, record: LogRecord) -> None:
        """Take one record in, and show what a reader wants of it."""

    def end(self) -> None:
        """Leave the terminal as it should be."""


def attach(workflow: Any, study: "Study") -> None:
    """Give the plugin's handler, where Snakemake has it, a view of this study's run."""
    for handler in workflow.logger_manager.get_log_handlers():
        if type(handler).__module__ == "snakemake_logger_plugin_tactometer":
            handler.view = _view(handler, workflow, study)


def shown(source: str) -> str:
    """A study file as it is shown: from this folder, where it lies below it."""
    path = Path(source)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else source


def _view(handler: Any, workflow: Any, study: "Study") -> View:
    from tactometer.utils.any_encoding import spell

    spell(handler.stream, sys.stderr)
    if handler.dryrun:
        from tactometer.terminal.dry_run_view import DryRunView

        return DryRunView(workflow, study, handler.stream)
    from tactometer.terminal.run_view import RunView

    return RunView(workflow, study, handler.stream)
