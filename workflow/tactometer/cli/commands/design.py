"""`tactometer design`: how wide the intervals will be, before anything is asked or paid for."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tactometer.speaker_model.semantics import SEMANTICS

if TYPE_CHECKING:
    import polars as pl

    from tactometer.planning.precision import Design

PURPOSE = "say how wide the 95% HDIs will be with so many prompts; nothing is asked"
WORDS = Path("resources/polite_speech")


def arguments(parser: ArgumentParser) -> None:
    """How much is asked, of whom, and where to leave the answer."""
    parser.add_argument("study", nargs="?", help="a study, by file or name: its domain and sizes")
    parser.add_argument(
        "--answers", type=int, nargs="+", metavar="N", help="answers a state; several: compared"
    )
    parser.add_argument(
        "--yes-no", type=int, metavar="N", help="yes/no answers an utterance and state (52)"
    )
    parser.add_argument("--domain", type=Path, help=f"whose words, without a study ({WORDS})")
    parser.add_argument("--alpha", type=float, help="speakers with this alpha, not the prior's")
    parser.add_argument("--phi", type=float, help="speakers with this phi")
    parser.add_argument(
        "--omega", type=float, nargs=3, metavar=("INF", "SOC", "PRE"), help="with these weights"
    )
    parser.add_argument("--speaker", default="s2", help="the speaker model (s2)")
    parser.add_argument(
        "--semantics",
        choices=SEMANTICS,
        default="joint",
        help="joint by default, as a study; fixed is faster, and its intervals too narrow; cut"
        " has words that no choice bends",
    )
    parser.add_argument(
        "--design-effect", type=float, default=1.0, metavar="D",
        help="how many answers count as one, because those of a vignette hang together: see"
        " design_effect in tables/diagnostics of a study like it (1)",
    )  # fmt: skip
    parser.add_argument(
        "--power", action="store_true",
        help="how often each claim of the study would be found, by the size of its effect on phi"
        " (minutes)",
    )  # fmt: skip
    parser.add_argument("--speakers", type=int, default=24, help="how many to simulate (24)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same table (1)")
    parser.add_argument("--cores", type=int, help="all by default")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write table and figure there")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")


def run(given: Namespace) -> None:
    """Simulate, fit, tell."""
    import json
    import sys
    import time

    from tactometer.figures import design as figure
    from tactometer.planning import precision

    asked = _design(given)
    fits = len(asked.sizes) * asked.speakers
    print(f"fitting {fits} simulated speakers, {asked.semantics} semantics", file=sys.stderr)
    start = time.monotonic()
    table = precision.widths(asked, progress=lambda text: print(text, file=sys.stderr, flush=True))
    seconds = time.monotonic() - start
    found = _power(given, table) if given.power else None
    if given.out:
        _write(table, given.out, "design")
        if found is not None:
            _write(found, given.out, "power")
        figure.draw(table, asked.around.told, given.out)
    if given.json:
        head = {"around": asked.around.told, "seed": given.seed, "seconds": round(seconds, 1)}
        more = {} if found is None else {"power": found.to_dicts()}
        print(json.dumps({**head, "widths": table.to_dicts(), **more}, indent=1))
        return
    print("\n".join(precision.lines(table, asked)))
    suspect = int(table.filter(parameter="alpha")["suspect"].sum())
    doubt = f", {suspect} of them suspect" if suspect else ""
    print(f"{fits} fits in {seconds:.0f} s{doubt}; seed {given.seed}.")
    if found is not None:
        from tactometer.planning import power

        print("\n".join(["", *power.lines(found)]))


def _power(given: Namespace, widths: "pl.DataFrame") -> "pl.DataFrame":
    """How often the claims of the study would be found, with intervals of these widths."""
    import sys

    from tactometer.planning import power
    from tactometer.study import study_files

    study = study_files.load([given.study])[0]
    return power.power(study, widths, seed=given.seed,
                       progress=lambda text: print(text, file=sys.stderr, flush=True))  # fmt: skip


def _design(given: Namespace) -> "Design":
    """What is asked for; UserError for what makes no sense."""
    from tactometer.planning import precision
    from tactometer.study import domain, study_files
    from tactometer.utils.paths import locate

    _check(given)
    around = precision.Around(given.alpha, given.phi, given.omega and tuple(given.omega))
    sizes: list[precision.Size] = []
    if given.study:
        planned = study_files.load([given.study])[0]
        words = planned.domain
        sizes = precision.of_study(planned)
    else:
        words = domain.load(given.domain or locate(WORDS))
    if given.answers or not sizes:
        usual = sizes[0].yes_no if sizes else precision.YES_NO
        found = given.answers or precision.ANSWERS
        sizes = [precision.Size(n, usual) for n in dict.fromkeys(found)]
    if given.yes_no:
        sizes = [precision.Size(size.answers, given.yes_no) for size in sizes]
    return precision.of_domain(
        words,
        speaker=given.speaker,
        semantics=given.semantics,
        sizes=list(dict.fromkeys(sizes)),
        around=around,
        speakers=given.speakers,
        seed=given.seed,
        cores=given.cores,
        design_effect=given.design_effect,
    )


def _check(given: Namespace) -> None:
    from tactometer.speaker_model.variants import SPEAKERS
    from tactometer.utils.errors import UserError, at_least_one, nearest

    if given.power and not given.study:
        raise UserError("--power: name the study whose claims are meant.")
    if given.power and (given.answers or given.yes_no):
        raise UserError("--power: it is of what the study asks; take --answers and --yes-no away.")
    if given.speaker not in SPEAKERS:
        near = nearest(given.speaker, SPEAKERS)
        raise UserError(f"--speaker: there is no speaker model {given.speaker!r}{near}.")
    for name in ("answers", "yes_no", "speakers", "cores"):
        value = getattr(given, name)
        for number in value if isinstance(value, list) else [value]:
            if number is not None:
                at_least_one(name.replace("_", "-"), number)
    if not given.design_effect >= 1:
        raise UserError(f"--design-effect: {given.design_effect:g} is below 1; give 1 or more.")
    if given.alpha is not None and not 0 < given.alpha < 20:
        raise UserError(f"--alpha: {given.alpha:g} is outside the prior; give 0 < alpha < 20.")
    if given.phi is not None and not 0 <= given.phi <= 1:
        raise UserError(f"--phi: {given.phi:g} is outside the prior; give 0 to 1.")
    if given.omega:
        _check_weights(given.omega, given.speaker)


def _check_weights(omega: list[float], speaker: str) -> None:
    from tactometer.speaker_model.variants import SPEAKERS, UTILITIES
    from tactometer.utils.errors import UserError

    told = " ".join(f"{weight:g}" for weight in omega)
    if min(omega) < 0 or abs(sum(omega) - 1) > 1e-6:
        raise UserError(
            f"--omega: {told} is no set of weights; give three from 0 to 1 that add up to 1 "
            "(inf, soc, pre)."
        )
    weighed = SPEAKERS[speaker].utilities
    if any(w > 0 and name not in weighed for name, w in zip(UTILITIES, omega, strict=True)):
        what = " and ".join(weighed) or "no utility"
        raise UserError(f"--omega: {told} is not for {speaker}, which weighs {what} alone.")


def _write(table: "pl.DataFrame", folder: Path, name: str) -> None:
    from tactometer.utils import atomic_files

    kinds: dict[str, Any] = {"csv": table.write_csv, "parquet": table.write_parquet}
    folder.mkdir(parents=True, exist_ok=True)
    for kind, write in kinds.items():
        with atomic_files.atomic(folder / f"{name}.{kind}") as path:
            write(path)
