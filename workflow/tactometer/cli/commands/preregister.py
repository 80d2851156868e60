"""`tactometer preregister`: what a study will ask, count and test, before anything is asked."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

PURPOSE = "write down what a study will ask, count and test; nothing is asked"


def arguments(parser: ArgumentParser) -> None:
    """Which study, where to, and whether to simulate how wide its intervals will be."""
    parser.add_argument("study", help="a study, by file or name")
    parser.add_argument("--out", type=Path, metavar="FILE", help="a new Markdown file")
    parser.add_argument(
        "--widths", action="store_true", help="simulate the widths of its intervals (minutes)"
    )
    parser.add_argument(
        "--power", action="store_true", help="and how often its claims would be found"
    )
    parser.add_argument("--speakers", type=int, default=24, help="how many to simulate (24)")


def run(given: Namespace) -> None:
    """Write the sheet."""
    from tactometer.planning import precision, preregistration
    from tactometer.study import study_files
    from tactometer.utils.errors import UserError, at_least_one

    at_least_one("speakers", given.speakers)
    if given.out and given.out.exists():
        raise UserError(f"--out: {given.out} is there already; name another, or remove it.")
    study = study_files.load([given.study])[0]
    sizes = precision.of_study(study)
    told: list[str] = []
    if given.widths or given.power:
        fit = study.asked[0].fit
        design = precision.of_domain(
            study.domain, speaker=fit.speakers[0], semantics=fit.semantics, sizes=sizes,
            around=precision.Around(None, None, None), speakers=given.speakers, seed=1,
        )  # fmt: skip
        widths = precision.widths(design, progress=lambda text: None)
        told = precision.lines(widths, design)
        if given.power:
            from tactometer.planning import power

            found = power.power(study, widths, progress=lambda text: None)
            told += ["", *power.lines(found)]
    sheet = preregistration.sheet(study, told)
    if not given.out:
        print(sheet, end="")
        return
    given.out.write_text(sheet)
    late = preregistration.asked(study)
    then = (
        f"{late:,} answers are there already, as it says" if late else "register it before you ask"
    )
    print(f"{given.out}: fill in sections 1 and 4; {then}.")
