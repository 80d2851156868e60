"""A study: one file that describes a sweep, validated, with every default filled in.

Snakemake parses through this module, so it imports nothing heavy.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from tactometer.study import domain as domains
from tactometer.study import prompt_settings, recorded_csv, validation, yaml_lines, yardstick
from tactometer.study.locations import Place
from tactometer.study.model import Model
from tactometer.study.providers import engines, judges
from tactometer.study.schema_validation import validate
from tactometer.utils.errors import UserError, nearest
from tactometer.utils.paths import SCHEMAS

SCHEMA = SCHEMAS / "study.schema.yaml"


@dataclass(frozen=True)
class Study:
    """A study with defaults; `data` is its canonical content and `source` the file it came from."""

    data: dict[str, Any]
    source: str
    models: dict[str, Model]

    @property
    def name(self) -> str:
        """Its name and that of its folder under results/."""
        return str(self.data["study"])

    @property
    def domain(self) -> domains.Domain:
        """The domain that its models are asked in."""
        return self.domain_of(self.data["domain"])

    def domain_of(self, path: str) -> domains.Domain:
        """The domain at a path of the study, read once."""
        if path not in self._domains:
            self._domains[path] = domains.load(Path(path))
        return self._domains[path]

    @cached_property
    def _domains(self) -> dict[str, domains.Domain]:
        return {}

    @property
    def asked(self) -> tuple[Model, ...]:
        """The models that answer prompts."""
        return tuple(m for m in self.models.values() if not m.recorded)

    @property
    def goals(self) -> tuple[str, ...]:
        """The study's goals and then those that recorded models alone have."""
        extra = [g for m in self.models.values() for g in m.goals if g not in self.data["goals"]]
        return (*self.data["goals"], *dict.fromkeys(extra))

    @property
    def baseline(self) -> tuple[str, ...]:
        """The recorded models: people, of whom nothing is found."""
        return tuple(m.name for m in self.models.values() if m.recorded)

    @property
    def yardstick(self) -> yardstick.Yardstick | None:
        """Whom its models are compared with; None where it names nobody."""
        return yardstick.of(self)

    @property
    def compares(self) -> bool:
        """Whether some model is fitted with several speaker variants."""
        return any(model.compares for model in self.models.values())

    @property
    def holds_out(self) -> bool:
        """Whether vignettes of some model are held out."""
        return any(model.folds for model in self.models.values())

    @property
    def judge(self) -> tuple[str, str] | None:
        """The model and checkpoint that read replies which the strict parser cannot."""
        found = self.data.get("judge")
        return (found["model"], found["checkpoint"]) if found else None

    @property
    def analyses(self) -> dict[str, Any]:
        """The settings of the analyses, with the defaults of the schema."""
        return _filled(_schema()["properties"]["analyses"], self.data.get("analyses", {}))

    def content(self) -> dict[str, Any]:
        """All that a job may read of the study: its keys, and its domains as they are now."""
        paths = {self.data["domain"], *(model.domain for model in self.models.values())}
        return {
            "data": self.data,
            "source": self.source,
            "domains": {path: self.domain_of(path).content() for path in sorted(paths)},
        }


def load(paths: Sequence[Path], overrides: Mapping[str, Any] | None = None) -> Study:
    """Load and validate a study from its files, later ones over earlier, then the overrides.

    Raises UserError with file, line, key and remedy for anything that a study cannot hold.
    """
    data: dict[str, Any] = {}
    lines: yaml_lines.Lines = {}
    for file in paths:
        content, where = yaml_lines.read(file)
        if not isinstance(content, dict):
            raise UserError(f"{file} holds no keys: a study starts with the key `study`.")
        data = _merge(data, content)
        lines.update(where)
    if overrides:
        data = _merge(data, json.loads(json.dumps(overrides)))
    source = str(paths[-1]) if paths else "--config"
    validate(data, lines, SCHEMA, source)
    study = _resolve(data, source, lines)
    for model in study.models.values():
        place = Place(source, lines, model.name)
        check = {"recorded": validation.recorded_files, "simulated": validation.simulated_speakers}
        if model.provider in check:
            check[model.provider](model.settings, study.domain_of(model.domain), place)
        validation.secrets(model.settings, place)
        validation.pooling(model, study.data["framings"], place)
        renders = model.provider in engines()
        prompt_settings.check(model.settings.get("prompt", {}), renders, place)
        if not model.recorded:
            domain = study.domain_of(model.domain)
            validation.name_pairs(study.data["sample"], domain, source, lines)
    return study


def read(path: Path) -> Study:
    """Read a study that was pinned: validated already, so quick."""
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `snakemake -n` once, which writes it.") from None
    known = {name: domains.of_content(held) for name, held in content["domains"].items()}
    return _resolve(content["data"], content["source"], {}, known)


