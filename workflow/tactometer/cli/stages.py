"""What each subcommand does: read files, call the stage, write files whole.

Every import of a stage is inside its function: a job pays for its own libraries alone.
"""

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tactometer.utils import atomic_files
from tactometer.utils.errors import UserError
from tactometer.utils.paths import STAN

if TYPE_CHECKING:
    from tactometer.study.model import Model
    from tactometer.study.study import Study

KNOWN = sorted(path.stem for path in STAN.glob("*.stan"))


def cmdstan(given: Namespace) -> None:
    """Find CmdStan, or install it, telling what is being done."""
    from tactometer.inference import cmdstan

    cmdstan.ensure()
    for name in given.compile:  # one at a time: a compiler takes a GiB
        cmdstan.executable(STAN / f"{name}.stan")


def requests(given: Namespace) -> None:
    """Write one prompt set of one model."""
    from tactometer.elicitation.requests import build

    sweep = _study(given.study)
    model = sweep.models[given.model]
    sample = sweep.data["sample"]
    frame = build(
        sweep.domain_of(model.domain),
        given.prompt_set,
        framings=sweep.data["framings"],
        name_pairs=sample["name_pairs"],
        semantics_name_pairs=sample["semantics_name_pairs"],
        seed=sample["seed"],
        wire=model.settings.get("wire", {}),
        estimator=model.settings["estimator"],
    )
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)


def ask(given: Namespace) -> None:
    """Ask checkpoints of one model what their journals lack, one after another."""
    from tactometer.elicitation import engine_environment
    from tactometer.elicitation.ask import ask
    from tactometer.providers.local import checkpoint_files

    sweep = _study(given.study)
    model = sweep.models[given.model]
    place = f"{sweep.source}, models.{model.name}"
    for who in given.who:
        checkpoint_files.check_folder(json.loads(who.read_text()), place)
    engine_environment.enter(model.provider, place)
    if not len(given.who) == len(given.journal) == len(given.done):
        raise UserError("--who, --journal and --done must be given once for each checkpoint.")
    for who, journal, done in zip(given.who, given.journal, given.done, strict=True):
        settings = {**model.settings, "job": job_of(sweep, model.name, journal)}
        ask(json.loads(who.read_text()), settings, given.requests, journal, done)


def _study(path: Path) -> "Study":
    from tactometer.study import study  # 30 ms, and no fit reads a study

    return study.read(path)


def job_of(sweep: "Study", model: str, journal: Path) -> dict[str, Any]:
    """What a provider has to know of the study beside its model: for messages and money."""
    return {
        "file": sweep.source,
        "model": model,
        "name": f"{model}/{journal.stem}",
        "journal": journal,
        "budget_usd": sweep.data.get("budget_usd"),
        "prices": sweep.data.get("prices", {}),
        "prices_copy": journal.with_suffix(".prices.json"),
        "ledger": journal.parent.parent / ".spending.json",
    }


def parse(given: Namespace) -> None:
    """Read the choices of one prompt set, with the judge's help where there is one."""
    import polars as pl

    from tactometer.reading import judge

    sweep = _study(given.study)
    frame = _strict(sweep, sweep.models[given.model], given)
    if given.judged:
        frame = judge.apply(frame, pl.read_parquet(given.judged))
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)


def _strict(sweep: "Study", model: "Model", given: Namespace) -> Any:
    """The choices of one prompt set as the strict parser reads them."""
    who = json.loads(given.done.read_text())["digest"]
    samples = model.settings["estimator"].get("k", 1)
    utterances = sweep.domain_of(model.domain).utterances
    return _read(given.requests, given.journal, who, samples, utterances)


def _read(requests: Path, journal: Path, who: str, samples: int, utterances: Sequence[str]) -> Any:
    import polars as pl

    from tactometer.elicitation.ask import wanted
    from tactometer.reading import choices

    keys = [ask.key for ask in wanted([requests], who, samples)]
    answers = choices.of_journal(journal, keys)
    return choices.parse(pl.read_parquet(requests), answers, who, samples, utterances)


def judge(given: Namespace) -> None:
    """Let the study's judge read what the strict parser cannot, and an audit of what it can."""
    from tactometer.elicitation import engine_environment
    from tactometer.elicitation.ask import ask
    from tactometer.reading import judge
    from tactometer.utils import digests

    sweep = _study(given.study)
    named = sweep.data["judge"]
    who = sweep.models[named["model"]]
    engine_environment.enter(who.provider, f"{sweep.source}, models.{who.name}")
    strict = _strict(sweep, sweep.models[given.model], given)
    estimator = judge.estimator_of(who.settings)
    asked = judge.build(strict, digests.canonical(who.settings.get("wire", {})), estimator)
    judged = judge.NOBODY
    if not asked.is_empty():
        requests, journal = (given.out.with_suffix(end) for end in (".requests.parquet", ".jsonl"))
        done = given.out.with_suffix(".done")
        with atomic_files.atomic(requests) as temporary:
            asked.write_parquet(temporary)
        job = job_of(sweep, who.name, journal)
        job["name"] = f"judge/{given.model}/{given.journal.stem}/{given.out.stem}"
        job["ledger"] = given.journal.parent.parent / ".spending.json"
        settings = {**who.settings, "estimator": estimator, "job": job}
        ask(json.loads(given.judge.read_text()), settings, [requests], journal, done)
        digest = json.loads(done.read_text())["digest"]
        judged = _read(requests, journal, digest, 1, sorted(asked["options"][0]))
    with atomic_files.atomic(given.out) as temporary:
        judge.verdicts(asked, judged, strict).write_parquet(temporary)


