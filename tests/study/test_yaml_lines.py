"""A mistake in a YAML file comes back as one sentence with file, line, key and remedy."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tactometer.study import yaml_lines
from tactometer.utils.errors import UserError


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def _write(text: str, name: str = "study.yaml") -> Path:
        path = tmp_path / name
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return _write


def complaint(call: Any, *args: Any) -> str:
    with pytest.raises(UserError) as caught:
        call(*args)
    text = str(caught.value)
    assert "\n" not in text and text.endswith(".")
    return text


def test_data_and_lines_are_those_of_the_file(write: Any) -> None:
    data, lines = yaml_lines.read(write("a: 1\nb:\n  - x\n  - {c: [yes, 2.5]}\n"))
    assert data == {"a": 1, "b": ["x", {"c": [True, 2.5]}]}
    assert lines == {
        (): 1, ("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 1): 4,
        ("b", 1, "c"): 4, ("b", 1, "c", 0): 4, ("b", 1, "c", 1): 4,
    }  # fmt: skip


def test_keys_and_dates_stay_the_text_that_was_written(write: Any) -> None:
    data, _ = yaml_lines.read(write("0: a\nno: b\n~: c\n1e3: d\n2024-13-45: 2024-01-02\n"))
    assert data == {"0": "a", "no": "b", "~": "c", "1e3": "d", "2024-13-45": "2024-01-02"}


def test_merged_keys_have_lines_and_own_keys_win(write: Any) -> None:
    data, lines = yaml_lines.read(write("base: &b\n  k: 1\n  m: 2\nuse:\n  <<: *b\n  k: 3\n"))
    assert data["use"] == {"k": 3, "m": 2}
    assert (lines["use", "k"], lines["use", "m"]) == (6, 3)


@pytest.mark.parametrize(
    ("text", "line", "key", "word"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "a", "line 1"),
        ("m:\n  x: {k: 1, k: 1}\n", 2, "m.x.k", "already"),
        ("0: a\n'0': b\n", 2, "0", "already"),
        ("a: .nan\n", 1, "a", "finite"),
        ("a: [1, -.inf]\n", 1, "a[1]", "finite"),
        ("a: 1.0e+999\n", 1, "a", "finite"),
        ("a: 1:30\n", 1, "a", "quotes"),
        ("a: 0644\n", 1, "a", "octal"),
        ("x: 1\na: &a [*a]\n", 2, "a[0]", "itself"),
        ("[1, 2]: x\n", 1, "", "key must be text"),
    ],
)
def test_what_yaml_would_bend_is_refused(
    write: Any, text: str, line: int, key: str, word: str
) -> None:
    path = write(text)
    said = complaint(yaml_lines.read, path)
    assert said.startswith(f"{path}, line {line}, key {key}") and word in said


@pytest.mark.parametrize(
    "text",
    ["a: [1\nb: 2\n", "a:\n\t- b\n", "a: !!python/none x\n", "a: 1\n---\nb: 2\n", "", "# x\n"],
)
def test_what_is_not_one_yaml_document_is_named(write: Any, text: str) -> None:
    path = write(text)
    assert str(path) in complaint(yaml_lines.read, path)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9\xff\n")
    deep = tmp_path / "deep.yaml"
    deep.write_text("[" * 5000 + "]" * 5000)
    for path in (tmp_path / "none.yaml", tmp_path / "latin.yaml", tmp_path, deep):
        assert str(path) in complaint(yaml_lines.read, path)


@pytest.mark.parametrize("name", ["1e3", "0x10", "null", "true", "2026-01-01", "007", "1_0", "no"])
def test_names_keep_their_spelling_in_steps_keys_and_values(tmp_path: Path, name: str) -> None:
    file = tmp_path / "s.yaml"
    pattern = f'{{pattern: "c-{{step}}", steps: [{name}, 20]}}'
    file.write_text(
        f"study: {'x' if name == 'null' else name}\nmodels:\n  m:\n    checkpoints: {pattern}\n"
        f"  n:\n    checkpoints:\n      {name}: {{}}\njudge: {{model: {name}}}\n"
    )
    found, _ = yaml_lines.read(file)
    assert found["models"]["m"]["checkpoints"]["steps"] == [name, "20"]
    assert list(found["models"]["n"]["checkpoints"]) == [name]
    if name != "null":
        assert found["study"] == found["judge"]["model"] == name
