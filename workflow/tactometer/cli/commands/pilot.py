"""`tactometer pilot`: ask a small share for real, and say what the rest will cost."""

from argparse import SUPPRESS, ArgumentParser, Namespace

PURPOSE = "ask 1% of a study for real, into its journals, and give the cost of the rest from it"
OVER_BUDGET = 3


def arguments(parser: ArgumentParser) -> None:
    """Which study, how much of it, and which models."""
    parser.add_argument("study", help="a study, by file or name")
    parser.add_argument(
        "--share",
        type=float,
        default=0.01,
        help="share of each prompt set (0.01), two answers at least",
    )
    parser.add_argument(
        "--model", action="append", default=[], help="this model alone; may be given several times"
    )
    parser.add_argument("--within", help=SUPPRESS)  # a model that is asked in this process
    parser.epilog = f"exit status {OVER_BUDGET}: the rest is expected to pass budget_usd"


def run(given: Namespace) -> int:
    """Ask, then print what was seen; the status tells whether the rest is within the budget."""
    from tactometer.planning import pilot_asking
    from tactometer.study import study_files
    from tactometer.utils.errors import UserError

    if not 0.0 < given.share <= 1.0:
        raise UserError(f"--share: {given.share:g} is no share; give a number above 0 and up to 1.")
    sweep, (file,) = study_files.load([given.study])
    if given.within:
        pilot_asking.ask_model(sweep, sweep.models[given.within], given.share)
        return 0
    pilot_asking.run(sweep, file, given.share, given.model)
    from tactometer.planning import pilot

    found = pilot.seen(sweep)
    print("\n".join(found.lines()))
    return OVER_BUDGET if found.over else 0
