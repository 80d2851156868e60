"""`tactometer calibrate`: whether the fits say as much as they know, on speakers from the prior."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

PURPOSE = "check the fits on speakers drawn from the prior (simulation-based calibration)"


def arguments(parser: ArgumentParser) -> None:
    """What to calibrate, on how many speakers, and where to leave it."""
    parser.add_argument(
        "what",
        nargs="?",
        choices=("programs", "criticism", "vignettes", "semantics", "position", "mixed"),
        default="programs",
        help="programs: posteriors of every Stan program (default); criticism: false alarms, and"
        " power against misfits; vignettes: intervals where answers of one vignette hang together;"
        " semantics: words that are inferred, plugged in or cut; position: speakers behind a bias"
        " of place; mixed: mixed models of families that differ",
    )
    parser.add_argument(
        "--programs",
        nargs="*",
        metavar="PROGRAM",
        help="s2_fixed, s2_joint, s1, each also with _cost, _lapse or _cost_lapse,"
        " framings_fixed, framings_joint (default: all)",
    )
    parser.add_argument(
        "--speakers", type=int, default=200, help="draws from the prior for each (default: 200)"
    )
    parser.add_argument(
        "--misfits", type=int, default=10, help="behaviours of each kind and size (default: 10)"
    )
    parser.add_argument("--domain", type=Path, default=Path("resources/polite_speech"))
    parser.add_argument("--out", type=Path, default=Path("docs/calibration"))
    parser.add_argument("--cores", type=int, default=2)


def run(given: Namespace) -> int:
    """Calibrate, draw, tell; 1 if something does not hold."""
    import numpy as np

    from tactometer.inference import calibration
    from tactometer.study import domain
    from tactometer.utils.errors import UserError, at_least_one

    at_least_one("speakers", given.speakers)
    at_least_one("cores", given.cores)
    words = domain.load(given.domain)
    if words.literal is None:
        raise UserError(f"{words.path} has no key literal: calibrate in a domain that has one.")
    known = calibration.Domain(
        np.array(words.states, float),
        tuple(words.utterances),
        np.array(words.literal),
        np.array(words.negated),
    )
    held = {"programs": _programs, "criticism": _criticism, "vignettes": _vignettes}
    held |= {"position": _position, "mixed": _mixed, "semantics": _semantics}
    return 0 if held[given.what](given, known) else 1


def _programs(given: Namespace, domain: Any) -> bool:
    """Calibrate the posteriors of Stan programs, draw, tell; whether their intervals hold."""
    import json
    from concurrent.futures import ThreadPoolExecutor

    from tactometer.figures import calibration as figure
    from tactometer.inference import calibration, cmdstan
    from tactometer.inference.calibrated import PROGRAMS
    from tactometer.utils.errors import UserError, nearest

    names = given.programs or list(PROGRAMS)
    for name in names:
        if name not in PROGRAMS:
            raise UserError(f"--programs: there is no program {name!r}{nearest(name, PROGRAMS)}.")
    wanted = {calibration.stan_file(name) for name in names}
    with ThreadPoolExecutor(given.cores) as pool:  # before the speakers want them all at once
        list(pool.map(cmdstan.executable, wanted))
    held = calibration.run(names, given.speakers, domain, given.out, cores=given.cores)
    for row in json.loads((given.out / "calibration.json").read_text())["parameters"]:
        inside = {True: "ranks uniform", False: "RANKS NOT UNIFORM", None: ""}[row["ecdf_inside"]]
        word = "" if row["holds"] else "  DOES NOT HOLD"
        print(
            f"{row['program']:14} {row['parameter']:10} {row['speakers']:4} speakers"
            f"  95% HDIs hold {row['coverage']:.1%}  {inside}{word}"
        )
    figure.draw(given.out)
    return held


def _criticism(given: Namespace, domain: Any) -> bool:
    """Calibrate the criticism of fits, draw, tell; whether few true speakers are refused."""
    import json

    from tactometer.figures import criticism as figure
    from tactometer.inference import criticism_calibration

    _ready()
    out = given.out / "criticism"
    held = criticism_calibration.run(given.speakers, given.misfits, domain, out, cores=given.cores)
    told = json.loads((out / "criticism.json").read_text())
    for row in told["true"]:
        print(
            f"true speakers, {row['per_state']:3} answers a state, {row['semantics']:5}"
            f" {row['effect']} rho {row['rho']:.1f}: {row['less_than_yes']:.1%} of {row['fits']}"
            f" told to be misfits, of {row['too_few']:.0%} that answers are too few to tell"
        )
    for row in told["misfits"]:
        print(
            f"{row['kind']:20} size {row['size']:.2f} ({row['apart']:.2f} apart): "
            f"{row['less_than_yes']:.0%} called less than described, {row['no']:.0%} not at all"
        )
    figure.draw(out)
    return held


def _vignettes(given: Namespace, domain: Any) -> bool:
    """Calibrate intervals under answers that hang together, draw, tell; whether they hold."""
    import json

    from tactometer.figures import vignettes as figure
    from tactometer.inference import vignette_calibration

    _ready()
    out = given.out / "vignettes"
    held = vignette_calibration.run(given.speakers, domain, out, cores=given.cores)
    for row in json.loads((out / "vignettes.json").read_text())["table"]:
        print(
            f"{row['answers']:14} {row['effect']:10} rho {row['rho']:.1f} {row['of']:11}"
            f" {row['design_effect']:8} 95% HDIs hold {row['held']:.1%} of {row['intervals']}"
            f" (rms z {row['rms_z']:.2f}, design effect {row['size']:.1f})"
        )
    figure.draw(out)
    return held


def _semantics(given: Namespace, domain: Any) -> bool:
    """Calibrate intervals by how the words enter, draw, tell; whether they hold."""
    import json

    from tactometer.figures import behind_semantics as figure
    from tactometer.inference import semantics_calibration

    _ready()
    out = given.out / "semantics"
    held = semantics_calibration.run(given.speakers, domain, out, cores=given.cores)
    for row in json.loads((out / "semantics.json").read_text())["table"]:
        print(
            f"{row['semantics']:6} {row['yes_no']:4} yes/no {row['quantity']:10} 95% HDIs hold"
            f" {row['held']:.1%} of {row['intervals']} (rms z {row['rms_z']:.2f}, width"
            f" {row['width']:.2f}, {row['seconds']:.1f} s a fit, {row['suspect']:.0%} suspect)"
        )
    figure.draw(out)
    return held


def _position(given: Namespace, domain: Any) -> bool:
    """Calibrate intervals of speakers behind a bias of place, draw, tell; whether they hold."""
    import json

    from tactometer.figures import behind_a_bias as figure
    from tactometer.inference import position_calibration

    _ready()
    out = given.out / "position"
    held = position_calibration.run(given.speakers, domain, out, cores=given.cores)
    for row in json.loads((out / "position.json").read_text())["table"]:
        print(
            f"{row['nats']:.0f} nats, rho {row['rho']:.1f}, {row['position']:8}: 95% HDIs hold"
            f" {row['held']:.1%} of {row['intervals']} (rms z {row['rms_z']:.2f}, {row['size']:.1f}"
            f" answers for an effective one, told as lost {row['told']:.0%})"
        )
    figure.draw(out)
    return held


def _mixed(given: Namespace, domain: Any) -> bool:
    """Calibrate mixed models of families whose effects differ, draw, tell; whether they hold."""
    import json

    from tactometer.analyses.mixed_effects import bayesian, slopes_calibration
    from tactometer.figures import mixed_models as figure
    from tactometer.inference import cmdstan

    cmdstan.executable(bayesian.PROGRAM)
    out = given.out / "mixed"
    held = slopes_calibration.run(given.speakers, out, cores=given.cores)
    for row in json.loads((out / "mixed.json").read_text())["table"]:
        print(
            f"{row['model']:9} {row['families']:2} families, slopes {row['slope']:.2f}: 95%"
            f" intervals hold {row['held']:.1%} of {row['intervals']}, width {row['width']:.2f}"
        )
    figure.draw(out)
    return held


def _ready() -> None:
    """Compile the programs of s2 before many processes want them at once."""
    from tactometer.inference import cmdstan
    from tactometer.inference.misfits import S2

    for joint in (True, False):
        cmdstan.executable(S2.stan_file(joint=joint))
