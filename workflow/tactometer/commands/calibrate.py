"""`tactometer calibrate`: whether the fits say as much as they know, on speakers from the prior."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

PURPOSE = "check the fits on speakers drawn from the prior (simulation-based calibration)"


def arguments(parser: ArgumentParser) -> None:
    """What to calibrate, on how many speakers, and where to leave it."""
    parser.add_argument(
        "--programs", nargs="*", metavar="PROGRAM", help="s2_fixed, s2_joint, s1 (default: all)"
    )
    parser.add_argument(
        "--speakers", type=int, default=200, help="draws from the prior for each (default: 200)"
    )
    parser.add_argument("--domain", type=Path, default=Path("resources/polite_speech"))
    parser.add_argument("--out", type=Path, default=Path("docs/calibration"))
    parser.add_argument("--cores", type=int, default=2)


def run(given: Namespace) -> int:
    """Calibrate, draw, tell; 1 if something does not hold."""
    import json
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    from tactometer import calibration, cmdstan, domain
    from tactometer.errors import UserError, nearest
    from tactometer.figures import calibration as figure

    names = given.programs or list(calibration.PROGRAMS)
    for name in names:
        if name not in calibration.PROGRAMS:
            raise UserError(
                f"--programs: there is no program {name!r}{nearest(name, calibration.PROGRAMS)}."
            )
    for option in ("speakers", "cores"):
        if getattr(given, option) < 1:
            raise UserError(f"--{option}: {getattr(given, option)} is too few; give 1 or more.")
    words = domain.load(given.domain)
    if words.literal is None:
        raise UserError(f"{words.path} has no key literal: calibrate in a domain that has one.")
    known = calibration.Domain(
        np.array(words.states, float), tuple(words.utterances), np.array(words.literal)
    )
    stan = Path(__file__).parents[2] / "stan"
    programs = [stan / f"{stem}.stan" for stem in ("s2", "s2_fixed", "s1")]
    with ThreadPoolExecutor(given.cores) as pool:  # before the speakers want them all at once
        list(pool.map(cmdstan.executable, programs))
    held = calibration.run(names, given.speakers, known, given.out, cores=given.cores)
    for row in json.loads((given.out / "calibration.json").read_text())["parameters"]:
        inside = {True: "ranks uniform", False: "RANKS NOT UNIFORM", None: ""}[row["ecdf_inside"]]
        word = "" if row["holds"] else "  DOES NOT HOLD"
        print(
            f"{row['program']:9} {row['parameter']:10} {row['speakers']:4} speakers"
            f"  95% HDIs hold {row['coverage']:.1%}  {inside}{word}"
        )
    figure.draw(given.out)
    return 0 if held else 1
