"""`tactometer accept`: take a cosmetic change of code as no change, in writing."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PURPOSE = "take a cosmetic change of a stage's code as no change; the results say so"


def arguments(parser: ArgumentParser) -> None:
    """Which stage of which study, and why."""
    parser.add_argument("study", help="a study, by file or name")
    parser.add_argument(
        "stage", help="a recipe as `tactometer why` names it (parse, fit, ...), or their folder"
    )
    parser.add_argument("--by", default="", help="who says so, if results shall name somebody")
    parser.add_argument("--note", default="", help="why it changes nothing; the report prints it")


def run(given: Namespace) -> None:
    """Write the acceptance down, then let the table and the report name it."""
    from tactometer.recipes import acceptance, recipes
    from tactometer.report import page
    from tactometer.study import study_files
    from tactometer.utils.errors import UserError, nearest

    sweep, (source,) = study_files.load([given.study])
    results = Path("results") / sweep.name
    wanted = recipes.wanted(sweep)
    names = [given.stage] if given.stage in wanted else _below(given.stage, wanted, results)
    if not names:
        raise UserError(
            f"{source} has no changed stage {given.stage!r}{nearest(given.stage, wanted)}."
        )
    for name in names:
        changes = acceptance.accept(name, wanted[name], results, given.note, given.by)
        for file, (old, new) in changes.items():
            print(f"{name}: {file} {acceptance.short(old)} → {acceptance.short(new)} accepted")
    pinned = recipes.pin(sweep, Path("results"))
    tables, figures, out = (results / name for name in ("tables", "figures", "report.html"))
    if out.exists():
        page.run(Namespace(study=pinned, tables=tables, figures=figures, out=out))
        print(f"{out} and {tables / 'accepted.csv'} say so.")
    elif tables.is_dir():
        acceptance.write_table(results)


def _below(folder: str, wanted: Mapping[str, Mapping[str, Any]], results: Path) -> list[str]:
    """The recipes of a folder that changed and are not accepted yet."""
    from tactometer.recipes import acceptance

    return [
        name
        for name, recipe in wanted.items()
        if name.startswith(f"{folder}/")
        and (used := acceptance.used_recipe(results, name)) is not None
        and not acceptance.same(acceptance.settle(name, recipe, results), used)
    ]
