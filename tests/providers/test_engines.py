"""The providers `vllm` and `transformers` on real engines and tiny models with random weights."""

import json
import math
import shutil
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import hub
from asking import Job, inside, job, tables
from engine_env import HOME, ask, reference, run, start

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engines")]
ENGINES = ["transformers", "vllm"]
COUNT = 55 + 55  # requests of a goal, cut like the yes/no requests


def asked(folder: Path, provider: str, source: Path, **changes: Any) -> Job:
    engine = {"dtype": "float32", "max_model_len": 1024, **changes.pop("engine", {})}
    model = {"provider": provider, "source": str(source), "engine": engine, "min_label_mass": 0}
    rows = changes.pop("rows", 55)
    most = changes.pop("stop_at_unusable", 1)  # random weights say nothing that can be read
    return job(folder, {**model, **changes}, rows=rows, goals=["default"], stop_at_unusable=most)


def both_forms(exact: dict[str, Any]) -> dict[str, float]:
    """The log-probability of each label and its form with a space, added up."""
    bare, spaced = exact["bare"], exact["spaced"]
    return {c: math.log(math.exp(bare[c]) + math.exp(spaced[c])) for c in bare}


def refused(found: Job) -> str:
    done = ask(found, check=False)
    said = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1, done.stderr
    assert said.startswith("tactometer: ") and "Traceback" not in done.stderr
    assert not found.lines() and not found.done.exists()
    return str(said)


@pytest.mark.parametrize("provider", ENGINES)
@pytest.mark.parametrize("name", ["llama", "qwen"])
def test_label_probabilities_are_those_of_a_forward_pass_in_float32(
    tmp_path: Path, models: Path, provider: str, name: str
) -> None:
    """`llama` tells 'A' from ' A'; the tokenizer of `qwen` would put a second BOS in front."""
    found = asked(tmp_path / "run", provider, models / name)
    ask(found)
    truth, lines = reference(models / name, found), found.lines()
    assert len(lines) == COUNT == len({line["key"] for line in lines})
    for line in lines:
        exact = truth[line["request"]]
        assert line["logprobs"].keys() == exact["bare"].keys()
        for label, p in line["logprobs"].items():
            both = math.exp(both_forms(exact)[label])
            assert math.exp(p) == pytest.approx(both, abs=1e-4, rel=1e-3)
        assert line["forms"] == 2
        assert line["usage"]["prompt_tokens"] == len(exact["ids"])
        assert exact["ids"].count(0) == 1
    differ = [t for t in truth.values() if abs(t["bare"]["A"] - t["spaced"]["A"]) > 0.5]
    assert len(differ) > 20  # the wrong form of a label would have been noticed


@pytest.mark.parametrize("provider", ENGINES)
def test_labels_of_several_tokens_are_refused_with_what_was_seen(
    tmp_path: Path, models: Path, provider: str
) -> None:
    said = refused(asked(tmp_path / "run", provider, models / "speller"))
    assert "['~', 'a']" in said and "kind: samples" in said


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ bos_token }}{{ bos_token }}{{ messages[-1].content }}", "begins with two tokens <s>"),
        ("{{ raise_exception('no system here') }}", "no system here"),
    ],
)
def test_a_template_that_is_wrong_is_told_before_weights_are_loaded(
    tmp_path: Path, models: Path, template: str, said: str
) -> None:
    file = tmp_path / "template.jinja"
    file.write_text(template)
    engine = {"chat_template": str(file)}
    assert said in refused(asked(tmp_path / "run", "vllm", models / "llama", engine=engine))


