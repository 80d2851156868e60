"""`tactometer init NAME`: a commented study of one's own, which runs as it is."""

from argparse import ArgumentParser, Namespace

PURPOSE = "write a new study, commented, which runs as it is; asks nothing"


def arguments(parser: ArgumentParser) -> None:
    """What it shall be called."""
    parser.add_argument("name", help="its name, and that of its folder below results/")


def run(given: Namespace) -> None:
    """Write the file and say what to do next."""
    from tactometer.study import study_files
    from tactometer.utils import atomic_files
    from tactometer.utils.errors import UserError
    from tactometer.utils.paths import PACKAGE

    name = given.name
    if not study_files.NAME.fullmatch(name):
        raise UserError(
            f"{name!r} is no name of a study: use letters, digits, dots, dashes and underscores, "
            "a letter or digit first."
        )
    path = study_files.FOLDER / f"{name}.yaml"
    held = path if path.exists() else study_files.ready().get(name)
    if held:
        raise UserError(f"{held} has the study {name} already: take another name, or edit that.")
    text = (PACKAGE / "cli/study_template.yaml").read_text(encoding="utf-8")
    with atomic_files.atomic(path) as temporary:
        temporary.write_text(text.replace("NAME", name), encoding="utf-8")
    print(f"{path} is written: edit it, or run it as it is.")
    print(f"    tactometer plan {name}    # what it asks and costs")
    print(f"    tactometer run {name}     # run, interrupt, run again")
    print(f"    tactometer open {name}    # its page")
