"""The estimator utterance_logprob on real engines: each utterance as what a begun reply goes on
with, in chats and behind the texts for base models."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from asking import Job, by_prompt_set, job
from engine_env import ask, bits, run, utterances
from tactometer.providers.local import fixed_text

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engines")]
BY_UTTERANCE: dict[str, Any] = {"kind": "utterance_logprob"}
RENDER = (
    "import json, pathlib, polars as pl\n"
    "from tactometer.planning import prompts_shown\nfrom tactometer.study import study\n"
    "sweep = study.read(pathlib.Path('study.json'))\n"
    "print('\\n'.join(prompts_shown.lines(sweep)))"
)


def asked(folder: Path, provider: str, source: Path, **changes: Any) -> Job:
    engine = {"dtype": "float32", **changes.pop("engine", {})}
    model = {"provider": provider, "source": str(source), "engine": engine}
    model |= {"estimator": BY_UTTERANCE, **changes}
    return job(folder, model, rows=40, stop_at_unusable=1)


def base_of(model: Path, folder: Path) -> Path:
    """The same weights without a chat template, as base models come."""
    shutil.copytree(model, folder)
    (folder / "chat_template.jinja").unlink()
    return folder


@pytest.mark.parametrize(
    ("provider", "name"), [("transformers", "llama"), ("transformers", "qwen"), ("vllm", "llama")]
)
def test_an_utterance_has_the_probability_of_one_plain_forward_pass_over_its_text(
    tmp_path: Path, models: Path, provider: str, name: str
) -> None:
    """Its tokens one after another with the full stop; yes and no without one; 120 requests."""
    found = asked(tmp_path / "run", provider, models / name)
    ask(found)
    truth, lines = utterances(models / name, found), found.lines()
    assert len(lines) == 120
    for line in lines:
        exact = {option: p for option, (p, _) in truth[line["request"]]["each"].items()}
        assert line["logprobs"] == pytest.approx(exact, abs=1e-4)
        assert set(exact) in ({"yes", "no"}, {*found.sweep.domain.utterances})
        assert line["text"] == max(exact, key=lambda option: exact[option])
        assert line["usage"]["prompt_tokens"] == len(truth[line["request"]]["ids"])
        assert "scores" not in line and "forms" not in line
    several = [n for t in truth.values() for _, n in t["each"].values()]
    assert {1, 2, 3} == set(several)  # branches of several tokens


@pytest.mark.parametrize("provider", ["transformers", "vllm"])
def test_a_fixed_text_costs_what_one_plain_forward_pass_says_and_is_known_from_then_on(
    tmp_path: Path, models: Path, provider: str
) -> None:
    """Also where a journal lacks nothing, so that no weights are loaded."""
    found = asked(tmp_path / "run", provider, models / "llama", estimator={"kind": "label_logprob"},
                  min_label_mass=0)  # fmt: skip
    ask(found)
    told = json.loads(found.done.read_text())["ability"]
    exact = bits(models / "llama", fixed_text.TEXT, tmp_path)
    assert told["bits_per_character"] == pytest.approx(exact, abs=1e-4)
    found.done.unlink()
    done = ask(found)
    assert "0 to ask" in done.stdout
    assert json.loads(found.done.read_text())["ability"] == told


def test_base_models_go_on_with_texts_of_their_own_behind_their_bos(
    tmp_path: Path, models: Path
) -> None:
    source = base_of(models / "qwen", tmp_path / "base")
    found = asked(tmp_path / "run", "transformers", source, prompt={"chat": False})
    ask(found)
    truth = utterances(source, found, chat=False)
    for line in found.lines():
        told = truth[line["request"]]
        assert line["logprobs"] == pytest.approx(
            {k: p for k, (p, _) in told["each"].items()}, abs=1e-4
        )
        assert told["ids"][0] == 0 and told["ids"].count(0) == 1  # BOS, as the tokenizer says
    prompt = next(t["text"] for t in truth.values() if "has one aim: to be kind" in t["text"])
    assert prompt.endswith(": It was") and "options" not in prompt and "<|im_start|>" not in prompt
    seen = run([], found.folder, RENDER).stdout
    assert f"<s>{prompt}" in seen


@pytest.mark.parametrize("score", ["mean", "pmi"])
def test_choices_go_by_the_score_and_the_mass_stays_that_of_the_utterances(
    tmp_path: Path, models: Path, score: str
) -> None:
    estimator = {**BY_UTTERANCE, "score": score}
    found = asked(tmp_path / "run", "transformers", models / "llama", estimator=estimator)
    ask(found)
    truth = utterances(models / "llama", found)
    scores = {}
    for line in found.lines():
        told = truth[line["request"]]
        wanted = {
            option: p / n if score == "mean" else p - told["without"][option]
            for option, (p, n) in told["each"].items()
        }
        assert line["scores"] == pytest.approx(wanted, abs=1e-4)
        scores[line["request"]] = wanted
    for frame in by_prompt_set(found):
        for row in frame.iter_rows(named=True):
            each = truth[row["request"]]["each"]
            mass = math.fsum(math.exp(p) for p, _ in each.values())
            assert row["label_mass"] == pytest.approx(mass, rel=1e-3) and mass < 1
            held = scores[row["request"]]
            whole = math.fsum(map(math.exp, held.values()))
            names = found.sweep.domain.utterances if row["goal"] else ["yes"]
            shares = [math.exp(held[name]) / whole for name in names]
            assert row["probs"] == pytest.approx(shares, rel=1e-3)
            assert row["choice"] == max(held, key=lambda option: held[option])


def test_no_options_are_shown_and_the_same_scenes_are_told(tmp_path: Path, models: Path) -> None:
    found = asked(tmp_path / "run", "transformers", models / "llama")
    letters = asked(
        tmp_path / "letters", "transformers", models / "llama", estimator={"kind": "label_logprob"}
    )
    for name in ("default", "social", "semantics"):
        mine, theirs = (
            pl.read_parquet(each.folder / "requests" / f"{name}.parquet")
            for each in (found, letters)
        )
        design = ["vignette", "speaker", "listener", "framing", "goal", "state", "utterance"]
        assert mine.select(design).equals(theirs.select(design))
        assert not set(mine["request"]) & set(theirs["request"])
        assert mine["options"].list.len().max() == 0
        for row in mine.iter_rows(named=True):
            *_, user, opening = row["messages"]
            assert opening["role"] == "assistant" and "(A)" not in user["content"]


def test_a_thought_comes_before_the_reply_is_begun(tmp_path: Path, models: Path) -> None:
    found = asked(
        tmp_path / "run",
        "transformers",
        models / "always",
        estimator={**BY_UTTERANCE, "max_tokens": 6},
    )
    ask(found)
    assert all(line["thinking"] is not None and line["text"] for line in found.lines())
    assert len({json.dumps(line["logprobs"]) for line in found.lines()}) == 120


def test_the_comprehension_check_is_asked_by_letter(tmp_path: Path, models: Path) -> None:
    engine = {"dtype": "float32"}
    model = {"provider": "transformers", "source": str(models / "llama"), "engine": engine}
    found = job(
        tmp_path / "run",
        {**model, "estimator": BY_UTTERANCE, "min_label_mass": 0},
        rows=5,
        stop_at_unusable=1,
        analyses={"checks": {"comprehension": True}},
    )
    ask(found)
    kinds = [set(line["logprobs"]) for line in found.lines()]
    assert {"A", "B", "C", "D", "E"} in kinds and {"yes", "no"} in kinds
    assert {frame["label_mass"].null_count() for frame in by_prompt_set(found)} == {0}