def test_what_cannot_be_loaded_or_does_not_fit_is_a_sentence(tmp_path: Path, models: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(models / "llama", bare)
    (bare / "chat_template.jinja").unlink()
    assert "no chat template" in refused(asked(tmp_path / "a", "transformers", bare))
    short = asked(tmp_path / "b", "transformers", models / "llama", engine={"max_model_len": 64})
    assert "context of 64" in refused(short)
    thinks = asked(tmp_path / "c", "transformers", models / "llama", engine={"thinking": True})
    assert "engine.thinking" in refused(thinks)
    (bare / "model.safetensors").unlink()
    assert "is no checkpoint" in refused(asked(tmp_path / "d", "transformers", bare))


def test_an_environment_without_engines_is_told_with_the_remedy(
    tmp_path: Path, models: Path
) -> None:
    found = asked(tmp_path / "run", "vllm", models / "llama")
    done = found.run(check=False, TACTOMETER_ENGINES=str(tmp_path / "nowhere"))
    assert "make engines" in done.stderr and len(done.stderr.splitlines()) == 1
    assert done.returncode == 1


@pytest.mark.parametrize("provider", ENGINES)
def test_a_thought_is_sampled_stored_and_never_the_answer(
    tmp_path: Path, models: Path, provider: str
) -> None:
    exact = {"kind": "label_logprob", "max_tokens": 12, "temperature": 1.0}
    found = asked(tmp_path / "run", provider, models / "always", estimator=exact)
    ask(found)
    for line in found.lines():
        assert line["thinking"] is not None and line["finish_reason"] in ("length", "stop")
        assert line["text"] in "ABCDEFGH" and line["usage"]["completion_tokens"] > 0
        assert len(line["logprobs"]) in (2, 8)
    assert len({line["thinking"] for line in found.lines()}) > 50


def test_thinking_is_off_where_the_template_has_a_switch_and_on_where_the_study_says_so(
    tmp_path: Path, models: Path
) -> None:
    exact = {"kind": "label_logprob", "max_tokens": 4}
    off = asked(tmp_path / "off", "transformers", models / "thinker", estimator=exact)
    on = {"engine": {"thinking": True}, "estimator": exact}
    on_job = asked(tmp_path / "on", "transformers", models / "thinker", **on)
    for found in (off, on_job):
        ask(found)
    truth = reference(models / "thinker", off)
    for line in off.lines():
        assert line["thinking"] is None
        both = both_forms(truth[line["request"]])
        assert line["logprobs"] == pytest.approx(both, abs=1e-3)
    assert all(line["thinking"] is not None for line in on_job.lines())
    assert not {line["key"] for line in off.lines()} & {line["key"] for line in on_job.lines()}


@pytest.mark.parametrize("provider", ENGINES)
def test_samples_are_texts_and_differ(tmp_path: Path, models: Path, provider: str) -> None:
    twice = {"kind": "samples", "k": 2, "temperature": 1.0, "max_tokens": 8}
    found = asked(tmp_path / "run", provider, models / "llama", estimator=twice)
    ask(found)
    lines = found.lines()
    assert len(lines) == 2 * COUNT
    texts = {(line["request"], line["sample"]): line["text"] for line in lines}
    same = sum(texts[r, 0] == texts[r, 1] for r, sample in texts if sample == 0)
    assert same < 10
    assert all(0 < line["usage"]["completion_tokens"] <= 8 for line in lines if line["text"])


def test_a_text_does_not_depend_on_its_batch(tmp_path: Path, models: Path) -> None:
    once = {"kind": "samples", "k": 1, "temperature": 1.0, "max_tokens": 6}
    texts = []
    for size in (3, 64):
        engine = {"batch_size": size}
        found = asked(
            tmp_path / str(size), "transformers", models / "llama", estimator=once, engine=engine
        )
        ask(found)
        texts.append({line["key"]: line["text"] for line in found.lines()})
    agree = sum(texts[0][key] == texts[1][key] for key in texts[0])
    assert agree >= COUNT - 3  # padding changes the last bits, and those a tie now and then


def test_the_same_weights_elsewhere_are_not_asked_again_and_others_are(
    tmp_path: Path, models: Path
) -> None:
    source = tmp_path / "weights"
    shutil.copytree(models / "llama", source)
    first = asked(tmp_path / "run", "transformers", source)
    ask(first)
    moved = tmp_path / "moved"
    source.rename(moved)
    again = asked(first.folder, "transformers", moved)
    assert ", 0 to ask" in ask(again).stdout
    shutil.copy(models / "llama-later" / "model.safetensors", moved / "model.safetensors")
    assert f", {COUNT} to ask" in ask(again).stdout


def test_a_hub_id_is_resolved_to_its_commit_and_asked(tmp_path: Path, models: Path) -> None:
    with hub.serving(models / "llama") as address:
        env = {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path / "home")}
        env |= {"HF_HUB_DISABLE_XET": "1", "TACTOMETER_ENGINES": str(HOME)}
        both = {"0": {"revision": "main"}, "1": {"revision": "no-such"}}
        found = asked(tmp_path / "run", "transformers", Path(hub.NAME), checkpoints=both, rows=5)
        missing = Job(found.folder, found.sweep, "0", together=("1",)).run(check=False, **env)
        identity = json.loads(found.done.read_text())["identity"]
    assert identity["content"] == {"source": hub.NAME, "revision": hub.COMMIT}
    truth = reference(models / "llama", found)
    assert len(found.lines()) == 10
    for line in found.lines():
        assert line["logprobs"] == pytest.approx(both_forms(truth[line["request"]]), abs=1e-3)
        assert line["model"] == hub.COMMIT
    assert missing.returncode == 1
    said = missing.stderr.strip().splitlines()[-1]
    assert "org/tiny (revision no-such)" in said and "cannot be had from the hub" in said


