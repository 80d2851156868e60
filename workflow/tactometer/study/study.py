"""A study: one file that describes a sweep, validated, with every default filled in.

Snakemake parses through this module, so it imports nothing heavy.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from tactometer.study import (
    comprehension,
    estimators,
    fields,
    named_fits,
    prompt_settings,
    recorded_csv,
    wordings,
    yaml_lines,
    yaml_slips,
    yardstick,
)
from tactometer.study import domain as domains
from tactometer.study.analyses import settings as analysis_settings
from tactometer.study.faults import validated
from tactometer.study.fields import UNSET, written
from tactometer.study.locations import Place
from tactometer.study.model import Model
from tactometer.study.model_settings import (
    AskedModel,
    Checkpoint,
    Fit,
    ModelSettings,
)
from tactometer.study.providers import declared, judges
from tactometer.study.recorded_settings import RecordedModel
from tactometer.study.settings import AnalysesSettings, StudySettings, study_type
from tactometer.utils.errors import UserError, nearest, no_file
from tactometer.utils.paths import locate

T = TypeVar("T")


@dataclass(frozen=True)
class Study:
    """A study: what it says (`settings`), the models, and the file that it came from (`source`).

    `written` is what stood in its files, of which `read` makes it again.
    """

    settings: StudySettings
    source: str
    models: dict[str, Model]
    written: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name and that of its folder under results/."""
        return self.settings.study

    @property
    def domain(self) -> domains.Domain:
        """The domain that its models are asked in."""
        return self.domain_of(self.settings.domain)

    def domain_of(self, path: str) -> domains.Domain:
        """The domain at a path of the study, read once."""
        if path not in self._domains:
            own = path == self.settings.domain  # that of recorded models asks nothing
            count = self.settings.sample.wordings if own else 1
            self._domains[path] = wordings.worded(domains.load(locate(path)), count)
        return self._domains[path]

    @cached_property
    def _domains(self) -> dict[str, domains.Domain]:
        return {}

    @property
    def asked(self) -> tuple[Model, ...]:
        """The models that answer prompts."""
        return tuple(m for m in self.models.values() if not m.recorded)

    @property
    def headlines(self) -> dict[str, str]:
        """The models that ask another's prompts by a further estimator, with that other's name."""
        return {name: model.also for name, model in self.models.items() if model.also}

    @property
    def goals(self) -> tuple[str, ...]:
        """The study's goals and then those that recorded models alone have."""
        own = self.settings.goals
        extra = [g for m in self.models.values() for g in m.goals if g not in own]
        return (*own, *dict.fromkeys(extra))

    @property
    def baseline(self) -> tuple[str, ...]:
        """The recorded models: people, of whom nothing is found."""
        return tuple(m.name for m in self.models.values() if m.recorded)

    @property
    def yardstick(self) -> yardstick.Yardstick | None:
        """Whom its models are compared with; None where it names nobody."""
        return yardstick.of(self)

    @property
    def further(self) -> tuple[str, ...]:
        """The names of the fits that stand beside the headline."""
        named = self.settings.fits
        return () if named is UNSET else tuple(named)[1:]

    @property
    def compares(self) -> bool:
        """Whether some model is fitted with several speaker variants."""
        return any(model.compares for model in self.models.values())

    @property
    def holds_out(self) -> bool:
        """Whether vignettes of some model are held out."""
        return any(model.folds for model in self.models.values())

    def varies(self, model: Model) -> bool:
        """Whether a model has fits at the levels of what varies in its scenes beside framing."""
        asked = not model.recorded and model.also is None
        return asked and bool(self.domain_of(model.domain).factors)

    @property
    def factors(self) -> Mapping[str, tuple[str, ...]]:
        """What varies in the scenes of those who are asked beside framing, with its levels."""
        return {name: tuple(of) for name, of in self.domain.factors.items()} if self.asked else {}

    @property
    def checks_comprehension(self) -> bool:
        """Whether its models are asked to read back what they were told."""
        return self.settings.analyses.comprehension and bool(self.asked)

    @property
    def judge(self) -> tuple[str, str] | None:
        """The model and checkpoint that read replies which the strict parser cannot."""
        found = self.settings.judge
        return (found.model, found.checkpoint) if found else None

    @property
    def analyses(self) -> AnalysesSettings:
        """The settings of the analyses."""
        return self.settings.analyses

    def content(self) -> dict[str, Any]:
        """All that a job may read of the study: its keys, and its domains as they are now."""
        paths = {self.settings.domain, *(model.domain for model in self.models.values())}
        return {
            "data": self.written,
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
            slip = yaml_slips.spaceless(str(content)) or "a study starts with the key `study`"
            raise UserError(f"{file}, line 1: it holds no keys; {slip}.")
        data = _merge(data, content)
        lines.update(where)
    if overrides:
        data = _merge(data, json.loads(json.dumps(overrides)))
    source = str(paths[-1]) if paths else "--config"
    data = _written_out(data, source, lines)
    settings = validated(data, lines, study_type(), source)
    study = _resolve(settings, data, source, lines)
    _check_files(study, lines)
    for model in study.models.values():
        place = Place(source, lines, model.also or model.name)
        domain = study.domain_of(model.domain)
        model.settings.check(domain, place)
        _check_pooling(model, settings.framings, place)
        if model.recorded:
            known = {*settings.goals, *domain.goals, *study.domain.goals}
            if model.counted.goals is UNSET:  # else those that are named there are meant
                recorded_csv.check_goals(model.counted.files["production"], sorted(known), place())
        else:
            prompt_settings.check(model.asked.prompt, model.renders, place)
            estimators.check(model, domain, settings.framings, place)
            _check_name_pairs(study, domain, lines)
    return study


def read(path: Path) -> Study:
    """Read a study that was pinned: validated already, so quick."""
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `snakemake -n` once, which writes it.") from None
    known = {name: domains.of_content(held) for name, held in content["domains"].items()}
    data = content["data"]
    return _resolve(fields.read(data, study_type()), data, content["source"], {}, known)


def _merge(old: dict[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _written_out(data: dict[str, Any], source: str, lines: yaml_lines.Lines) -> dict[str, Any]:
    """What stands in the files, with checkpoints in full where they are given in short."""
    models = data.get("models")
    if not isinstance(models, dict):
        return data
    full: dict[str, Any] = {}
    for name, model in models.items():
        full[name] = model
        given = model.get("checkpoints") if isinstance(model, dict) else None
        provider = declared().get(str(model.get("provider"))) if given else None
        if provider is not None and isinstance(given, dict):
            at = partial(_validated_at, lines, source, ("models", name, "checkpoints"))
            runs = f"runs/{data.get('study')}/{name}" if "training" in model else None
            full[name] = {**model, "checkpoints": provider.settings.written_out(given, at, runs)}
    return {**data, "models": full}


def _validated_at(
    lines: yaml_lines.Lines, source: str, key: yaml_lines.Key, data: Any, kind: type[T]
) -> T:
    return validated(data, lines, kind, source, key)


def _resolve(
    settings: StudySettings,
    written: Mapping[str, Any],
    source: str,
    lines: yaml_lines.Lines,
    known: Mapping[str, domains.Domain] | None = None,
) -> Study:
    """The study with its models: each fit is the model's over the study's over the domain's."""
    study = Study(settings, source, {}, written)
    study._domains.update(known or {})
    _check_there(study, settings.domain, yaml_lines.where(source, lines, ("domain",)))
    named_fits.check(study, lines)
    for name, model in settings.models.items():
        place = Place(source, lines, name)
        domain = settings.domain
        if isinstance(model, RecordedModel) and model.domain is not UNSET:
            domain = model.domain
            _check_there(study, domain, place("domain"))
        fits = named_fits.of_model(study, model, written["models"][name].get("fit", {}))
        if isinstance(model, RecordedModel):
            model = model.located()
        own_model = _model(name, model, settings.goals, fits, domain, place)
        estimators.add(study.models, own_model, place)
    _check_goals(study, lines)
    _check_judge(study, lines)
    if settings.analyses.comprehension:
        _ask_back(study)
    yardstick.check(study, lines)
    again = yardstick.beside(study)
    if again is not None:
        name = str(written["yardstick"]["model"])
        study.models[name] = replace(study.models[name], beside=again)
    return study


def _model(
    name: str,
    settings: ModelSettings,
    goals: tuple[str, ...],
    fits: Mapping[str, Fit],
    domain: str,
    place: Place,
) -> Model:
    provider = str(settings.__struct_config__.tag)
    if isinstance(settings, AskedModel):
        return Model(name, provider, settings, settings.checkpoints, goals, fits, domain)
    assert isinstance(settings, RecordedModel)
    found = recorded_csv.goals(Path(settings.production), place("production"))
    own = written(settings.goals, _in_order(found, goals))
    _known(own, found, place("goals"), settings.production)
    checkpoints = {"recorded": Checkpoint()}
    return Model(name, provider, settings, checkpoints, tuple(own), fits, domain)


def _in_order(found: Sequence[str], wanted: Sequence[str]) -> list[str]:
    return [g for g in wanted if g in found] + [g for g in found if g not in wanted]


def _known(goals: Sequence[str], found: Sequence[str], place: str, file: str) -> None:
    for goal in goals:
        if goal not in found:
            raise UserError(f"{place}: {file} has no goal {goal!r}, but {', '.join(found)}.")


def _check_files(study: Study, lines: yaml_lines.Lines) -> None:
    """Check that the files are there which the settings of analyses name."""
    for name, kind in analysis_settings().items():
        for path in getattr(study.analyses.of(kind), "files", ()):
            if not locate(path).is_file():
                place = yaml_lines.where(study.source, lines, ("analyses", name))
                raise UserError(f"{place}: {no_file(Path(path))}.")


def _check_there(study: Study, domain: str, place: str) -> None:
    if domain not in study._domains and not locate(domain).exists():
        raise UserError(f"{place}: {no_file(Path(domain))}.")


def _check_name_pairs(study: Study, domain: domains.Domain, lines: yaml_lines.Lines) -> None:
    """Check that a domain has names enough for the pairs that are wanted."""
    most, sample = domain.most_pairs, study.settings.sample
    wanted = {
        "name_pairs": sample.name_pairs,
        "semantics_name_pairs": sample.semantics_name_pairs,
    }
    for key, pairs in wanted.items():
        if pairs > most:
            raise UserError(
                f"{yaml_lines.where(study.source, lines, ('sample', key))}: {len(domain.names)} "
                f"names give {len(domain.vignettes)} vignettes {max(0, most)} pairs each, not "
                f"{pairs}; ask for fewer, or add names to the vignettes of {domain.path}."
            )


def _check_pooling(model: Model, asked: Sequence[str], place: Place) -> None:
    """Check that framings are not to be pooled partially where goals share parameters, or where
    words are cut off from the choices.

    `asked` are the study's framings; recorded counts have their own, often none.
    """
    for fit in model.fits.values():
        if fit.pooling == "partial":
            _check_partial(model, fit, asked, place)


def _check_partial(model: Model, fit: Fit, asked: Sequence[str], place: Place) -> None:
    if fit.semantics == "cut":
        raise UserError(
            f"{place('fit', 'pooling')}: framings are not pooled partially with semantics: cut; "
            "set pooling to none or full, or semantics to joint or fixed."
        )
    if not fit.share and not (model.beside and model.beside.fit.share):
        return
    framings: set[str | None] = set(asked)
    if model.recorded:
        framings = recorded_csv.framings(model.counted.files["production"], place("production"))
    if len(framings) > 1:
        shared = " and ".join(fit.share)
        raise UserError(
            f"{place('fit', 'pooling')}: framings of goals that share {shared} cannot be pooled "
            "partially; set pooling to none or full, or share to []."
        )


def _check_goals(study: Study, lines: yaml_lines.Lines) -> None:
    """A study that asks needs a prompt for every goal; a recorded one may name its own."""
    if not study.asked:
        return
    prompts, path = study.domain.prompts, study.settings.domain
    if prompts is None:
        raise UserError(
            f"{yaml_lines.where(study.source, lines, ('domain',))}: {path} has no "
            "prompts, so its models cannot be asked: name a domain with a prompts file."
        )
    for index, goal in enumerate(study.settings.goals):
        if goal not in prompts.goals:
            known = nearest(goal, prompts.goals)
            raise UserError(
                f"{yaml_lines.where(study.source, lines, ('goals', index))}: the domain "
                f"{path} has no prompt for the goal {goal!r}{known}."
            )


def _ask_back(study: Study) -> None:
    """Give the models that are asked the prompt sets of the comprehension check."""
    for model in study.asked:
        if model.also:
            continue
        domain = study.domain_of(model.domain)
        comprehension.check(domain, model.goals)
        sets = comprehension.prompt_sets(domain, model.goals)
        study.models[model.name] = replace(model, checked=sets)


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
            f"the study that can judge ({', '.join(judges())}){nearest(name, able)}."
        )
    if checkpoint not in model.checkpoints:
        raise UserError(
            f"{yaml_lines.where(study.source, lines, ('judge', 'checkpoint'))}: {name} has no "
            f"checkpoint {checkpoint!r}{nearest(checkpoint, model.checkpoints)}."
        )