def count(given: Namespace) -> None:
    """Add up the choices of one goal."""
    import polars as pl

    from tactometer.reading import counts

    sweep = _study(given.study)
    domain = sweep.domain_of(sweep.models[given.model].domain)
    frame = counts.count(pl.read_parquet(given.choices), domain.states, domain.utterances)
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)


def semantics(given: Namespace) -> None:
    """Add up the yes/no choices of one checkpoint."""
    import polars as pl

    from tactometer.reading.truth_counts import add_up

    sweep = _study(given.study)
    domain = sweep.domain_of(sweep.models[given.model].domain)
    frame = add_up(pl.read_parquet(given.choices), domain.states, domain.utterances)
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)


def import_recorded(given: Namespace) -> None:
    """Bring a recorded model's CSV files into counts, one file a goal, and semantics."""
    from tactometer.reading import recorded_counts

    sweep = _study(given.study)
    model = sweep.models[given.model]
    domain = sweep.domain_of(model.domain)
    paths = {path.stem: path for path in given.counts}
    frames = recorded_counts.counts_by_goal(
        Path(model.settings["production"]), domain, tuple(paths)
    )
    for goal, frame in frames.items():
        with atomic_files.atomic(paths[goal]) as temporary:
            frame.write_parquet(temporary)
    with atomic_files.atomic(given.semantics) as temporary:
        recorded_counts.semantics_of(Path(model.settings["semantics"]), domain).write_parquet(
            temporary
        )


def fit(given: Namespace) -> None:
    """Fit all framings and speaker variants of one goal, or of goals that share parameters."""
    from tactometer.inference.fit import fit

    settings = json.loads(given.settings.read_text())
    if [p.stem for p in given.counts] != [p.stem for p in given.out]:
        raise UserError("--counts and --out must name the same goals in the same order.")
    fit(settings, given.semantics, given.counts, given.out, threads=given.threads)


def compare(given: Namespace) -> None:
    """Compare the speaker variants of one checkpoint."""
    from tactometer.inference.loo import compare

    settings = json.loads(given.settings.read_text())
    fits, counts, choices = (
        {path.stem: path for path in paths} for paths in (given.fits, given.counts, given.choices)
    )
    frame = compare(settings, fits, counts, choices)
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)


def hold_out(given: Namespace) -> None:
    """Predict the answers about vignettes that are held out, of one checkpoint."""
    from tactometer.inference import heldout
    from tactometer.study.domain import SEMANTICS

    settings = json.loads(given.settings.read_text())
    if given.choices:
        goals = {path.stem: path for path in given.choices}
        frame = heldout.hold_out(settings, goals, goals.pop(SEMANTICS))
    else:
        frame = heldout.of_recorded(settings, {path.stem: path for path in given.counts})
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)


def gather(given: Namespace) -> None:
    """Gather the tables of one model."""
    from tactometer.tables import build

    sweep = _study(given.study)
    build.gather(sweep, sweep.models[given.model], given.results)


def tabulate(given: Namespace) -> None:
    """Put the tables of all models together, as Parquet and CSV."""
    from tactometer.recipes import acceptance
    from tactometer.tables import build

    build.tabulate(_study(given.study), given.results)
    acceptance.write_table(given.results)


def describe(given: Namespace) -> None:
    """Write the data dictionary of some tables, as Parquet and CSV."""
    import polars as pl

    from tactometer.tables import dictionary

    frame = dictionary.describe({p.stem: pl.read_parquet_schema(p) for p in given.tables})
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)
    with atomic_files.atomic(given.out.with_suffix(".csv")) as temporary:
        frame.write_csv(temporary)


def condense(given: Namespace) -> None:
    """Write what the analyses read of one model: thinned draws and answers."""
    from tactometer.tables.condense import condense

    sweep = _study(given.study)
    model = sweep.models[given.model]
    utterances = sweep.domain_of(model.domain).utterances
    condense(model, utterances, given.results, given.out)


def analyse(given: Namespace) -> None:
    """Make the table of one analysis, as Parquet and CSV."""
    from tactometer.analyses import analyse
    from tactometer.analyses.evidence import read

    sweep = _study(given.study)
    evidence = read(
        sweep.name,
        given.tables,
        {model: given.condensed / model for model in sweep.models},
        goals=sweep.goals,
        utterances=sweep.domain.utterances,
        baseline=sweep.baseline,
        settings=sweep.analyses,
        totals={model.name: model.fit["count_total"] for model in sweep.models.values()},
    )
    table = analyse.analyse(given.analysis, evidence)
    with atomic_files.atomic(given.tables / f"{given.analysis}.parquet") as path:
        table.write_parquet(path)
    with atomic_files.atomic(given.tables / f"{given.analysis}.csv") as path:
        table.write_csv(path)


def draw(given: Namespace) -> None:
    """Draw every figure, as SVG and PNG."""
    from tactometer.figures import draw

    sweep = _study(given.study)
    for name in draw.FIGURES:
        draw.draw(
            name,
            given.tables,
            given.out / name,
            goals=sweep.goals,
            utterances=sweep.domain.utterances,
            baseline=sweep.baseline,
        )


def report(given: Namespace) -> None:
    """Write the page that stands alone."""
    from tactometer.recipes import acceptance, provenance, recipes
    from tactometer.report import page

    sweep = _study(given.study)
    page.build(
        given.tables,
        given.figures,
        given.out,
        study=sweep.name,
        goals=sweep.goals,
        baseline=sweep.baseline,
        methods=recipes.methods_of(sweep),
        provenance=provenance.versions(),
        accepted=acceptance.sentences(given.out.parent),
    )
