"""`tactometer open`: open a study's page in the browser."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

PURPOSE = "open the page of a study in the browser, and print where it is"


def arguments(parser: ArgumentParser) -> None:
    """Which study."""
    parser.add_argument("study", help="a study, by file or name, or its folder results/{study}")
    parser.add_argument("--print", action="store_true", help="print where it is; open nothing")


def run(given: Namespace) -> None:
    """Print the page's path; open it where there is a desktop."""
    import os
    import sys
    import webbrowser

    page = _page(given.study)
    print(page)
    desktop = sys.platform == "darwin" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    if given.print:
        return
    if not desktop and not os.environ.get("BROWSER"):
        print("tactometer: no desktop here; copy that one file to where one is.", file=sys.stderr)
    elif not webbrowser.open(page.resolve().as_uri()):
        print("tactometer: no browser would open it; open that file yourself.", file=sys.stderr)


def _page(named: str) -> Path:
    """The page of a study; UserError where it is not made yet."""
    from tactometer.study import study_files
    from tactometer.utils.errors import UserError

    if Path(named).is_file() or (named in study_files.ready() and not Path(named).is_dir()):
        study, files = study_files.load([named])
        folder, remedy = Path("results") / study.name, f"tactometer run {files[0]}"
    else:
        folder, remedy = study_files.results(named), "tactometer run STUDY"
    if not (folder / "report.html").is_file():
        raise UserError(f"{folder}/report.html is not made yet: give `{remedy}` first.")
    return folder / "report.html"