def test_kills_of_a_vllm_run_lose_nothing(tmp_path: Path, models: Path) -> None:
    """Killed as soon as it has begun to answer, and when it is about half way through."""
    eight = {"batch_size": 8}
    whole = asked(tmp_path / "whole", "vllm", models / "llama", engine=eight, rows=260)
    ask(whole)
    found = asked(tmp_path / "run", "vllm", models / "llama", engine=eight, rows=260)
    held, count = set(), 0
    for more in (1, 100, 1):
        process = start(found.arguments(), found.folder)
        until = time.monotonic() + 240
        while len(found.lines()) < count + more:
            assert process.poll() is None and time.monotonic() < until
            time.sleep(0.005)  # a fast machine answers all in a second
        process.kill()
        assert process.wait() == -signal.SIGKILL
        count = len(found.lines())
        held |= {line["key"] for line in found.lines()}
    assert 102 <= len(held) < 325
    with found.journal.open("ab") as stream:
        stream.write(b'{"key": "torn')  # what a kill within a write leaves
    assert "torn" in ask(found).stdout
    lines = found.lines()
    assert len(lines) == len({line["key"] for line in lines}) == 325
    one, other, exact = tables(whole), tables(found), ("p_yes", "label_mass", "probs")
    assert one.drop(exact).equals(other.drop(exact))
    for name in exact:  # another batch changes the last bits
        both = (frame[name].explode().drop_nulls().to_list() for frame in (one, other))
        assert next(both) == pytest.approx(next(both), abs=1e-6)


def shared(folder: Path, first: Path, second: Path) -> Job:
    both = {"0": {"path": str(first)}, "1": {"path": str(second)}}
    found = asked(folder, "vllm", first, checkpoints=both, engine={"share": True})
    return Job(found.folder, found.sweep, "0", together=("1",))


def test_checkpoints_that_share_an_engine_answer_as_each_does_alone(
    tmp_path: Path, models: Path
) -> None:
    found = shared(tmp_path / "run", models / "llama", models / "llama-later")
    found.run(TACTOMETER_ENGINES=str(HOME))  # as a job does: from one environment into the other
    for name, each in (("llama", found), ("llama-later", Job(found.folder, found.sweep, "1"))):
        truth = reference(models / name, found)
        assert len(each.lines()) == COUNT and each.done.exists()
        for line in each.lines():
            assert line["logprobs"] == pytest.approx(both_forms(truth[line["request"]]), abs=1e-3)


def test_checkpoints_that_are_nearly_alike_share_an_engine(tmp_path: Path, models: Path) -> None:
    near = tmp_path / "near"
    shutil.copytree(models / "llama", near)
    script = (
        "from safetensors.torch import load_file, save_file; p = 'model.safetensors'\n"
        "t = load_file(p); t['lm_head.weight'] *= 1.0001; save_file(t, p, {'format': 'pt'})"
    )
    run([], near, script)
    found = shared(tmp_path / "run", models / "llama", near)
    ask(found)
    first, second = (
        {line["request"]: line["logprobs"] for line in each.lines()}
        for each in (found, Job(found.folder, found.sweep, "1"))
    )
    assert len(first) == COUNT and first.keys() == second.keys()
    gap = max(abs(first[at][x] - second[at][x]) for at in first for x in first[at])
    assert 1e-5 < gap < 1e-3


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("LLM.reset_prefix_cache = lambda self: True", "the prefix cache still holds"),
        ("LLM.reset_prefix_cache = lambda self: False", "did not reset its prefix cache"),
        ("LLM.collective_rpc = lambda self, *a, **k: None", "it was not loaded"),
    ],
)
def test_an_exchange_that_goes_wrong_fails_the_job_before_anything_is_asked(
    tmp_path: Path, models: Path, fault: str, said: str
) -> None:
    """The fault is put into a real engine: a reset or a load that does nothing."""
    found = shared(tmp_path / "run", models / "llama", models / "llama-later")
    done = ask(found, check=False, script=f"from vllm import LLM\n{fault}")
    assert done.returncode == 1
    assert said in done.stderr.splitlines()[-1], done.stderr
    second = Job(found.folder, found.sweep, "1")
    assert not second.lines() and not second.done.exists()


