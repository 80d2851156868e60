"""Teach a language model what a given speaker says: the shares of utterances behind a prompt.

Runs in the engines' environment (PyTorch, transformers). What may follow a prompt is known, so
nothing is drawn: the loss is the cross entropy of the teacher's shares, and as prompts of a scene
begin alike, all of them with all their continuations are one tree of tokens, passed once. In a
tree a token sees the tokens on its way from the root alone, at the places that they have in a text.
"""

from __future__ import annotations

import json
import math
import random
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer

from tactometer.providers.local.chat_template import Prompts
from tactometer.providers.local.rendering import Rendering

RATE = 2e-4  # of Adam, at its highest
WARM = 10  # steps until it is reached
TOLD = 10  # steps between two lines of progress
MEMORY = 8  # lessons of a kind, by which it is judged how far that is
LEAST = 0.02  # nats that no kind is below, so that none is forgotten
UTTERANCES, YES_NO = "utterances", "yes_no"


@dataclass(frozen=True)
class Task:
    """A prompt with the tokens of each text that may follow, and the share that each is to have."""

    request: str
    scene: str
    state: int
    yes_no: bool
    before: list[int]
    after: list[list[int]]
    names: list[str]
    shares: list[float]


@dataclass
class Tree:
    """The tokens of many texts, each beginning once: a parent comes before its children."""

    tokens: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    _nodes: dict[tuple[int, int], int] = field(default_factory=dict)

    def add(self, tokens: Sequence[int], parent: int = -1) -> int:
        """The node of the last of some tokens behind a node, made where it is not there."""
        for token in tokens:
            node = self._nodes.get((parent, token))
            if node is None:
                node = self._nodes[parent, token] = len(self.tokens)
                self.tokens.append(token)
                self.parents.append(parent)
                self.depths.append(self.depths[parent] + 1 if parent >= 0 else 0)
            parent = node
        return parent

    def inputs(self) -> dict[str, Tensor]:
        """What a causal model takes: ids, places, and who sees whom (0, or minus infinity)."""
        sees = torch.eye(len(self.tokens), dtype=torch.bool)
        for node, parent in enumerate(self.parents):
            if parent >= 0:
                sees[node] |= sees[parent]
        mask = torch.zeros(sees.shape).masked_fill(~sees, torch.finfo(torch.float32).min)
        return {
            "input_ids": torch.tensor([self.tokens]),
            "position_ids": torch.tensor([self.depths]),
            "attention_mask": mask[None, None],
        }


class Lesson:
    """Prompts that are passed together, as a tree of tokens, and what is read of it."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        tree, steps = Tree(), []  # (text, node before, token)
        self.tasks = tasks
        for task in tasks:
            root = tree.add(task.before)
            for tokens in task.after:
                node, text = root, steps[-1][0] + 1 if steps else 0
                for token in tokens:
                    steps.append((text, node, token))
                    node = tree.add([token], node)
        nodes = sorted({node for _, node, _ in steps})
        place = {node: row for row, node in enumerate(nodes)}
        self._inputs, self._nodes = tree.inputs(), nodes
        self._rows = torch.tensor([place[node] for _, node, _ in steps])
        self._tokens = torch.tensor([token for *_, token in steps])
        self._texts = torch.tensor([text for text, *_ in steps])
        self._lower: Tensor | None = None

    def scored(self, model: Any, *, keep: bool = False) -> list[Tensor]:
        """The log-probability of each text behind each prompt, in nats. `keep`: what the lower
        half of the layers gives is computed once, for these are not taught.
        """
        half = len(model.model.layers) // 2
        lower = self._lower
        if lower is None:
            with torch.no_grad():
                ids = self._inputs["input_ids"]
                lower = self._through(model, model.model.embed_tokens(ids), slice(half))
            self._lower = lower if keep else None
        hidden = self._through(model, lower, slice(half, None))
        hidden = model.model.norm(hidden[0, self._nodes])
        logprobs = model.lm_head(hidden).log_softmax(-1)
        each = logprobs[self._rows, self._tokens]
        counts = [len(task.after) for task in self.tasks]
        sums = torch.zeros(sum(counts)).index_add(0, self._texts, each)
        return list(sums.split(counts))

    def _through(self, model: Any, hidden: Tensor, layers: slice) -> Tensor:
        places = self._inputs["position_ids"]
        turns = model.model.rotary_emb(hidden, places)
        mask = self._inputs["attention_mask"]
        for layer in model.model.layers[layers]:
            found = layer(hidden, attention_mask=mask, position_embeddings=turns, use_cache=False)
            hidden = found[0] if isinstance(found, tuple) else found
        return hidden


def tasks_of(tokenizer: Any, given: Namespace) -> list[Task]:
    """The prompts of files of requests, rendered as Tactometer renders them, with the shares of
    their utterances (by state), or of yes and no (by utterance and state).
    """
    shares = json.loads(given.shares.read_text())
    prompts = Prompts(tokenizer, "the model that is taught", None, None, Rendering())
    found = []
    rows = (row for path in given.requests for row in pl.read_parquet(path).iter_rows(named=True))
    for row in rows:
        prompt = prompts.render(row["messages"])
        after = prompts.continuations(prompt, [each["text"] for each in row["continuations"]])
        names = [each["option"] for each in row["continuations"]]
        asks = row["utterance"]
        told = shares["yes_no"][asks] if asks else shares["utterances"]
        wanted = told[str(row["state"])]
        scene = f"{row['vignette']}, {row['speaker']}, {row['listener']}"
        each = [wanted[name] for name in names]
        found.append(
            Task(row["request"], scene, row["state"], bool(asks), after.before, after.tokens,
                 names, each)
        )  # fmt: skip
    return found


def lessons(tasks: Sequence[Task]) -> dict[str, list[Lesson]]:
    """Lessons of a few hundred tokens: the prompts for an utterance in one scene, and the yes/no
    prompts about one vignette that ask of four utterances in every state. A lesson of one state
    would teach that good words, or bad ones, are true, and the next one the contrary.
    """
    found: dict[tuple[str, str, int], list[Task]] = {}
    seen: Counter[tuple[str, int]] = Counter()
    for task in tasks:
        key = (UTTERANCES, task.scene, 0)
        if task.yes_no:
            key = (YES_NO, task.scene, seen[task.scene, task.state] // 4)
            seen[task.scene, task.state] += 1
        found.setdefault(key, []).append(task)
    every: dict[str, list[Lesson]] = {}
    for (kind, *_), each in found.items():
        every.setdefault(kind, []).append(Lesson(each))
    return every


def divergences(told: Sequence[tuple[Task, Tensor]]) -> dict[str, float]:
    """How far a model's shares are from those wanted: mean Kullback-Leibler divergence in nats of
    the shares among the texts, for utterances and for yes and no, and the mean mass of all texts.
    """
    found: dict[str, list[float]] = {UTTERANCES: [], YES_NO: [], "mass": []}
    for task, sums in told:
        wanted = torch.tensor(task.shares)
        within = sums - sums.logsumexp(0)
        kl = float(torch.special.xlogy(wanted, wanted).sum() - (wanted * within).sum())
        found[YES_NO if task.yes_no else UTTERANCES].append(kl)
        found["mass"].append(float(sums.logsumexp(0).exp()))
    return {name: sum(x) / len(x) for name, x in found.items() if x}


def loss_of(told: Sequence[tuple[Task, Tensor]]) -> Tensor:
    """The cross entropy less the teacher's own, a mean over prompts."""
    each = []
    for task, sums in told:
        wanted = torch.tensor(task.shares)
        each.append(torch.special.xlogy(wanted, wanted).sum() - (wanted * sums).sum())
    return torch.stack(each).mean()


