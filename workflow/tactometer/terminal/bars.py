"""Progress of stages: bars on a terminal, lines in a pipe or a log."""

import time
from collections.abc import Mapping
from typing import Any, Protocol, TextIO

from tqdm import tqdm

BAR = "{desc} {bar:20} {n_fmt:>5}/{total_fmt:<5} {told}"
LAST = "{desc} {bar:20} {n_fmt:>5}/{total_fmt:<5} {elapsed} {told}"
ON_TERMINAL, IN_LOG = 1.0, 60.0  # seconds between two looks at what runs


class Shown(Protocol):
    """How far each stage is, and what happens."""

    pause: float

    def advance(self, stage: str, done: int) -> None:
        """So many jobs of a stage are done."""

    def now(self, stage: str, text: str) -> None:
        """What runs of a stage; "" for nothing."""

    def event(self, text: str) -> None:
        """The last thing that happened."""

    def beat(self) -> None:
        """Some time has passed."""

    def write(self, text: str) -> None:
        """Lines that stay."""

    def close(self) -> None:
        """Draw no more."""


class _Bar(tqdm):  # type: ignore[misc]
    """A bar with a text behind it."""

    told = ""

    @property
    def format_dict(self) -> dict[str, Any]:
        """What the format may name."""
        return {**super().format_dict, "told": self.told}


class Bars:
    """A bar a stage, and one for all with the last event, redrawn in place."""

    pause = ON_TERMINAL

    def __init__(self, totals: Mapping[str, int], stream: TextIO) -> None:
        wide = max(map(len, totals), default=3)
        every = {**totals, "all": sum(totals.values())}
        self._stream, self._done = stream, 0
        self._bars = {
            stage: _Bar(
                total=total,
                desc=stage.ljust(wide),
                position=place,
                file=stream,
                bar_format=LAST if stage == "all" else BAR,
                dynamic_ncols=True,
                mininterval=0.1,
            )
            for place, (stage, total) in enumerate(every.items())
        }

    def advance(self, stage: str, done: int) -> None:
        """Move the bar of a stage, and that of all."""
        step = done - self._bars[stage].n
        self._bars[stage].update(step)
        self._bars["all"].update(step)

    def now(self, stage: str, text: str) -> None:
        """Say behind the bar what runs."""
        if self._bars[stage].told != text:
            self._bars[stage].told = text
            self._bars[stage].refresh()

    def event(self, text: str) -> None:
        """Say behind the last bar what happened last."""
        self._bars["all"].told = text

    def beat(self) -> None:
        """Draw anew, so that the time goes on."""
        self._bars["all"].refresh()

    def write(self, text: str) -> None:
        """Lines above the bars."""
        tqdm.write(text, file=self._stream)

    def close(self) -> None:
        """Leave the bars as they are."""
        for bar in self._bars.values():  # each closes on a line of its own, from the top
            bar.close()


class Lines:
    """A line when a stage is done, and one a minute with what happened last."""

    pause = IN_LOG

    def __init__(self, totals: Mapping[str, int], stream: TextIO) -> None:
        self._totals, self._stream = totals, stream
        self._done: dict[str, int] = {}
        self._now: dict[str, str] = {}
        self._last, self._told = "", time.monotonic()

    def advance(self, stage: str, done: int) -> None:
        """Tell of a stage that is done."""
        self._done[stage] = done
        if done == self._totals[stage]:
            self.write(f"{stage}: {done:,} of {done:,} done")

    def now(self, stage: str, text: str) -> None:
        """Keep what runs for the next line."""
        self._now[stage] = text

    def event(self, text: str) -> None:
        """Keep what happened last for the next line."""
        self._last = text

    def beat(self) -> None:
        """Tell how far all is, if nothing was told for a while."""
        if time.monotonic() - self._told < self.pause / 2:
            return
        runs = "; ".join(f"{stage} {text}" for stage, text in self._now.items() if text)
        done, total = sum(self._done.values()), sum(self._totals.values())
        self.write(f"{done:,} of {total:,} jobs done; now {runs or self._last or 'starting'}")

    def write(self, text: str) -> None:
        """A line."""
        self._told = time.monotonic()
        print(text, file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing is left to draw."""
