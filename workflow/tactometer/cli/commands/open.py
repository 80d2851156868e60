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
    from tactometer.utils.errors import UserError, nearest

    folder = Path(named) if Path(named).is_dir() else Path("results") / named
    if not (folder / "report.html").is_file():
        made = [path.parent.name for path in Path("results").glob("*/report.html")]
        if not Path(named).is_file() and named not in study_files.ready():
            raise UserError(f"there is no page of {named!r}{nearest(named, made)}.")
        study, files = study_files.load([named])
        folder = Path("results") / study.name
        if not (folder / "report.html").is_file():
            raise UserError(
                f"{folder}/report.html is not made yet: give `tactometer run {files[0]}` first."
            )
    return folder / "report.html"
