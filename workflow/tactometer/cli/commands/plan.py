"""`tactometer plan`: what a study would ask, cost and run, before anything runs."""

from argparse import ArgumentParser, Namespace

PURPOSE = "say what a run would ask, cost and do; nothing runs"
OVER_BUDGET = 3


def arguments(parser: ArgumentParser) -> None:
    """Which study, and whether a program reads the answer."""
    parser.add_argument(
        "study",
        nargs="+",
        help="a study, by file or name; of several files, later ones count over earlier",
    )
    parser.add_argument("--json", action="store_true", help="everything, as JSON")
    parser.add_argument(
        "--show-prompt",
        action="store_true",
        help="instead of the plan, one prompt of each kind as it will be sent",
    )
    parser.add_argument("--all", action="store_true", help="a line for each of many checkpoints")
    parser.epilog = f"exit status {OVER_BUDGET}: over budget_usd"


def run(given: Namespace) -> int:
    """Print the plan; the status tells whether it is within the budget."""
    import json

    from tactometer.study import study_files

    study, files = study_files.load(given.study)
    if given.show_prompt:
        from tactometer.planning import prompts_shown

        print("\n".join(prompts_shown.lines(study)))
        return 0
    from tactometer.planning.plan import plan

    found = plan(study, files)
    if given.json:
        print(json.dumps(found.as_dict(), indent=1))
    else:
        print("\n".join(found.lines(given.all)))
    return OVER_BUDGET if found.over else 0
