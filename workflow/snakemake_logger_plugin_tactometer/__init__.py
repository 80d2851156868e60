"""Snakemake's logger plugin `tactometer`: a run and a dry run as one can read them.

Chosen in profiles/default. Snakemake imports this before it reads the Snakefile, from whichever
checkout is installed, so it imports nothing of the package: the Snakefile hands it a view, from the
package beside it (`tactometer.terminal.views`). Who asks Snakemake for more, or for less (`-p`,
`--verbose`, `--debug-dag`, `--quiet`), has Snakemake's own output.
"""

import logging
import os
import sys
from pathlib import Path
from typing import Any

from snakemake.logging import ColorizingTextHandler, DefaultFilter, DefaultFormatter
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

STARTED_WITH = ("Assuming unrestricted shared filesystem usage.",)  # before every run

TERMINAL = "TACTOMETER_TERMINAL"  # as in the package's __main__
_TERMINAL = os.environ.pop(TERMINAL, None)


def _in_utf8() -> None:
    """Start anew in Python's UTF-8 mode where the locale is another: all files here are UTF-8."""
    if sys.getfilesystemencoding() != "utf-8" and sys.orig_argv[0]:
        os.environ |= {"PYTHONUTF8": "1", TERMINAL: sys.stdout.encoding}
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


class LogHandler(LogHandlerBase):
    """Hands what Snakemake logs to a view, or shows it as Snakemake does."""

    def __post_init__(self) -> None:
        """Take Snakemake's own handler for what no view shows."""
        _in_utf8()
        asked = self.common_settings
        quiet = asked.quiet or ()
        self.view: Any = None
        self.dryrun = asked.dryrun
        self.stream = sys.stdout if asked.stdout else sys.stderr
        self._own = bool(asked.printshellcmds or asked.verbose or asked.debug_dag or quiet)
        self._running = False
        plain = os.environ.get("NO_COLOR")
        self._plain = ColorizingTextHandler(asked.nocolor or bool(plain), self.stream)
        self._plain.setFormatter(DefaultFormatter(quiet, asked.show_failed_logs))
        filters = (quiet, asked.debug_dag, asked.verbose, asked.dryrun, asked.printshellcmds)
        self._plain.addFilter(DefaultFilter(*filters))
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # a view does better
                stream.reconfigure(encoding=_TERMINAL, errors="backslashreplace")

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record; whoever reads it may have gone."""
        try:
            self._emit(record)
            self.stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())
        except Exception:  # a view that fails must not take the run's output with it
            self.view = None
            self.handleError(record)
            self._plain.handle(record)

    def _emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "event", None)
        self._running |= event == LogEvent.WORKFLOW_STARTED
        if self._own:
            self._plain.handle(record)
        elif self._running and self.view is not None:
            self.view.see(record)
        elif event == LogEvent.ERROR:
            self._mistake(record)
        elif record.getMessage() not in STARTED_WITH:
            self._plain.handle(record)

    def _mistake(self, record: logging.LogRecord) -> None:
        """What stopped Snakemake before there was a run: a sentence, where it is a user's slip."""
        if "tactometer" not in sys.modules and (Path("workflow/tactometer").is_dir()):
            sys.path.insert(0, str(Path("workflow").resolve()))
        try:
            from tactometer.terminal import slips

            print(slips.sentence(record, sys.argv[1:]), file=sys.stderr)
        except (ImportError, LookupError):
            self._plain.handle(record)

    def close(self) -> None:
        """End what is drawn."""
        if self.view is not None:
            self.view.end()
        super().close()

    @property
    def writes_to_stream(self) -> bool:
        """It is the terminal's."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """Snakemake keeps a log of its own, .snakemake/log."""
        return False

    @property
    def has_filter(self) -> bool:
        """It chooses itself."""
        return True

    @property
    def has_formatter(self) -> bool:
        """A view has its own words."""
        return True

    @property
    def needs_rulegraph(self) -> bool:
        """Nothing here reads it."""
        return False