def teach(given: Namespace) -> None:
    """Teach the upper half of a model's layers, until the time or the steps are over."""
    torch.manual_seed(given.seed)
    tokenizer, model = load(given.model)
    model.requires_grad_(False)
    layers = model.model.layers
    for part in (*layers[len(layers) // 2 :], model.model.norm):
        part.requires_grad_(True)
    course = Course(lessons(tasks_of(tokenizer, given)), random.Random(given.seed))
    moved = [p for p in model.parameters() if p.requires_grad]
    adam = torch.optim.AdamW(moved, lr=RATE, weight_decay=0.0, betas=(0.9, 0.98))
    began, log = time.monotonic(), given.out.with_suffix(".log.jsonl")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    for step in range(given.steps):
        spent = (time.monotonic() - began) / 60
        done = max(step / given.steps, spent / given.minutes)
        if done >= 1:
            break
        for group in adam.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / WARM) * 0.5 * (1 + math.cos(math.pi * done))
        kind, lesson = course.next()
        told = list(zip(lesson.tasks, lesson.scored(model, keep=True), strict=True))
        loss = loss_of(told)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(moved, 1.0)
        adam.step()
        adam.zero_grad(set_to_none=True)
        course.learned(kind, float(loss.detach()))
        with log.open("a") as out:
            line = {"step": step, "minutes": spent, kind: float(loss.detach())}
            out.write(json.dumps(line) + "\n")
        if step % TOLD == 0:
            print(f"teach: {given.out.name}, step {step}, {course}", file=sys.stderr, flush=True)
    model.save_pretrained(given.out)
    tokenizer.save_pretrained(given.out)


class Course:
    """Lessons of each kind in turn, in any order: the further a kind is from its teacher, the more
    often it comes.
    """

    def __init__(self, every: dict[str, list[Lesson]], draw: random.Random) -> None:
        self._every, self._draw = every, draw
        self._left: dict[str, list[Lesson]] = {kind: [] for kind in every}
        self._far = dict.fromkeys(every, 1.0)  # nats, a running mean

    def next(self) -> tuple[str, Lesson]:
        (kind,) = self._draw.choices(list(self._far), [x + LEAST for x in self._far.values()])
        if not self._left[kind]:
            self._left[kind] = self._draw.sample(self._every[kind], len(self._every[kind]))
        return kind, self._left[kind].pop()

    def learned(self, kind: str, loss: float) -> None:
        self._far[kind] += (loss - self._far[kind]) / MEMORY

    def __str__(self) -> str:
        return ", ".join(f"{kind} {x:.3f} nats off" for kind, x in self._far.items())


def measure(given: Namespace) -> None:
    """Write how far a model is from the shares, and its own shares of every request."""
    tokenizer, model = load(given.model)
    told: list[tuple[Task, Tensor]] = []
    for lesson in chain(*lessons(tasks_of(tokenizer, given)).values()):
        with torch.inference_mode():
            told += zip(lesson.tasks, lesson.scored(model), strict=True)
    lines = [
        {"request": task.request, **dict(zip(task.names, sums.tolist(), strict=True))}
        for task, sums in told
    ]
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps({"divergences": divergences(told), "logprobs": lines}))


def load(folder: str) -> tuple[Any, Any]:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    return tokenizer, model


def main() -> None:
    parser = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("teach", "measure"))
    parser.add_argument("--model", required=True, help="a folder with weights and a tokenizer")
    parser.add_argument("--requests", type=Path, nargs="+", required=True)
    parser.add_argument("--shares", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    {"teach": teach, "measure": measure}[given.what](given)


if __name__ == "__main__":
    main()
