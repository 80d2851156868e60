"""Recipes: small JSON files that pin what a stage is made of.

A recipe is an input of its stage's jobs, so a stage runs again when, and only when, its recipe
changes: other code in the stage's import closure, another Stan line, another key that the stage
reads, another version of a tool. Snakemake's main process computes what every recipe should be
(`wanted`) and stamps it under .snakemake; the rule `recipe` copies a stamp that is new to
results/{study}/recipes. Stamps keep their time as long as their content holds, and a stamp made
anew (after a lost .snakemake, in a fresh checkout) is set back in time when the recipe in results
says the same: only content makes a recipe newer.
"""

import importlib.metadata
import json
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tactometer.analyses.analyse import ANALYSES
from tactometer.providers.local import checkpoint_files
from tactometer.recipes import acceptance
from tactometer.study.domain import SEMANTICS
from tactometer.study.labels import LABEL_COLUMNS
from tactometer.study.model import ENGINES, Model
from tactometer.study.study import Study
from tactometer.utils import atomic_files, digests
from tactometer.utils.errors import UserError
from tactometer.utils.paths import PACKAGE, STAN

STAMPS = Path(".snakemake/tactometer")
_IMPORT = re.compile(
    r"^\s*(?:from\s+tactometer([\w.]*)\s+import\s+(\([^)]*\)|.+)|import\s+tactometer([\w.]+))", re.M
)
_TYPES = re.compile(r"^if TYPE_CHECKING:\n(?:(?:[ \t].*)?\n)+", re.M)
_INCLUDE = re.compile(r"^\s*#include\s+<?\"?([^\s\">]+)", re.M)

TOOLS = {"mixed_effects": ("statsmodels", "cmdstanpy")}  # of an analysis

# The entry module of each stage, and the tools whose version can change what it makes.
STAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "requests": ("requests", ()),
    "ask": ("keys", ()),  # other code asks the same questions: only another key asks anew
    "judge": ("judge", ()),
    "parse": ("choices", ()),
    "count": ("counts", ()),
    "semantics": ("semantics", ()),
    "import": ("imports", ()),
    "fit": ("fits", ("cmdstanpy",)),
    "compare": ("loo", ("arviz",)),
    "heldout": ("heldout", ("cmdstanpy", "arviz")),
    "tables": ("tables", ()),
    "dictionary": ("dictionary", ()),
    "condense": ("condense", ()),
    **{f"analyses/{name}": (f"analyses/{name}", TOOLS.get(name, ())) for name in ANALYSES},
    "figures": ("figures", ("plotnine",)),
    "report": ("report", ("jinja2",)),
}


def wanted(study: Study) -> dict[str, dict[str, Any]]:
    """Every recipe that the study needs, by name: stages, and what single targets are made of.

    `requests/{model}/{prompt_set}`, `checkpoints/{model}/{checkpoint}`, `import/{model}`,
    `fit/{model}` and `heldout/{model}` pin what belongs to one target, so that a change in one
    leaves the rest alone.
    """
    recipes: dict[str, dict[str, Any]] = {name: _stage(name) for name in STAGES}
    sample = study.data["sample"]
    recipes["requests"]["keys"] = {"seed": sample["seed"]}
    recipes["judge"]["keys"] = _judge(study)
    recipes["tables"]["keys"] = _labels(study)
    for name in ANALYSES:
        recipes[f"analyses/{name}"]["keys"] = {**_outline(study), **_analyses(study)}
    recipes["figures"]["keys"] = _outline(study)
    recipes["report"]["keys"] = {**_outline(study), "methods": methods_of(study)}
    for model in study.models.values():
        recipes[f"fit/{model.name}"] = _fit(study, model)
        if model.folds:
            recipes[f"heldout/{model.name}"] = _heldout(study, model)
        if model.recorded:
            recipes[f"import/{model.name}"] = _import(study, model)
            continue
        for prompt_set in model.prompt_sets:
            recipes[f"requests/{model.name}/{prompt_set}"] = _prompts(study, model, prompt_set)
        for checkpoint in model.checkpoints:
            recipes[f"checkpoints/{model.name}/{checkpoint}"] = identity(study, model, checkpoint)
    return recipes


