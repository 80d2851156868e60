"""A pilot: a small share of a study's answers asked for real.

Its answers stand in the study's journals, so nothing is asked twice, and are paid from its budget.
They are the first of each prompt set by digest, which is as good as drawn. What is imported here,
the environments of engines have too.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tactometer.elicitation import ask, engine_environment, requests
from tactometer.elicitation.ask import job_of, settings_of
from tactometer.elicitation.identity import identity
from tactometer.providers.local import checkpoint_files
from tactometer.recipes import acceptance
from tactometer.study import file_names
from tactometer.study.model import Model
from tactometer.study.stages import Recipe
from tactometer.study.study import Study
from tactometer.utils import atomic_files
from tactometer.utils.errors import UserError, nearest

RESULTS = Path("results")


def run(study: Study, source: Path, share: float, only: Sequence[str]) -> None:
    """Ask a share of what each paid or local model of a study is asked, or of those named.

    Raises UserError as `ask` does; what came is in the journals.
    """
    models = [m for m in study.asked if m.paid or m.renders]
    for name in only:
        if name not in [m.name for m in models]:
            raise UserError(
                f"{study.source} has no model {name!r} that costs anything to ask"
                f"{nearest(name, [m.name for m in models])}."
            )
    folder = RESULTS / study.name
    from tactometer.recipes.recipes import PINS  # imports what environments of engines lack

    (PINS / study.name).mkdir(parents=True, exist_ok=True)
    atomic_files.hold(PINS / study.name / "run.lock")
    atomic_files.probe(folder)
    file_names.check(study, folder)
    for model in models:
        if only and model.name not in only:
            continue
        if model.paid:
            ask_model(study, model, share)
        else:  # in a process of its own, which goes on in the engines' environment
            command = [sys.executable, "-m", "tactometer", "pilot", str(source)]
            command += ["--share", str(share), "--within", model.name]
            if subprocess.run(command).returncode:
                raise UserError(f"the pilot of {model.name} did not end well; see above.")


def ask_model(study: Study, model: Model, share: float) -> None:
    """Ask a share of each prompt set of all checkpoints of a model."""
    place = f"{study.source}, models.{model.name}"
    declared = {c: declared_of(study, model, c) for c in model.checkpoints}
    for each in declared.values():
        checkpoint_files.check_folder(each, place)
    engine_environment.enter(model.provider, place)
    with tempfile.TemporaryDirectory() as folder:
        paths = list(requests_of(study, model, Path(folder)))
        for checkpoint, who in declared.items():
            path = journal_of(study, model, checkpoint)
            settings = {**settings_of(study, model), "job": job_of(study, model.name, path)}
            print(f"{model.name}/{checkpoint}:", flush=True)
            ask.ask(who, settings, paths, path, path.with_suffix(".done"), share)


def declared_of(study: Study, model: Model, checkpoint: str) -> Recipe:
    """Who is asked, as a run's recipe of the checkpoint has it."""
    name = f"checkpoints/{model.name}/{checkpoint}"
    found = identity(study, model, checkpoint)
    return dict(acceptance.settle(name, found, RESULTS / study.name))


def journal_of(study: Study, model: Model, checkpoint: str) -> Path:
    return RESULTS / study.name / "answers" / model.name / f"{checkpoint}.jsonl"


def requests_of(study: Study, model: Model, folder: Path) -> Iterator[Path]:
    """The model's requests as a run writes them, a file for each prompt set."""
    for name in model.prompt_sets:
        path = folder / f"{name}.parquet"
        requests.of(study, model, name).write_parquet(path)
        yield path