def _merge(old: dict[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _resolve(
    data: dict[str, Any],
    source: str,
    lines: yaml_lines.Lines,
    known: Mapping[str, domains.Domain] | None = None,
) -> Study:
    schema = _schema()
    data = {**_defaults(schema["properties"]), **data}
    data["sample"] = {
        **_defaults(schema["properties"]["sample"]["properties"]),
        **data.get("sample", {}),
    }
    study_fit = data.get("fit", {})
    defaults = _defaults(schema["$defs"]["fit"]["properties"])
    known = known or {}
    if data["domain"] not in known and not Path(data["domain"]).exists():
        place = yaml_lines.where(source, lines, ("domain",))
        raise UserError(f"{place}: {data['domain']} does not exist; correct the path.")
    study = Study(data, source, {})
    study._domains.update(known)
    # people pay for a negation, and what is compared with them may
    costly = {"cost": True} if "yardstick" in data else {}
    base = {**defaults, **study.domain.fit, **costly, **study_fit}
    for name, settings in data["models"].items():
        study.models[name] = _model(study, name, settings, base, lines)
    _check_goals(study, lines)
    _check_judge(study, lines)
    yardstick.check(study, lines)
    again = yardstick.beside(study)
    if again is not None:
        name = data["yardstick"]["model"]
        study.models[name] = replace(study.models[name], beside=again)
    return study


@cache
def _schema() -> Mapping[str, Any]:
    return dict(yaml_lines.read(SCHEMA)[0])


def _filled(part: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A part of the study with the defaults of its schema, at every depth."""
    found: dict[str, Any] = {}
    for key, inner in part["properties"].items():
        if "properties" in inner:
            found[key] = _filled(inner, given.get(key, {}))
        elif key in given or "default" in inner:
            found[key] = given.get(key, inner.get("default"))
    return found


def _defaults(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value["default"] for key, value in properties.items() if "default" in value}


def _model(
    study: Study, name: str, settings: dict[str, Any], fit: dict[str, Any], lines: yaml_lines.Lines
) -> Model:
    provider = settings["provider"]
    place = Place(study.source, lines, name)
    path = settings.get("domain", study.data["domain"])
    if path not in study._domains and not Path(path).exists():
        raise UserError(f"{place('domain')}: {path} does not exist; correct the path.")
    own = study.domain_of(path).fit if "domain" in settings else {}
    if provider == "recorded":
        found = recorded_csv.goals(Path(settings["production"]), place("production"))
        goals = tuple(settings.get("goals", _in_order(found, study.data["goals"])))
        _known(goals, found, place("goals"), settings["production"])
        checkpoints: dict[str, Any] = {"recorded": {}}
    else:
        goals = tuple(study.data["goals"])
        checkpoints = _expand(settings["checkpoints"])
        settings = {**settings, "estimator": _estimator(settings)}
    merged = {**fit, **own, **settings.get("fit", {})}
    if "yardstick" in study.data and "cost" not in settings.get("fit", {}):
        merged["cost"] = merged["cost"] or fit["cost"]
    return Model(name, provider, settings, checkpoints, goals, merged, path)


def _estimator(settings: Mapping[str, Any]) -> dict[str, Any]:
    exact = settings["provider"] in engines()
    default = {"kind": "label_logprob"} if exact else {"kind": "samples"}
    estimator = dict(settings.get("estimator", default))
    if estimator["kind"] == "samples":
        estimator = {"k": 1, "temperature": 1.0, **estimator}
    return estimator


def _expand(checkpoints: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    if "pattern" not in checkpoints:
        return {name: dict(settings or {}) for name, settings in checkpoints.items()}
    pattern = checkpoints["pattern"]
    return {str(s): {"path": pattern.replace("{step}", str(s))} for s in checkpoints["steps"]}


def _in_order(found: Sequence[str], wanted: Sequence[str]) -> list[str]:
    return [g for g in wanted if g in found] + [g for g in found if g not in wanted]


def _known(goals: Sequence[str], found: Sequence[str], place: str, file: str) -> None:
    for goal in goals:
        if goal not in found:
            raise UserError(f"{place}: {file} has no goal {goal!r}, but {', '.join(found)}.")


def _check_goals(study: Study, lines: yaml_lines.Lines) -> None:
    """A study that asks needs a prompt for every goal; a recorded one may name its own."""
    if not study.asked:
        return
    prompts = study.domain.prompts
    if prompts is None:
        raise UserError(
            f"{yaml_lines.where(study.source, lines, ('domain',))}: {study.data['domain']} has no "
            "prompts, so its models cannot be asked: name a domain with a prompts file."
        )
    for index, goal in enumerate(study.data["goals"]):
        if goal not in prompts.goals:
            known = nearest(goal, prompts.goals)
            raise UserError(
                f"{yaml_lines.where(study.source, lines, ('goals', index))}: the domain "
                f"{study.data['domain']} has no prompt for the goal {goal!r}{known}."
            )


def _check_judge(study: Study, lines: yaml_lines.Lines) -> None:
    """A judge is a checkpoint of the study that reads any prompt."""
    if study.judge is None:
        return
    name, checkpoint = study.judge
    model = study.models.get(name)
    if model is None or model.provider not in judges():
        able = [m.name for m in study.models.values() if m.provider in judges()]
        raise UserError(
            f"{yaml_lines.where(study.source, lines, ('judge', 'model'))}: {name!r} is no model of "
            f"the study that can judge (api, vllm, transformers){nearest(name, able)}."
        )
    if checkpoint not in model.checkpoints:
        raise UserError(
            f"{yaml_lines.where(study.source, lines, ('judge', 'checkpoint'))}: {name} has no "
            f"checkpoint {checkpoint!r}{nearest(checkpoint, model.checkpoints)}."
        )
