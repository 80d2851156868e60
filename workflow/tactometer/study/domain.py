"""The domain: states, utterances, vignettes and the texts of the prompts.

Snakemake parses through this module: no import heavier than YAML.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from tactometer.study import comprehension, factors, wordings
from tactometer.study.domain_file import (
    ComprehensionText,
    DomainFile,
    DomainFit,
    PromptsFile,
    SceneText,
    VignettesFile,
)
from tactometer.study.factors import Factors
from tactometer.study.fields import UNSET, plain, read, written
from tactometer.study.prompts import Comprehension as Comprehension
from tactometer.study.prompts import Prompts, prompts_content, prompts_of
from tactometer.study.prompts import Scene as Scene
from tactometer.study.texts import (
    OPINION,
    PLACEHOLDERS,
    File,
    by_utterance,
    check_by_utterance,
    check_scene,
    check_template,
    placeholders,
)
from tactometer.utils.errors import UserError, nearest

SEMANTICS: Final = "semantics"
"""The prompt set of the yes/no prompts; every other prompt set is a goal."""

STRIDE: Final = 13
"""Vignettes walk round the names with this stride: exactly balanced for 13, nearly for another
number, and a constant, so that one more vignette gives no other one new names."""


@dataclass(frozen=True)
class Vignette:
    """A creation that a listener made and asks about; texts in the past tense, without pronouns."""

    id: str
    made: str
    took: str
    thing: str
    asked: str
    expert: str = ""


@dataclass(frozen=True)
class Domain:
    """The world of a task.

    `negated` has a flag per utterance; `literal` is theta[utterance][state] or None; `prompts` is
    None where behaviour is recorded only; `values` are V(s), what each state is worth; `wordings`
    are the prompts in other words (`study.wordings`).
    """

    path: Path
    name: str
    states: tuple[int, ...]
    scale: tuple[str, str]
    utterances: tuple[str, ...]
    negated: tuple[bool, ...]
    literal: tuple[tuple[float, ...], ...] | None
    vignettes: tuple[Vignette, ...]
    names: tuple[str, ...]
    prompts: Prompts | None
    fit: DomainFit
    values: tuple[float, ...]
    factors: Factors = field(default_factory=dict)
    wordings: tuple[Prompts, ...] = ()

    @property
    def goals(self) -> tuple[str, ...]:
        """The goals that have a text, `default` included."""
        return tuple(self.prompts.goals) if self.prompts else ()

    @property
    def framings(self) -> tuple[str, ...]:
        """The framings that have a text."""
        return tuple(self.prompts.framings) if self.prompts else ()

    @property
    def most_pairs(self) -> int:
        """How many name pairs every vignette can have."""
        names = len(self.names)
        return (names * (names - 1) - len(self.vignettes)) // STRIDE + 1

    def state_text(self, state: int) -> str:
        """A state with its unit: "1 star", "3 stars"."""
        return f"{state} {self.scale[0] if state == 1 else self.scale[1]}"

    def need_prompts(self) -> Prompts:
        """The prompts, or a `UserError` where the domain has none."""
        if self.prompts is None:
            raise UserError(
                f"{self.path}, key prompts: this domain has no prompts and can only be recorded; "
                "add prompts and vignettes to ask a model."
            )
        return self.prompts

    def texts(self, prompt_set: str, framings: Sequence[str] | None = None) -> dict[str, Any]:
        """Exactly what a prompt set is made from, as JSON-able data, for its staleness.

        One goal's text leaves the others' alone, and so does what the templates in use do not name.
        `framings` restricts a goal's set to those framings, in that order (default: all).
        """
        told = self._texts(prompt_set, framings)
        others = [wordings.in_wording(self, level) for level in wordings.levels_of(self)[1:]]
        if others:
            told["wordings"] = [one._texts(prompt_set, framings) for one in others]
        return told

    def _texts(self, prompt_set: str, framings: Sequence[str] | None) -> dict[str, Any]:
        prompts = self.need_prompts()
        if prompt_set == SEMANTICS:
            scenes = {SEMANTICS: prompts.semantics}
        else:
            chosen = self.framings if framings is None else framings
            scenes = {name: prompts.framings[name] for name in chosen}
        used = {
            name
            for scene in scenes.values()
            for text in _texts(scene)
            for name in placeholders(text)
        }
        keep = ["id", *sorted(used & set(Vignette.__dataclass_fields__))]
        goal: dict[str, Any] = {}
        if prompt_set != SEMANTICS:
            goal = {"goal": prompts.goals[prompt_set]}
            goal |= {"factors": factors.content(self.factors)} if self.factors else {}
        return goal | {
            "instruction": prompts.instruction,
            "scenes": [[name, *_texts(scene)] for name, scene in scenes.items()],
            "vignettes": [{key: asdict(v)[key] for key in keep} for v in self.vignettes],
            "names": list(self.names),
            "states": list(self.states),
            "scale": list(self.scale),
            "utterances": list(self.utterances),
        }

    def content(self) -> dict[str, Any]:
        """The whole domain as JSON-able data, of which `of_content` makes it again."""
        held = {f.name: getattr(self, f.name) for f in fields(self)}
        return held | {
            "path": str(self.path),
            "vignettes": [asdict(vignette) for vignette in self.vignettes],
            "prompts": self.prompts and prompts_content(self.prompts),
            "fit": plain(self.fit),
            "factors": factors.content(self.factors),
            "wordings": [prompts_content(prompts) for prompts in self.wordings],
        }


def of_content(content: Mapping[str, Any]) -> Domain:
    """A domain from what `Domain.content` gave, read back from JSON."""
    literal = content["literal"]
    return Domain(
        path=Path(content["path"]),
        name=content["name"],
        states=tuple(content["states"]),
        scale=tuple(content["scale"]),
        utterances=tuple(content["utterances"]),
        negated=tuple(content["negated"]),
        literal=literal and tuple(map(tuple, literal)),
        vignettes=tuple(Vignette(**vignette) for vignette in content["vignettes"]),
        names=tuple(content["names"]),
        prompts=content["prompts"] and prompts_of(content["prompts"]),
        fit=read(content["fit"], DomainFit),
        values=tuple(content.get("values", content["states"])),
        factors=factors.of_content(content.get("factors", {})),
        wordings=tuple(prompts_of(held) for held in content.get("wordings", ())),
    )


def load(path: Path) -> Domain:
    """Load a domain from its YAML file or from the folder of its `domain.yaml`.

    Raises `UserError` with file, line, key and remedy for anything wrong in it or in the files it
    names.
    """
    file = File(path / "domain.yaml" if path.is_dir() else path, DomainFile)
    data = file.data
    _check(file)
    vignettes: tuple[Vignette, ...] = ()
    names: tuple[str, ...] = ()
    prompts: Prompts | None = None
    varied: Factors = MappingProxyType({})
    others: tuple[Prompts, ...] = ()
    if data.vignettes and data.prompts:
        path_of = file.path.parent / data.prompts
        prompts, varied, others = _load_prompts(path_of, written(data.factors, {}))
        needed = "expert" in placeholders("\n".join(map(_all_scenes, (prompts, *others))))
        vignettes, names = _load_vignettes(file.path.parent / data.vignettes, expert=needed)
    literal = data.literal
    return Domain(
        path=file.path,
        name=data.name,
        states=data.states,
        scale=(data.scale.singular, data.scale.plural),
        utterances=data.utterances,
        negated=tuple(utterance in data.negated for utterance in data.utterances),
        literal=None
        if literal is UNSET
        else tuple(tuple(map(float, literal[name])) for name in data.utterances),
        vignettes=vignettes,
        names=names,
        prompts=prompts,
        fit=data.fit,
        values=written(data.values, data.states),
        factors=varied,
        wordings=others,
    )


def _check(file: File[DomainFile]) -> None:
    """What types cannot say of domain.yaml: the lists agree with each other."""
    data = file.data
    states, utterances = data.states, data.utterances
    if list(states) != sorted(states):
        raise file.fail(("states",), f"states must rise; write {sorted(states)}")
    for one, other in (("vignettes", "prompts"), ("prompts", "vignettes")):
        if getattr(data, one) and not getattr(data, other):
            raise file.fail((), f"the key {other} is missing; add it, or remove {one}")
    if data.values is not UNSET:
        _check_values(file, data.values)
    folded = [utterance.casefold() for utterance in utterances]
    for index, utterance in enumerate(utterances):
        if folded[index] in folded[:index]:
            text = f"{utterance!r} is already there; remove one of the two"
            raise file.fail(("utterances", index), text)
    if written(data.factors, {}) and not data.prompts:
        raise file.fail(("factors",), "factors vary prompts, and there are none; remove them")
    for factor in written(data.factors, {}):
        if factor in factors.TAKEN or not factor.isidentifier():
            text = "a factor needs a name of its own, of letters, digits and _; rename it"
            raise file.fail(("factors", factor), text)
    for index, name in enumerate(data.negated):
        if name not in utterances:
            text = f"{name!r} is no utterance; correct it or add it to utterances"
            raise file.fail(("negated", index), text)
    if data.literal is not UNSET:
        _check_literal(file, data.literal)


def _check_values(file: File[DomainFile], values: Sequence[float]) -> None:
    if list(values) != sorted(values):
        text = f"values must rise as the states do; write {sorted(values)}"
        raise file.fail(("values",), text)
    if len(values) != len(file.data.states):
        text = f"{len(values)} values for {len(file.data.states)} states; give one for each"
        raise file.fail(("values",), text)


def _check_literal(file: File[DomainFile], literal: Mapping[str, Sequence[float]]) -> None:
    states, utterances = file.data.states, file.data.utterances
    for name, row in literal.items():
        if name not in utterances:
            text = f"{name!r} is no utterance; correct it or add it to utterances"
            raise file.fail(("literal", name), text)
        if len(row) != len(states):
            text = f"{len(row)} values for {len(states)} states; give one for each"
            raise file.fail(("literal", name), text)
    missing = [name for name in utterances if name not in literal]
    if missing:
        raise file.fail(("literal",), f"no row for {missing[0]!r}; add one or remove literal")


def _all_scenes(prompts: Prompts) -> str:
    """The templates of all scenes, one behind the other."""
    base = () if prompts.base is None else prompts.base.framings.values()
    chats = (*prompts.framings.values(), prompts.semantics)
    return "\n".join(scene.scene for scene in (*chats, *base))


def _load_vignettes(path: Path, *, expert: bool) -> tuple[tuple[Vignette, ...], tuple[str, ...]]:
    file = File(path, VignettesFile)
    vignettes = tuple(Vignette(**plain(vignette)) for vignette in file.data.vignettes)
    seen: set[str] = set()
    for index, vignette in enumerate(vignettes):
        for name, text in asdict(vignette).items():
            check_template(file, ("vignettes", index, name), text, ())
        if expert and not vignette.expert:
            text = "the key expert is missing, which a scene of the prompts names; add it"
            raise file.fail(("vignettes", index), text)
        if vignette.id in seen:
            text = f"the id {vignette.id!r} is already taken; rename one of the two"
            raise file.fail(("vignettes", index, "id"), text)
        seen.add(vignette.id)
    return vignettes, file.data.names


def _load_prompts(
    path: Path, named: Mapping[str, Sequence[str]]
) -> tuple[Prompts, Factors, tuple[Prompts, ...]]:
    """The texts of the prompts, the factors with those of their levels, and further wordings."""
    file = File(path, PromptsFile)
    data, varied = file.data, factors.read(file, named)
    scenes = PLACEHOLDERS | {name for f in varied.values() for x in f.values() for name in x}
    check_template(file, ("instruction",), data.instruction, ())
    for goal, text in data.goals.items():
        if goal == SEMANTICS:
            text = f"{SEMANTICS} is the name of the yes/no prompts; rename the goal"
            raise file.fail(("goals", goal), text)
        if goal in comprehension.READ_BACK:
            text = f"{goal} is the name of prompts of the comprehension check; rename the goal"
            raise file.fail(("goals", goal), text)
        check_template(file, ("goals", goal), text or "", ())
    for name, scene in data.framings.items():
        check_scene(file, ("framings", name), scene, scenes)
    check_scene(file, ("semantics",), data.semantics, PLACEHOLDERS | {"utterance"})
    if "utterance" not in placeholders(data.semantics.question + data.semantics.scene):
        text = "{utterance} must be in the question, or every yes/no prompt is the same"
        raise file.fail(("semantics", "question"), text)
    check_by_utterance(file, scenes)
    begun, base = by_utterance(data)
    prompts = Prompts(
        instruction=data.instruction.strip(),
        goals=MappingProxyType({k: v and v.strip() for k, v in data.goals.items()}),
        framings=MappingProxyType({k: _scene(v) for k, v in data.framings.items()}),
        semantics=_scene(data.semantics),
        comprehension=None
        if data.comprehension is UNSET
        else _comprehension(file, data.comprehension),
        by_utterance=begun,
        base=base,
    )
    return prompts, varied, wordings.read(file, prompts, scenes)


def _comprehension(file: File[PromptsFile], data: ComprehensionText) -> Comprehension:
    """The questions of the comprehension check; none of them gives its answer away."""
    for name in ("opinion", "goal"):
        allowed = PLACEHOLDERS - OPINION
        check_template(file, ("comprehension", name), getattr(data, name), allowed)
    seen: dict[str, str] = {}
    for goal, text in data.goals.items():
        key = ("comprehension", "goals", goal)
        check_template(file, key, text, ())
        if goal not in file.data.goals:
            told = f"{goal!r} is no goal{nearest(goal, file.data.goals)}; correct or remove it"
            raise file.fail(key, told)
        if (other := seen.setdefault(text.strip().casefold(), goal)) != goal:
            raise file.fail(key, f"the same text as of {other}; say in other words what it asks")
    goals = {goal: text.strip() for goal, text in data.goals.items()}
    return Comprehension(data.opinion.strip(), data.goal.strip(), MappingProxyType(goals))


def _scene(data: SceneText) -> Scene:
    return Scene(scene=data.scene.strip(), question=data.question.strip())


def _texts(scene: Scene | SceneText) -> tuple[str, str]:
    return scene.scene, scene.question
