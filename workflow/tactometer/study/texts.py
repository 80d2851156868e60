"""Files of a domain while they are read, and the templates in them: what may fill which."""

from collections.abc import Iterable
from pathlib import Path
from string import Formatter
from typing import Any, Final, Generic, TypeVar

from tactometer.study import yaml_lines
from tactometer.study.domain_file import BaseText, ByUtteranceText, PromptsFile, SceneText
from tactometer.study.faults import validated
from tactometer.study.fields import UNSET, plain, read
from tactometer.utils.errors import UserError, nearest

T = TypeVar("T")

OPINION: Final = frozenset({"number", "state"})
"""The placeholders that tell the opinion."""
PLACEHOLDERS: Final = OPINION | {
    *("speaker", "listener", "made", "took", "thing", "asked", "expert", "top"),
}


class File(Generic[T]):
    """A YAML file with its settings, and a way to complain about it."""

    def __init__(self, path: Path, kind: type[T]) -> None:
        self.path = path
        data, self.lines = yaml_lines.read(path)
        self.data: T = validated(data, self.lines, kind, path)

    def fail(self, key: yaml_lines.Key, text: str) -> UserError:
        """What is wrong at a key, as an error to raise."""
        return UserError(f"{yaml_lines.where(self.path, self.lines, key)}: {text}.")


def placeholders(text: str) -> set[str]:
    """The placeholders of a template, exactly as written between the braces."""
    found = set()
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None:
            bare = not form and not conversion
            found.add(name if bare else f"{name}{'!' if conversion else ':'}...")
    return found


def check_template(file: File[Any], key: yaml_lines.Key, text: str, allowed: Iterable[str]) -> None:
    """Refuse placeholders that nothing fills."""
    try:
        unknown = sorted(placeholders(text) - set(allowed))
    except ValueError:
        raise file.fail(key, "a brace stands alone; write a placeholder or remove it") from None
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in sorted(allowed)) or "none"
        raise file.fail(key, f"unknown placeholder {{{unknown[0]}}}; known here: {known}")


def check_scene(
    file: File[PromptsFile], key: yaml_lines.Key, scene: SceneText, allowed: Iterable[str]
) -> None:
    """Refuse a scene or question with unknown placeholders, or one that never tells the opinion."""
    _check_both(file, key, {"scene": scene.scene, "question": scene.question}, allowed)


def _check_both(
    file: File[PromptsFile], key: yaml_lines.Key, texts: dict[str, str], allowed: Iterable[str]
) -> None:
    for name, text in texts.items():
        check_template(file, (*key, name), text, allowed)
    if not OPINION & placeholders("".join(texts.values())):
        text = "{number} or {state} must be in the scene, or the opinion is never told"
        raise file.fail((*key, "scene"), text)


def check_by_utterance(file: File[PromptsFile], scenes: Iterable[str]) -> None:
    """Check the texts of the estimator utterance_logprob, those for base models included; `scenes`
    are the placeholders that a scene of a framing may have.
    """
    begun, base = file.data.by_utterance, file.data.base
    if begun is not UNSET:
        for name, told in plain(begun).items():
            for key, text in told.items():
                check_template(file, ("by_utterance", name, key), text, ())
    if base is UNSET:
        return
    for what, own, known in (
        ("goals", base.goals, file.data.goals),
        ("framings", base.framings, file.data.framings),
    ):
        for name in own:
            if name not in known:
                told = f"{name!r} has no chat's text{nearest(name, known)}; correct or remove it"
                raise file.fail(("base", what, name), told)
    for goal, text in base.goals.items():
        check_template(file, ("base", "goals", goal), text or "", ())
    for name, story in base.framings.items():
        _check_both(file, ("base", "framings", name), plain(story), scenes)
    _check_both(file, ("base", "semantics"), plain(base.semantics), {*PLACEHOLDERS, "utterance"})
    if "utterance" not in placeholders(base.semantics.scene + base.semantics.opening):
        text = "{utterance} must be in the opening, or every yes/no prompt is the same"
        raise file.fail(("base", "semantics", "opening"), text)
    for key, text in plain(base.neutral).items():
        check_template(file, ("base", "neutral", key), text, ())


def stripped(texts: Any) -> Any:
    """Texts as JSON has them, without the white space round each."""
    if isinstance(texts, dict):
        return {key: stripped(text) for key, text in texts.items()}
    return texts.strip() if isinstance(texts, str) else texts


def by_utterance(data: PromptsFile) -> tuple[ByUtteranceText | None, BaseText | None]:
    """The texts of the estimator utterance_logprob: in a chat, and for base models."""
    begun, base = data.by_utterance, data.base
    return (
        None if begun is UNSET else read(stripped(plain(begun)), ByUtteranceText),
        None if base is UNSET else read(stripped(plain(base)), BaseText),
    )
