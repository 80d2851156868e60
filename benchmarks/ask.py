"""How fast a checkpoint is asked: run `python benchmarks/ask.py engine MODEL` or `... api`.

`engine` (in the environment that `make engines` makes) compares, on one vLLM engine and the same
prompts, label_logprob (one prefill a prompt) with scoring each option as lm-evaluation-harness does
(a prefill for each) and with 10 samples a prompt. `api` asks servers that take 200 ms and 1 s.
Results are printed as JSON; `ask.json` beside this file holds those of the machine it names.
"""

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests/support")]

PROMPTS = 120
WORDS = 16  # tokens of a sampled answer: "I'd say (C) not bad." and a little more
UTTERANCES = ["terrible", "bad", "good", "amazing"]
OPTIONS = UTTERANCES + [f"not {u}" for u in UTTERANCES]


def machine() -> str:
    """The machine, in words."""
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    cores = f"{os.cpu_count()} cores, OMP_NUM_THREADS {threads}"
    return f"{platform.machine()}, {cores}, Python {platform.python_version()}"


def chats(count: int) -> list[list[dict[str, str]]]:
    """Prompts of a study's size: an instruction, a scene, and eight options in turned orders."""
    instruction = "Read the scene and choose what to say. Answer with one letter. " * 6
    found = []
    for number in range(count):
        turn = number % len(OPTIONS)
        shown = zip("ABCDEFGH", OPTIONS[turn:] + OPTIONS[:turn], strict=True)
        scene = f"Ann tastes the cake that Bob made, and would give it {number % 5 + 1} stars. "
        listed = "\n".join(f"({label}) {option}" for label, option in shown)
        content = f"{instruction}\n\n{scene * 3} Case {number}.\n\nWhat would Ann say?\n{listed}"
        found.append([{"role": "user", "content": content}])
    return found


def engine(folder: Path) -> dict[str, Any]:
    """Seconds of three ways to ask one vLLM engine, and how far their probabilities agree."""
    from transformers import AutoTokenizer

    from tactometer.elicitation import engine_environment
    from tactometer.providers.local.chat_template import Prompts
    from tactometer.providers.local.checkpoint_files import find
    from tactometer.providers.local.vllm_engine import VllmEngine

    os.environ.update(engine_environment.SILENT)
    found = find({"source": str(folder), "checkpoint": {}}, str(folder))
    prompts = Prompts(AutoTokenizer.from_pretrained(folder), str(folder), None, None)
    rendered = [prompts.render(chat) for chat in chats(PROMPTS)]
    ids = [prompt.ids for prompt in rendered]
    labels = [prompts.labels(prompt, len(OPTIONS)) for prompt in rendered]
    running = VllmEngine(found, {"dtype": "float32", "max_model_len": 1024}, str(folder))

    def by_label() -> list[list[float]]:
        return running.label_logprobs(ids, labels)

    def by_option() -> list[list[float]]:
        """A request for each option, its label appended, read among the prompt's tokens."""
        import vllm

        asked = [
            {"prompt_token_ids": [*p, t]} for p, ts in zip(ids, labels, strict=True) for t in ts
        ]
        wanted = vllm.SamplingParams(max_tokens=1, temperature=0.0, prompt_logprobs=0)
        outputs = running.llm.generate(asked, wanted, use_tqdm=False)
        last = [o.prompt_logprobs[-1][o.prompt_token_ids[-1]].logprob for o in outputs]
        return [last[i : i + len(OPTIONS)] for i in range(0, len(last), len(OPTIONS))]

    def by_samples() -> None:
        keys = [f"{n:032x}" for n in range(len(ids))]
        each = [(p, k) for p, k in zip(ids, keys, strict=True) for _ in range(10)]
        running.sample([p for p, _ in each], [k for _, k in each], 1.0, WORDS, None)

    by_label()  # the first call warms the engine up for all
    exact, seconds = timed(running, by_label)
    scored, option_seconds = timed(running, by_option)
    _, sample_seconds = timed(running, by_samples)
    rows = zip(exact, scored, strict=True)
    worst = max(abs(a - b) for row in rows for a, b in zip(*row, strict=True))
    return {
        "prompts": PROMPTS,
        "tokens": sum(map(len, ids)),
        "label_logprob_s": round(seconds, 3),
        "each_option_s": round(option_seconds, 3),
        "ten_samples_s": round(sample_seconds, 3),
        "times_each_option": round(option_seconds / seconds, 2),
        "times_ten_samples": round(sample_seconds / seconds, 2),
        "most_nats_between": worst,
    }


def timed(running: Any, ask: Callable[[], Any]) -> tuple[Any, float]:
    """What a way to ask gives, and the least of its seconds in three runs from an empty prefix
    cache: what else the machine did is no part of it."""
    seconds = []
    for _ in range(3):
        assert running.llm.reset_prefix_cache()
        began = time.perf_counter()
        found = ask()
        seconds.append(time.perf_counter() - began)
    return found, min(seconds)


WAYS = (("openai", 0.2, 64), ("together_ai", 0.2, 64), ("together_ai", 1.0, 64))
WAYS += (("openai", 0.2, 256), ("together_ai", 0.2, 256), ("azure", 0.2, 64))
"""Provider, the server's latency in seconds, and calls in flight."""
TRANSPORTS = {"openai": "plain POST", "azure": "LiteLLM by OpenAI's SDK"}


def api() -> dict[str, Any]:
    """The share of the ideal rate, by transport, the server's latency and calls in flight; answers
    go to a journal, as in a run.
    """
    import stub
    from tactometer.journal import journal
    from tactometer.providers.api import parameters
    from tactometer.providers.api.provider import Provider
    from tactometer.providers.provider import Ask

    parameters.litellm()
    row = {"request": "r", "wire": "{}", "options": OPTIONS}
    asks = [Ask(str(i), {**row, "messages": chat}, 0) for i, chat in enumerate(chats(5000))]
    found = {}
    for name, latency, size in WAYS:
        count = 2000 if latency == 1.0 else 5000
        with (
            tempfile.TemporaryDirectory() as folder,
            stub.running(Path(folder) / "log", "--latency", str(latency)) as base,
            journal.write(Path(folder) / "j.jsonl") as writer,
        ):
            job = {"file": "f", "model": "m", "prices": {}, "budget_usd": None}
            job |= {"prices_copy": f"{folder}/prices.json", "journal": f"{folder}/j.jsonl"}
            settings = {"estimator": {"kind": "samples", "k": 1, "temperature": 1.0}, "job": job}
            settings |= {"source": f"{name}/m", "api_base": base, "checkpoints": {"0": {}}}
            settings["limits"] = {"concurrency": size}
            declared = {"source": f"{name}/m", "api_base": base, "checkpoint": {}}
            provider = Provider(declared, settings)
            began, cpu = time.perf_counter(), time.process_time()
            assert sum(map(writer.append, provider.answer(asks[:count]))) == count
            seconds = time.perf_counter() - began
            transport = TRANSPORTS.get(name, "LiteLLM")
            found[f"{transport}, {latency} s, {size} in flight"] = {
                "calls": count,
                "calls_per_s": round(count / seconds, 1),
                "share_of_ideal": round(count / size * latency / seconds, 3),
                "cpu_ms_per_call": round((time.process_time() - cpu) / count * 1e3, 2),
            }
    return found


if __name__ == "__main__":
    result = api() if sys.argv[1] == "api" else engine(Path(sys.argv[2]))
    print(json.dumps({"machine": machine(), **result}, indent=1))
