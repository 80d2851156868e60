"""Data that do not fit the types of their keys: one sentence with file, line, key and remedy."""

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from tactometer.study import yaml_lines
from tactometer.study.faults import validated
from tactometer.study.fields import UNIQUE, UNSET, Meta, Name, Positive, Settings, UnsetType
from tactometer.utils.errors import UserError

GOOD = """\
study: demo
models:
  claude:
    provider: api
    source: anthropic/x
    estimator: {kind: samples, k: 2}
"""


class Samples(Settings, tag_field="kind", tag="samples"):
    k: Annotated[int, Meta(ge=1)]


class Label(Settings, tag_field="kind", tag="label_logprob"):
    pass


class Limits(Settings):
    rpm: int | UnsetType = UNSET


class Model(Settings, tag_field="provider"):
    estimator: Samples | Label | UnsetType = UNSET


class Api(Model, tag="api", kw_only=True):
    source: Annotated[str, Meta(description="Any model name of LiteLLM.")]
    limits: Limits = Limits()


class Vllm(Model, tag="vllm"):
    engine: dict[str, Any] = {}  # noqa: RUF012


class Study(Settings, kw_only=True):
    study: Name
    budget_usd: Annotated[Positive, Meta(description="A hard cap on spending.")] | UnsetType = UNSET
    goals: Annotated[
        tuple[Literal["default", "social", "both"], ...],
        Meta(min_length=1, max_length=2, extra_json_schema=UNIQUE),
    ] = ("default",)
    size: int | tuple[int, ...] | None = None
    models: Annotated[
        dict[Annotated[str, Meta(pattern="^[a-z-]+$")], Api | Vllm], Meta(min_length=1)
    ]


def read(folder: Path, text: str) -> Study:
    file = folder / "study.yaml"
    file.write_text(text)
    data, lines = yaml_lines.read(file)
    return validated(data, lines, Study, "study.yaml")


def check(folder: Path, text: str) -> str:
    with pytest.raises(UserError) as caught:
        read(folder, text)
    said = str(caught.value)
    assert "\n" not in said and said.endswith(".")
    return said


def test_a_good_file_is_read_as_its_type(tmp_path: Path) -> None:
    claude = Api(source="anthropic/x", estimator=Samples(k=2))
    assert read(tmp_path, GOOD) == Study(study="demo", models={"claude": claude})


@pytest.mark.parametrize(
    ("change", "line", "key", "words"),
    [
        (("study: demo", "studie: demo"), 1, "studie", ["perhaps study"]),
        (("study: demo\n", ""), 1, "", ["study is missing"]),
        (("demo", "-x"), 1, "study", ["'-x'", "must be letters"]),
        (("study: demo", "study: demo\nbudget_usd: 0"), 2, "budget_usd", ["above 0", "hard cap"]),
        (("study: demo", "study: demo\nbudget_usd: true"), 2, "budget_usd", ["number, not true"]),
        (("study: demo", "study: demo\ngoals: []"), 2, "goals", ["at least 1 entry"]),
        (("study: demo", "study: demo\ngoals: [both, both]"), 2, "goals", ["'both' twice"]),
        (("study: demo", "study: demo\ngoals: [socail]"), 2, "goals[0]", ["perhaps social"]),
        (("study: demo", "study: demo\nsize: x"), 2, "size", ["whole number, a list or null"]),
        (("study: demo", "study: demo\ngoals: [default, social, both]"), 2, "goals",
         ["at most 2 entries, not 3"]),
        (("models:\n", "models: {}\nx:\n"), 2, "models", ["at least 1 entry below it"]),
        (("  claude:", "  Claude:"), 3, "models.Claude", ["name", "must match"]),
        (("provider: api", "provider: apy"), 4, "models.claude.provider", ["perhaps api"]),
        (("    provider: api\n", ""), 3, "models.claude", ["provider is missing"]),
        (("    source: anthropic/x\n", ""), 3, "models.claude", ["source is missing", "LiteLLM"]),
        (("source:", "sauce:"), 5, "models.claude.sauce", ["perhaps source"]),
        (("    source:", "    zzz: 1\n    sauces:"), 5, "models.claude.zzz", ["unknown key"]),
        (("provider:", "providr:"), 4, "models.claude.providr", ["perhaps provider"]),
        (("    provider: api\n", "    zzz: 1\n"), 3, "models.claude", ["provider is missing"]),
        (("source:", "engine: {}\n    source:"), 5, "models.claude.engine", ["unknown key"]),
        (("source:", "limits: {rpn: 1}\n    source:"), 5, "models.claude.limits.rpn", ["rpm"]),
        (("source: anthropic/x", "source: 1"), 5, "models.claude.source", ["text, not 1"]),
        (("k: 2", "k: 0"), 6, "models.claude.estimator.k", ["at least 1, not 0"]),
        (("k: 2", "kk: 2"), 6, "models.claude.estimator.kk", ["perhaps k "]),
        (("kind: samples", "kind: sample"), 6, "models.claude.estimator.kind",
         ["samples or label_logprob", "perhaps samples"]),
        (("{kind: samples, k: 2}", "{kind: label_logprob, k: 2}"), 6,
         "models.claude.estimator.k", ["unknown"]),
        (("{kind: samples, k: 2}", "samples"), 6, "models.claude.estimator", ["a mapping"]),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_line_and_remedy(
    tmp_path: Path, change: tuple[str, str], line: int, key: str, words: list[str]
) -> None:
    assert change[0] in GOOD
    said = check(tmp_path, GOOD.replace(*change))
    place = f"study.yaml, line {line}" + (f", key {key}: " if key else ": ")
    assert said.startswith(place), said
    assert all(word in said for word in words), said


def test_the_first_mistake_by_line_is_reported(tmp_path: Path) -> None:
    said = check(tmp_path, GOOD.replace("k: 2", "k: 0").replace("provider: api", "provider: 7"))
    assert "line 4," in said