def identity(study: Study, model: Model, checkpoint: str) -> dict[str, Any]:
    """What could change the answers of a checkpoint and stands in the study or in its files.

    Its messages, wire parameters and estimator are not here: they go through the requests files.
    """
    settings = {k: v for k, v in model.checkpoints[checkpoint].items() if k != "labels"}
    found: dict[str, Any] = {"provider": model.provider, "checkpoint": settings}
    if model.provider == "simulated":
        domain = study.domain_of(model.domain)
        if domain.literal is None:
            raise UserError(
                f"{domain.path} has no key literal: add the semantics that the simulated model "
                f"{model.name} speaks with."
            )
        found["literal"] = dict(zip(domain.utterances, domain.literal, strict=True))
        found["values"] = list(domain.states)
        found["seed"] = study.data["sample"]["seed"]
        found["sources"] = sources("providers/simulated")
    else:
        found["source"] = model.settings["source"]
        if "api_base" in model.settings:
            found["api_base"] = model.settings["api_base"]
        engine = model.settings.get("engine", {})
        answers = ("dtype", "max_model_len", "trust_remote_code", "chat_template", "thinking")
        found["engine"] = {k: engine[k] for k in answers if k in engine}
        if model.provider in ENGINES:
            found["files"] = _weights(found)
    return found


def _weights(found: Mapping[str, Any]) -> dict[str, Any]:
    """What is in the files of a checkpoint, where they are here: they may be replaced in place."""
    folder = Path(found["checkpoint"].get("path") or found["source"])
    template = Path(found["engine"].get("chat_template", ""))
    return {
        "folder": checkpoint_files.sketch(folder) if folder.is_dir() else None,
        "chat_template": digests.file_digest(template) if template.is_file() else None,
    }


def current(study: Study, results: Path) -> dict[str, dict[str, Any]]:
    """Every wanted recipe, or the one in results/{study} where the difference is accepted."""
    folder = results / study.name
    return {
        name: dict(acceptance.settle(name, recipe, folder))
        for name, recipe in wanted(study).items()
    }


def stamp(study: Study, results: Path, stamps: Path = STAMPS) -> None:
    """Write every current recipe below stamps/{study}/recipes, and the study beside them.

    Run by Snakemake's main process alone, before the graph is built.
    """
    folder = stamps / study.name
    study.write(folder / "study.json")
    for name, content in current(study, results).items():
        text = json.dumps(content, sort_keys=True, indent=1, allow_nan=False) + "\n"
        path = folder / "recipes" / f"{name}.json"
        target = results / study.name / "recipes" / f"{name}.json"
        if atomic_files.write_if_changed(path, text, sync=False):
            _set_back(path, target, text)


def _set_back(path: Path, target: Path, text: str) -> None:
    try:
        if target.read_text() != text:
            return
        old = target.stat().st_mtime
    except OSError:
        return
    os.utime(path, (old, old))


@cache
def sources(entry: str, package: Path = PACKAGE) -> Mapping[str, str]:
    """Digests of a module and of all that it imports from the package, by path."""
    found: dict[str, str] = {}
    todo = [entry]
    while todo:
        module = todo.pop()
        for path in _files(package, module):
            name = str(path.relative_to(package))
            if name in found:
                continue
            found[name], imported = _source(path)
            todo += imported
    return dict(sorted(found.items()))


@cache
def _source(path: Path) -> tuple[str, tuple[str, ...]]:
    """The digest of a file, and the modules of the package that it imports."""
    text = path.read_text()
    return digests.digest(text), tuple(_imports(text)) if path.suffix == ".py" else ()


