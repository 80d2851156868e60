"""A dry run in two screens: the stages with their jobs, what is stale and why, what it costs."""

import sys
import textwrap
from collections.abc import Iterator
from logging import WARNING, LogRecord
from typing import TYPE_CHECKING, Any, TextIO

from tactometer.terminal import slips
from tactometer.terminal.views import shown

if TYPE_CHECKING:
    from tactometer.planning.dry_run import Job
    from tactometer.study.study import Study

LARGE = 5_000
"""Jobs of which a dry run counts the stages alone: `tactometer plan` and `why` tell the rest."""
REASONS, LINES = 4, 8  # stale recipes that are told, and lines of each
WIDE = 100  # characters of a line
_ENDS = "This was a dry-run"
_NOTHING = "Nothing to be done"


class DryRunView:
    """Holds back what Snakemake says of each job, and tells the whole at its end."""

    def __init__(self, workflow: Any, study: "Study", stream: TextIO) -> None:
        self._workflow, self._study, self._stream = workflow, study, stream
        self._file = shown(study.source)

    def see(self, record: LogRecord) -> None:
        """Tell of errors and warnings at once, of the rest when the dry run is over."""
        text = record.getMessage() if record.msg is not None else ""
        if record.levelno >= WARNING:
            print(slips.of_record(record), file=sys.stderr)
        elif text.startswith(_NOTHING):
            self._print(text)
        elif text.startswith(_ENDS):
            self._print("\n".join(self._lines()))

    def end(self) -> None:
        """Nothing is drawn that would stay."""

    def _print(self, text: str) -> None:
        print(text, file=self._stream)

    def _lines(self) -> Iterator[str]:
        from tactometer.planning import dry_run, formatting

        file = self._file
        jobs = dry_run.of_graph(self._workflow.dag)
        yield f"Dry run of {self._study.name} ({file}): nothing has run."
        yield ""
        yield formatting.jobs(dry_run.by_stage(jobs))
        yield ""
        if len(jobs) <= LARGE:
            yield from self._reasons(jobs)
        else:
            yield f"What is stale and why: tactometer why {file}; what it costs: tactometer plan."
        yield "Every job with its reason and command: the same with -p; requests: tactometer plan."

    def _reasons(self, jobs: "list[Job]") -> Iterator[str]:
        """What is stale and why, briefly, then the cost."""
        from tactometer.planning import plan, why
        from tactometer.utils.errors import UserError

        try:
            found = why.of_jobs(self._study, jobs)
            planned = plan.of_jobs(self._study, jobs)
        except UserError as error:
            yield f"tactometer: {error}"
            return
        if found.stale:
            yield "Stale:"
        for stale in found.stale[:REASONS]:
            *reasons, cost = stale.lines()
            for line in [*reasons[: LINES - 1], cost]:
                yield textwrap.fill(f"  {line}", WIDE, subsequent_indent=" " * 6)
        if (more := len(found.stale) - REASONS) > 0:
            yield f"  and {more:,} more: tactometer why {self._file}"
        yield from (f"{remark}." for remark in found.remarks)
        if found.stale or found.remarks:
            yield ""
        yield planned.sentence()
