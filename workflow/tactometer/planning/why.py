"""Why results are stale: which file or key changed, old and new, and what it costs to follow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tactometer.planning import dry_run, formatting, recipe_diff
from tactometer.planning.forecast import Forecast, Forecaster
from tactometer.recipes import acceptance, recipes
from tactometer.study.study import Study
from tactometer.utils.open_data import Json

SHOWN = 6  # changes of a stage, or files, that are named


@dataclass(frozen=True)
class Stale:
    """Recipes that changed alike, the jobs that costs, and the answers that are asked anew."""

    recipes: Sequence[str]
    changes: Sequence[recipe_diff.Change]
    jobs: Sequence[dry_run.Job]
    to_ask: int
    usd: float

    @property
    def code_alone(self) -> bool:
        """Whether its change could be accepted as cosmetic."""
        return all(change.code for change in self.changes)

    def cost(self) -> str:
        """What making its results anew costs, in words."""
        said = formatting.in_a_row(dry_run.by_stage(self.jobs))
        if self.to_ask:
            said += f"; {self.to_ask:,} requests to ask"
        return said + (f", {formatting.usd(self.usd)}" if self.usd else "")

    def lines(self) -> list[str]:
        """The stage, what changed in it, and its cost."""
        shown = [f"  {change}" for change in self.changes[:SHOWN]]
        if len(self.changes) > SHOWN:
            shown.append(f"  and {len(self.changes) - SHOWN} more")
        return [_some(self.recipes), *shown, f"  costs {self.cost()}"]

    def as_dict(self) -> Json:
        """Everything, for JSON."""
        return {
            "recipes": list(self.recipes),
            "changes": [
                {"key": c.key, "old": c.old, "new": c.new, "code": c.code} for c in self.changes
            ],
            "jobs": dry_run.by_rule(self.jobs),
            "to_ask": self.to_ask,
            "usd": self.usd,
        }


@dataclass(frozen=True)
class Reasons:
    """Why a study, or one target of it, is not up to date."""

    stale: Sequence[Stale]
    unmade: Sequence[str]
    remarks: Sequence[str]
    accepted: Sequence[str]
    jobs: Sequence[dry_run.Job]
    to_ask: int
    usd: float

    def as_dict(self) -> Json:
        """Everything, for JSON."""
        return {
            "stale": [each.as_dict() for each in self.stale],
            "not_made_yet": list(self.unmade),
            "remarks": list(self.remarks),
            "accepted": list(self.accepted),
            "jobs": dry_run.by_rule(self.jobs),
            "to_ask": self.to_ask,
            "usd": self.usd,
        }

    def lines(self, study_file: Path) -> list[str]:
        """The reasons as they are printed."""
        lines = [line for each in self.stale for line in [*each.lines(), ""]]
        if self.unmade:
            lines += [f"Not made yet: {_some(self.unmade)}.", ""]
        lines += [f"{remark}." for remark in self.remarks]
        lines += [f"Accepted as cosmetic: {said}." for said in self.accepted]
        runs = formatting.in_a_row(dry_run.by_stage(self.jobs))
        if not any(job.runs for job in self.jobs):
            return [*lines, "Nothing is stale."]
        total = f"In all: {runs}"
        total += f"; {self.to_ask:,} requests to ask" if self.to_ask else ""
        lines.append(total + (f", {formatting.usd(self.usd)}." if self.usd else "."))
        names = [name for each in self.stale if each.code_alone for name in each.recipes]
        if names:
            hint = f'tactometer accept {study_file} {names[0]} --note "..."'
            lines.append(f"Code that changed in looks alone can be accepted: {hint}")
        return lines


def why(study: Study, files: Sequence[Path], targets: Sequence[str]) -> Reasons:
    """Find out why a study, or some files below its results, are stale."""
    return of_jobs(study, dry_run.jobs(files, targets))


def of_jobs(study: Study, jobs: Sequence[dry_run.Job]) -> Reasons:
    """Why these jobs run, those that do."""
    results = Path("results") / study.name
    forecasts = Forecaster(study, results, dry_run.made(jobs)).by_file()
    made = {file for job in jobs for file in job.outputs}
    unmade: list[str] = []
    changed: dict[tuple[str, ...], dict[str, list[recipe_diff.Change]]] = {}
    for name, recipe in recipes.current(study, results.parent).items():
        used = acceptance.used_recipe(results, name)
        if f"{results}/recipes/{name}.json" not in made:
            continue  # the target has nothing to do with it
        if used is None:
            unmade.append(name)
        elif found := recipe_diff.changes(used, recipe):
            changed.setdefault(tuple(map(str, found)), {})[name] = found
    stale, reach = [], dry_run.Reach(jobs)
    for alike in changed.values():
        costs = reach.downstream(f"{results}/recipes/{name}.json" for name in alike)
        spent = _asked(alike, costs, forecasts)
        stale.append(Stale(list(alike), next(iter(alike.values())), costs, *spent))
    explained = {job.outputs for each in stale for job in each.jobs}
    every = list(forecasts.values())
    return Reasons(
        stale,
        unmade,
        [*_remarks(jobs, explained, bool(unmade)), *(n for f in every if f.lost for n in f.notes)],
        [f"{head}: {what}" for head, what in acceptance.sentences(results).items()],
        jobs,
        sum(each.to_ask for each in every),
        sum(each.usd or 0.0 for each in every),
    )


def _asked(
    names: Iterable[str], jobs: Sequence[dry_run.Job], forecasts: Mapping[str, Forecast]
) -> tuple[int, float]:
    """Answers that the jobs ask anew, and their cost; of those prompt sets whose recipes these are.

    Another recipe than one of requests changes all that its checkpoints are asked. What is judged
    is of one prompt set anyway.
    """
    mine = [forecasts[f] for job in jobs for f in job.outputs if f in forecasts]
    sets = {name.rsplit("/", 1)[1] if name.startswith("requests/") else "" for name in names}
    count, usd = 0, 0.0
    for each in mine:
        by_set = each.by_prompt_set or {"": each.to_ask}
        asked = sum(n for name, n in by_set.items() if name in {*sets, ""} or "" in sets)
        count += asked
        usd += (each.usd or 0.0) * asked / max(1, each.to_ask)
    return count, usd


def _remarks(
    jobs: Sequence[dry_run.Job], explained: set[tuple[str, ...]], started: bool
) -> list[str]:
    """What no recipe explains: files that were lost, or changed by another hand."""
    found = []
    makers = {file: job for job in jobs for file in job.outputs}
    lost = [f for job in jobs for f in job.missing if job.outputs not in explained]
    needed = [f for f in lost if makers[f].runs]
    if needed and not started:
        found.append(f"Missing, never made or lost: {_some(needed)}")
    idle = [f for f in lost if not makers[f].runs]
    if idle:
        found.append(f"Missing, but nothing needs it now: {_some(idle)}")
    for job in jobs:
        others = [f for f in job.updated if f not in makers or not makers[f].runs]
        if job.runs and job.outputs not in explained and others:
            found.append(f"{_some(others)} changed after {_some(job.outputs)} was made")
    return found


def _some(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
