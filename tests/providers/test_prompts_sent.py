"""What was asked is what the study says: prompts rendered by real tokenizers, asked of tiny models.

Each template of `templates.py` does to messages what templates of real models do.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import templates
from asking import Job, job
from engine_env import ask, run

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engines")]
KIND = "Choose the words with one aim: the answer should be kind."
RENDER = """
import json, sys
from tactometer.elicitation.identity import identity
from tactometer.providers.provider import open_provider
from tactometer.study import study
from pathlib import Path
import polars as pl
sweep = study.read(Path("study.json"))
model = sweep.models["m"]
settings = {**model.as_given, "job": {"file": "study.yaml", "model": "m"}}
provider = open_provider(identity(sweep, model, "0"), settings)
rows = {p.stem: pl.read_parquet(p).row(0, named=True) for p in Path("requests").glob("*.parquet")}
print(json.dumps({name: provider.shown(row["messages"]) for name, row in rows.items()}))
"""


@pytest.fixture
def llama(models: Path) -> Path:
    return models / "llama"


def asked(
    folder: Path,
    source: Path,
    template: str,
    goals: Sequence[str] = ("default", "social"),
    **settings: Any,
) -> Job:
    """A model whose chat template is this one, asked a few prompts of two goals and of yes/no."""
    file = folder / "template.jinja"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(template)
    model = {
        "provider": "transformers",
        "source": str(source),
        "engine": {"dtype": "float32", "chat_template": str(file)},
        "min_label_mass": 0,
        **settings,
    }
    return job(folder, model, rows=6, goals=list(goals))


def prompts(found: Job) -> dict[str, str]:
    """The first prompt of each prompt set as it is rendered, without weights."""
    return dict(json.loads(run([], found.folder, RENDER).stdout))


def sent(found: Job) -> Mapping[str, Any]:
    """What the run noted of its prompts."""
    return dict(json.loads(found.done.read_text())["prompt"])


def refused(found: Job) -> str:
    done = ask(found, check=False)
    said = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1 and said.startswith("tactometer: "), done.stderr
    assert "Traceback" not in done.stderr and not found.lines()
    return str(said)


def user_text(found: Job, prompt_set: str) -> str:
    import polars as pl

    row = pl.read_parquet(found.folder / "requests" / f"{prompt_set}.parquet").row(0, named=True)
    return str(row["messages"][-1]["content"])


@pytest.mark.parametrize("template", [templates.DROPS, templates.REFUSES])
def test_a_system_message_that_a_template_drops_or_refuses_is_folded_for_all_goals(
    tmp_path: Path, llama: Path, template: str
) -> None:
    found = asked(tmp_path / "run", llama, template)
    seen = prompts(found)
    assert KIND in seen["social"] and KIND not in seen["default"]
    assert seen["social"].index(KIND) < seen["social"].index(user_text(found, "social"))
    ask(found)
    assert sent(found)["folded"] and len(found.lines()) == 18
    assert len({line["prompt"] for line in found.lines()}) == 18
    both = {line["logprobs"]["A"] for line in found.lines()}
    assert len(both) == 18  # the goals are other prompts


def test_keep_stops_with_a_sentence_before_weights_are_loaded(tmp_path: Path, llama: Path) -> None:
    source = tmp_path / "weightless"
    shutil.copytree(llama, source)
    (source / "model.safetensors").write_bytes(b"no weights: whoever loads these fails otherwise")
    keep = {"prompt": {"system": "keep"}}
    said = refused(asked(tmp_path / "drops", source, templates.DROPS, **keep))
    assert "leaves the system message out" in said and "prompt: {system: fold}" in said
    said = refused(asked(tmp_path / "refuses", source, templates.REFUSES, **keep))
    assert "Only user and assistant may speak" in said and "prompt: {system: fold}" in said
    without = "{% for m in messages %}{% if m['role'] == 'system' %}{{ m['content'] }}{% endif %}"
    said = refused(asked(tmp_path / "user", source, without + "{% endfor %} [answer]"))
    assert "leaves the user message out" in said


def test_where_nothing_needs_folding_fold_is_a_choice_and_auto_changes_no_key(
    tmp_path: Path, llama: Path
) -> None:
    plain = asked(tmp_path / "plain", llama, templates.PLAIN)
    auto = asked(tmp_path / "auto", llama, templates.PLAIN, prompt={"system": "auto"})
    fold = asked(tmp_path / "fold", llama, templates.PLAIN, prompt={"system": "fold"})
    for found in (plain, auto, fold):
        ask(found)
    assert "prompt" not in json.loads(plain.done.read_text())["identity"]
    keys = [{line["key"] for line in found.lines()} for found in (plain, auto, fold)]
    assert keys[0] == keys[1] and len(keys[0] & keys[2]) == 12  # the goal social alone is folded
    text = prompts(fold)["social"]
    assert f"<|im_start|>user\n{KIND}" in text and "system" not in text
    assert f"<|im_start|>system\n{KIND}" in prompts(plain)["social"]


def test_a_templates_own_system_prompt_is_told_and_can_be_left_out_or_replaced(
    tmp_path: Path, llama: Path
) -> None:
    keep = asked(tmp_path / "keep", llama, templates.ADDS)
    none = asked(tmp_path / "none", llama, templates.ADDS, prompt={"default_system": "none"})
    mine = asked(tmp_path / "mine", llama, templates.ADDS, prompt={"default_system": "Be Ada."})
    seen = [prompts(found) for found in (keep, none, mine)]
    assert [templates.OWN in each["default"] for each in seen] == [True, False, False]
    assert not any(templates.OWN in each["social"] for each in seen)
    assert "<|im_start|>system\n<|im_end|>\n" in seen[1]["default"]
    assert seen[1]["social"] == seen[0]["social"]
    for name in ("default", "semantics"):
        assert "<|im_start|>system\nBe Ada.<|im_end|>\n" in seen[2][name]
    assert f"<|im_start|>system\nBe Ada.\n\n{KIND}" in seen[2]["social"]
    for found in (keep, none, mine):
        ask(found)
    assert [sent(found)["own_system"] for found in (keep, none, mine)] == [
        templates.OWN,
        None,
        None,
    ]
    keys = [{line["key"] for line in found.lines()} for found in (keep, none, mine)]
    assert not keys[0] & keys[1] and not keys[0] & keys[2]


def test_none_leaves_a_template_without_a_system_prompt_of_its_own_as_it_is(
    tmp_path: Path, llama: Path
) -> None:
    plain = asked(tmp_path / "plain", llama, templates.PLAIN)
    none = asked(tmp_path / "none", llama, templates.PLAIN, prompt={"default_system": "none"})
    for found in (plain, none):
        ask(found)
    assert {line["key"] for line in plain.lines()} == {line["key"] for line in none.lines()}


def test_a_system_prompt_that_cannot_be_left_out_is_a_sentence(tmp_path: Path, llama: Path) -> None:
    none = {"prompt": {"default_system": "none"}}
    said = refused(asked(tmp_path / "run", llama, templates.INSISTS, **none))
    assert "key prompt.default_system" in said and templates.OWN[:30] in said


def test_a_date_that_a_template_prints_is_fixed_and_part_of_the_key(
    tmp_path: Path, llama: Path
) -> None:
    usual = asked(tmp_path / "usual", llama, templates.DATES)
    other = asked(tmp_path / "other", llama, templates.DATES, prompt={"date": "2031-05-09"})
    plain = asked(tmp_path / "plain", llama, templates.PLAIN)
    dated = asked(tmp_path / "dated", llama, templates.PLAIN, prompt={"date": "2031-05-09"})
    assert "Written on the day: 26 July 2024" in prompts(usual)["social"]
    assert "Written on the day: 09 May 2031" in prompts(other)["default"]
    for found in (usual, other, plain, dated):
        ask(found)
    assert [sent(found)["date"] for found in (usual, other)] == ["2024-07-26", "2031-05-09"]
    keys = [{line["key"] for line in found.lines()} for found in (usual, other, plain, dated)]
    assert not keys[0] & keys[1] and keys[2] == keys[3]


def test_a_template_that_marks_turns_with_bos_is_asked_and_two_at_the_beginning_are_not(
    tmp_path: Path, llama: Path
) -> None:
    found = asked(tmp_path / "marks", llama, templates.MARKS)
    assert prompts(found)["social"].count("<s>") == 3
    ask(found)
    assert len(found.lines()) == 18
    said = refused(asked(tmp_path / "twice", llama, templates.TWICE, goals=["default"]))
    assert "begins with two tokens <s>" in said


def test_requests_that_were_rendered_in_two_ways_are_counted(tmp_path: Path, llama: Path) -> None:
    """A second sample asked under another version of a library is another prompt, it may be."""
    twice = {"estimator": {"kind": "samples", "k": 2, "max_tokens": 2}}
    found = asked(tmp_path / "run", llama, templates.PLAIN, **twice)
    ask(found)
    assert sent(found)["differing"] == 0
    lines = found.lines()
    other = [line["request"] for line in lines if line["sample"] == 1][:3]
    for line in lines:
        if line["request"] in other and line["sample"] == 1:
            line["prompt"] = "0" * 32
    found.journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
    ask(found)
    assert sent(found)["differing"] == 3


@pytest.mark.parametrize("estimator", ["label_logprob", "samples"])
def test_a_base_model_reads_the_texts_one_after_another_behind_its_bos(
    tmp_path: Path, llama: Path, estimator: str
) -> None:
    """`qwen`'s tokenizer begins each text with BOS, `llama`'s does not."""
    settings: dict[str, Any] = {"prompt": {"chat": False}, "estimator": {"kind": estimator}}
    if estimator == "samples":
        settings["estimator"] |= {"max_tokens": 4}
    settings["engine"] = {"dtype": "float32"}
    for name, bos in (("llama", ""), ("qwen", "<s>")):
        source = tmp_path / name
        shutil.copytree(llama.parent / name, source)
        (source / "chat_template.jinja").unlink()
        found = asked(tmp_path / f"{name}-run", source, "", **settings)
        seen = prompts(found)
        user = user_text(found, "social")
        assert seen["social"].startswith(f"{bos}{KIND}")
        assert seen["social"].endswith(f"\n\n{user}\n\nAnswer: (")
        assert seen["default"] == f"{bos}{user_text(found, 'default')}\n\nAnswer: ("
        ask(found)
        assert len(found.lines()) == 18 and sent(found)["template"] == "none"