@pytest.mark.parametrize("change", ["tensor", "config", "template"])
def test_checkpoints_that_differ_in_more_than_values_share_no_engine(
    tmp_path: Path, models: Path, change: str
) -> None:
    other = tmp_path / "other"
    shutil.copytree(models / "llama-later", other)
    if change == "tensor":
        script = (
            "from safetensors.torch import load_file, save_file; p = 'model.safetensors'\n"
            "t = load_file(p); del t['lm_head.weight']; save_file(t, p)"
        )
        run([], other, script)
    elif change == "config":
        file = other / "config.json"
        file.write_text(file.read_text().replace('"rms_norm_eps": 1e-06', '"rms_norm_eps": 1e-05'))
    else:
        (other / "chat_template.jinja").write_text("{{ messages[-1].content }} [answer]")
    found = shared(tmp_path / "run", models / "llama", other)
    done = ask(found, check=False)
    said = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1 and "key engine.share" in said
    named = {"tensor": "lm_head.weight", "config": "config.json", "template": "chat template"}
    assert named[change] in said
    assert not Job(found.folder, found.sweep, "1").lines()


def test_the_api_provider_asks_a_vllm_server_with_the_same_probabilities(
    tmp_path: Path, models: Path
) -> None:
    every = json.loads((models / "llama" / "config.json").read_text())["vocab_size"]
    with served(models / "llama", every) as base:
        found = job(
            tmp_path / "run",
            {
                "provider": "api",
                "source": "openai/tiny",
                "api_base": base,
                "estimator": {"kind": "label_logprob"},
                "wire": {"top_logprobs": every},  # a tiny random model likes none of the labels
                "min_label_mass": 0,
                "limits": {"concurrency": 8},
            },
            rows=20,
            goals=["default"],
        )
        assert inside(found).returncode == 0
    truth = reference(models / "llama", found)
    assert len(found.lines()) == 40
    for line in found.lines():
        forms = truth[line["request"]]
        for label, p in line["logprobs"].items():
            both = math.exp(forms["bare"][label]) + math.exp(forms["spaced"][label])
            assert math.exp(p) == pytest.approx(both, abs=1e-4)
        assert line["model"] == "tiny"
        assert line["usage"]["prompt_tokens"] == len(forms["ids"])


@contextmanager
def served(model: Path, logprobs: int) -> Iterator[str]:
    """vLLM's own server on loopback with a model called `tiny`; gives the api_base."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["api_server", "--model", str(model), "--served-model-name", "tiny"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--dtype", "float32"]
    command += ["--max-model-len", "1024", "--max-logprobs", str(logprobs), "--enforce-eager"]
    script = f"""
import multiprocessing, os, runpy, sys
os.environ.update(VLLM_CPU_KVCACHE_SPACE="1", TORCHDYNAMO_DISABLE="1")
context = multiprocessing.get_context  # the engine's process need not import everything anew
multiprocessing.get_context = lambda how=None: context("fork" if how == "spawn" else how)
sys.argv = {command!r}
runpy.run_module("vllm.entrypoints.openai.api_server", run_name="__main__")
"""
    server = start([], model, script)
    try:
        until = time.monotonic() + 240
        while not alive(f"http://127.0.0.1:{port}/health"):
            assert server.poll() is None and time.monotonic() < until, server.said("err")
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill(signal.SIGTERM)
        server.wait()


def alive(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False
