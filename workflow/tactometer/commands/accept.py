"""`tactometer accept`: take a cosmetic change of code as no change, in writing."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

PURPOSE = "take a cosmetic change of a stage's code as no change; the results say so"


def arguments(parser: ArgumentParser) -> None:
    """Which stage of which study, and why."""
    parser.add_argument("study", type=Path, help="a study file")
    parser.add_argument("stage", help="a recipe: parse, fit, ... as `tactometer why` names it")
    parser.add_argument("--note", default="", help="why it changes nothing; the report prints it")


def run(given: Namespace) -> None:
    """Write the acceptance down, then let the table and the report name it."""
    from tactometer import acceptance, recipes, stages, study
    from tactometer.errors import UserError, nearest

    sweep = study.load([given.study])
    results = Path("results") / sweep.name
    wanted = recipes.wanted(sweep)
    if given.stage not in wanted:
        raise UserError(
            f"{given.study} has no stage {given.stage!r}{nearest(given.stage, wanted)}."
        )
    changes = acceptance.accept(given.stage, wanted[given.stage], results, given.note)
    recipes.stamp(sweep, Path("results"))
    for name, (old, new) in changes.items():
        print(f"{given.stage}: {name} {acceptance.short(old)} → {acceptance.short(new)} accepted")
    tables, figures, page = (results / name for name in ("tables", "figures", "report.html"))
    if tables.is_dir():
        acceptance.write_table(results)
    if page.exists():
        stamped = recipes.STAMPS / sweep.name / "study.json"
        stages.report(Namespace(study=stamped, tables=tables, figures=figures, out=page))
        print(f"{page} and {tables / 'accepted.csv'} say so.")