@cache
def _files(package: Path, module: str) -> list[Path]:
    """The file of a module; of a package its __init__ and its templates, not what it leaves out."""
    if (package / f"{module}.py").is_file():
        return [package / f"{module}.py"]
    folder = package / module
    templates = [p for p in folder.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")]
    return sorted([*folder.glob("__init__.py"), *templates])


def _imports(text: str) -> Iterable[str]:
    """The modules of the package that a source imports, but for its types alone."""
    for found in _IMPORT.finditer(_TYPES.sub("", text)):
        module, names, plain = found.groups()
        if plain:
            yield plain.strip(".").replace(".", "/")
            continue
        base = module.strip(".").replace(".", "/")
        if base:
            yield base
        for name in re.findall(r"\w+", re.sub(r"\bas\s+\w+", "", names)):
            yield f"{base}/{name}" if base else name


def stan_sources(folder: Path = STAN) -> dict[str, str]:
    """Digests of every Stan program and include, by path."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix in (".stan", ".stanfunctions", ".hpp"))
    return {str(p.relative_to(folder)): digests.digest(p.read_text()) for p in paths}


def _stage(name: str) -> dict[str, Any]:
    entry, tools = STAGES[name]
    recipe: dict[str, Any] = {"stage": name, "sources": sources(entry)}
    if tools:
        recipe["versions"] = {tool: importlib.metadata.version(tool) for tool in tools}
    if name in ("fit", "heldout"):
        from tactometer.inference import cmdstan

        recipe["stan"] = stan_sources()
        place = cmdstan.find()
        recipe["versions"]["cmdstan"] = cmdstan.version(place) if place else None
    return recipe


def _prompts(study: Study, model: Model, prompt_set: str) -> dict[str, Any]:
    sample = study.data["sample"]
    semantics = prompt_set == SEMANTICS
    return {
        "texts": study.domain_of(model.domain).texts(prompt_set, study.data["framings"]),
        "estimator": model.settings["estimator"],
        "wire": model.settings.get("wire", {}),
        "name_pairs": sample["semantics_name_pairs" if semantics else "name_pairs"],
    }


def _judge(study: Study) -> dict[str, Any] | None:
    """How the judge is asked, beside who it is; nothing in a study without one."""
    if study.judge is None:
        return None
    settings = study.models[study.judge[0]].settings
    return {"estimator": settings["estimator"], "wire": settings.get("wire", {})}


def _space(study: Study, model: Model) -> dict[str, Any]:
    domain = study.domain_of(model.domain)
    return {
        "states": list(domain.states),
        "utterances": list(domain.utterances),
        "negated": list(domain.negated),
        "seed": study.data["sample"]["seed"],
    }


def _fit(study: Study, model: Model) -> dict[str, Any]:
    kept = {key: value for key, value in model.fit.items() if key != "heldout"}
    recipe = {"fit": kept, "domain": _space(study, model)}
    return {**recipe, "goals": list(model.goals)} if model.shares else recipe


def _heldout(study: Study, model: Model) -> dict[str, Any]:
    """What is fitted where vignettes are held out; how it is sampled stands in the code."""
    keys = ("speakers", "pooling", "count_total", "cost", "share")
    fit = {key: model.fit[key] for key in keys}
    return {"fit": fit, "folds": model.folds, "domain": _space(study, model)}


def _import(study: Study, model: Model) -> dict[str, Any]:
    keys = ("production", "semantics")
    return {
        "files": {key: digests.file_digest(Path(model.settings[key])) for key in keys},
        "domain": _space(study, model),
        "goals": list(model.goals),
    }


def _labels(study: Study) -> Mapping[str, Any]:
    """What the tables say of each checkpoint beside its fits."""
    described: dict[str, Any] = {}
    for model in study.models.values():
        for name, settings in model.checkpoints.items():
            labels = {k: v for k, v in model.labels(name).items() if k in LABEL_COLUMNS}
            truth = settings if model.provider == "simulated" else None
            described[f"{model.name}/{name}"] = {"labels": labels, "truth": truth}
    published = {
        path: digests.file_digest(Path(path))
        for model in study.models.values()
        for path in model.settings.get("published", [])
    }
    return {"study": study.name, "checkpoints": described, "published": published}


def _analyses(study: Study) -> dict[str, Any]:
    """What the analyses read of the study beside their tables."""
    totals = {model.name: model.fit["count_total"] for model in study.models.values()}
    given = {name: total for name, total in totals.items() if total is not None}
    return {"settings": study.analyses, "totals": given}


def _outline(study: Study) -> dict[str, Any]:
    """What figures and report show of the study beside its tables."""
    return {
        "study": study.name,
        "goals": list(study.goals),
        "utterances": list(study.domain.utterances),
        "baseline": list(study.baseline),
    }


def methods_of(study: Study) -> dict[str, Any]:
    """What the report's methods paragraph says of the study beside the numbers in its tables."""
    fits = [model.fit for model in study.models.values()]
    return {
        "asked": bool(study.asked),
        "framings": list(study.data["framings"]),
        "goals": list(study.data["goals"]),
        "name_pairs": study.data["sample"]["name_pairs"],
        "vignettes": len(study.domain.vignettes),
        "states": f"{study.domain.states[0]} to {study.domain.states[-1]} stars",
        "utterances": len(study.domain.utterances),
        "cost_of_negation": any(fit["cost"] for fit in fits),
        "how": sorted({fit["semantics"] for fit in fits}),
        "pooling": sorted({fit["pooling"] for fit in fits}),
        "heldout": study.holds_out,
        "level": study.analyses["level"],
        **{key: _range(fit[key] for fit in fits) for key in ("chains", "draws", "warmup")},
    }


def _range(values: Iterable[int]) -> str:
    low, *rest = sorted(set(values))
    return f"{low:,} to {rest[-1]:,}" if rest else f"{low:,}"
