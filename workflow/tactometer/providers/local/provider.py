"""What the providers with weights of their own share: `transformers` and `vllm` differ in the
engine alone."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from tactometer.journal import journal
from tactometer.journal.journal import Line
from tactometer.providers.local import fixed_text, gguf_files, template_traits
from tactometer.providers.local.chat_template import Prompt, Prompts
from tactometer.providers.local.checkpoint_files import Checkpoint, find
from tactometer.providers.local.engine import Engine, Sampled, loading
from tactometer.providers.local.rendering import Rendering, alterations, rendering
from tactometer.providers.local.settings import EngineSettings
from tactometer.providers.local.template_traits import Traits
from tactometer.providers.local.utterances import Scores, Utterances, texts_of
from tactometer.providers.provider import Ask, in_turn
from tactometer.replies.thoughts import split_thought
from tactometer.study import fields
from tactometer.study.fields import written
from tactometer.study.model_settings import Estimator
from tactometer.study.model_settings import Prompt as PromptSettings
from tactometer.study.option_labels import LABELS
from tactometer.study.prompt_settings import Messages
from tactometer.utils.digests import digest
from tactometer.utils.errors import UserError

ANSWER, THOUGHT = 256, 4096  # tokens, where estimator.max_tokens says nothing
SCORED = 64  # prompts at most between two writes to the journal, where utterances are scored


class LocalProvider:
    """A checkpoint whose weights are here; see `tactometer.providers.provider.Provider`."""

    def __init__(self, declared: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        self._declared, self._settings = declared, settings
        job = settings["job"]
        self._place = f"{job['file']}, models.{job['model']}"
        self._offline = bool(job.get("offline"))
        self._engine_settings = fields.read(settings.get("engine", {}), EngineSettings)
        self._prompt_settings = fields.read(settings.get("prompt", {}), PromptSettings)
        self._estimator = fields.read(settings["estimator"], Estimator)
        self._found: Checkpoint | None = None
        self._ability: Mapping[str, Any] = {}
        self._at = "prompts are rendered"

    @property
    def found(self) -> Checkpoint:
        """Where its files are."""
        if self._found is None:
            self._found = find(self._declared, self._place, self._offline)
        return self._found

    def identity(self) -> Mapping[str, Any]:
        """Its weights, tokenizer and template by content, and what of the engine's settings counts.

        The same content at another path is the same model. What a template needs done to messages
        (`prompt`) is part of it where it needs anything. Of what training made, the content is what
        it was made from: made once more, it is the same model.
        """
        engine = self._engine_settings
        template = engine.chat_template
        needed = self._rendering.identity()
        return {
            **({"prompt": needed} if needed else {}),
            "provider": self._declared["provider"],
            "content": self._made_from() or self.found.content(),
            "chat_template": self._template() if template else None,
            "thinking": bool(engine.thinking),
            "dtype": written(engine.dtype, "auto"),
        }

    def _made_from(self) -> dict[str, Any]:
        if not self._declared.get("training"):
            return {}
        step = self._declared["checkpoint"]["step"]
        return {"training": digest(self._declared["training"]), "step": step}

    def alterations(self) -> Mapping[str, Any]:
        """What its chat template adds to messages, and what is done because of it."""
        return alterations(self._traits, self._rendering, self._prompt_settings)

    def ability(self) -> Mapping[str, Any]:
        """What it makes of a fixed text (`fixed_text.measured`); {} before weights are there."""
        return self._ability

    def at_hand(self) -> bool:
        """Whether its tokenizer and chat template can be read without asking anybody."""
        try:
            self._template()
            return bool(self.found)
        except (ImportError, UserError):
            return False

    def shown(self, messages: Messages) -> str:
        """The exact text that messages become; loads the tokenizer alone."""
        return self._open_prompts().render(messages).text

    @cached_property
    def _traits(self) -> Traits | None:
        """What its chat template does; None where it has none, or none that can be probed."""
        given = self._template()
        text, tokens = template_traits.of_folder(self.found.tokenizer, given)
        if text is None or self._prompt_settings.chat is False:
            return None
        thinking = bool(self._engine_settings.thinking)
        date = written(self._prompt_settings.date, None)
        return template_traits.traits(text, tokens, thinking, date)

    @cached_property
    def _rendering(self) -> Rendering:
        return rendering(self._traits, self._prompt_settings, self._place)

    def _open_prompts(self) -> Prompts:
        return Prompts(
            self._tokenizer,
            self._place,
            self._template(),
            written(self._engine_settings.thinking, None),
            self._rendering,
        )

    def answer(self, asks: Sequence[Ask]) -> Iterator[list[Line]]:
        """Render and prove every prompt, then load the weights and answer them in order."""
        self._refuse_wire(asks)
        self._prompts = self._open_prompts()
        self._utterances = Utterances(self._prompts, written(self._estimator.score, "sum"))
        rendered = {ask.key: self._prompts.render(ask.row["messages"]) for ask in asks}
        self._check_length([(rendered[ask.key], texts_of(ask)) for ask in asks])
        if self._exact:
            self._every_form = self._adds_forms()
            for ask in asks:
                if not rendered[ask.key].thinks and not texts_of(ask):
                    self._prompts.labels(rendered[ask.key], len(ask.row["options"]))
        # Neighbours share the longest beginnings: what an engine has computed serves the next.
        queues = [sorted(turn, key=lambda ask: rendered[ask.key].ids) for turn in in_turn(asks)]
        self._queued = [rendered[ask.key] for queue in queues for ask in queue]
        self._at = "the weights load"
        engine = self._load()
        self._at = "a fixed text is read"
        self._ability = fixed_text.measured(engine, self._tokenizer, self._most)
        scores = self._estimator.by_utterance  # a prompt is a dozen there
        size = min(engine.at_once, SCORED) if scores else engine.at_once
        for queue in queues:
            for start in range(0, len(queue), size):
                batch = [ask for ask in queue[start : start + size] if ask.wanted]
                if batch:
                    self._at = f"{len(batch)} in the engine"
                    yield self._answer(engine, batch, [rendered[ask.key] for ask in batch])

    def under_way(self) -> str:
        """What the engine is at, in words."""
        return self._at

    def _load(self) -> Engine:
        raise NotImplementedError

    @property
    def _exact(self) -> bool:
        return self._estimator.exact

    @property
    def _longest(self) -> int:
        """Tokens that may be generated for one answer."""
        default = THOUGHT if self._engine_settings.thinking else ANSWER
        return written(self._estimator.max_tokens, default)

    def _template(self) -> str | None:
        path = written(self._engine_settings.chat_template, None)
        if path is None:
            return None
        try:
            return Path(path).read_text()
        except OSError as error:
            raise UserError(
                f"{self._place}, key engine.chat_template: {path} cannot be read "
                f"({error.strerror}); name a file with a Jinja template."
            ) from None

    @cached_property
    def _tokenizer(self) -> Any:
        from transformers import AutoTokenizer

        trust = bool(self._engine_settings.trust_remote_code)
        file = self.found.file
        with loading(f"the tokenizer in {file or self.found.tokenizer}", self._place):
            if file:
                return gguf_files.tokenizer(self.found.folder, file)
            return AutoTokenizer.from_pretrained(self.found.tokenizer, trust_remote_code=trust)

    def _refuse_wire(self, asks: Sequence[Ask]) -> None:
        if any(ask.row["wire"] != "{}" for ask in asks):
            raise UserError(
                f"{self._place}, key wire: only the provider api sends wire parameters; use "
                "estimator and engine."
            )

    def _check_length(self, prompts: Sequence[tuple[Prompt, Sequence[str]]]) -> None:
        most = self._most
        for prompt, scored in prompts:
            generated = self._longest if prompt.thinks or not self._exact else 1
            if scored:
                tokens = self._prompts.continuations(prompt, scored).tokens
                generated = (generated if prompt.thinks else 0) + max(map(len, tokens))
            if len(prompt.ids) + generated > most:
                raise UserError(
                    f"{self._place}: a prompt of {len(prompt.ids)} tokens and an answer of up to "
                    f"{generated} do not fit into a context of {most}; lower "
                    "estimator.max_tokens or raise engine.max_model_len."
                )

    @property
    def _most(self) -> int:
        """Tokens that a prompt and its answer may have together."""
        config = self.found.config
        texts = config.get("text_config", config)
        most = self._engine_settings.max_model_len or texts.get("max_position_embeddings")
        return int(most or 1 << 30)

    # ---- a batch -----------------------------------------------------------------------------

    def _answer(
        self, engine: Engine, batch: Sequence[Ask], prompts: Sequence[Prompt]
    ) -> list[Line]:
        began = time.monotonic()
        pairs = list(zip(batch, prompts, strict=True))
        lines: list[Callable[[float], Line]] = []
        for by, chosen in (
            (self._by_utterance, [pair for pair in pairs if texts_of(pair[0])]),
            (
                self._by_label if self._exact else self._by_sample,
                [pair for pair in pairs if not texts_of(pair[0])],
            ),
        ):
            if chosen:
                lines += by(engine, *map(list, zip(*chosen, strict=True)))
        seconds = round((time.monotonic() - began) / len(batch), 6)
        return [line(seconds) for line in lines]

    def _by_label(
        self, engine: Engine, batch: Sequence[Ask], prompts: Sequence[Prompt]
    ) -> list[Callable[[float], Line]]:
        """One prefill a prompt, and before it the thought of those that think."""
        thoughts, prompts = self._thought(engine, batch, prompts)
        counts = [len(ask.row["options"]) for ask in batch]
        labels = [self._labels(p, n) for p, n in zip(prompts, counts, strict=True)]
        found = engine.label_logprobs([prompt.ids for prompt in prompts], labels)
        return [
            self._line(ask, prompt, thought, thought.text.strip() if thought else None, logprobs)
            for ask, prompt, thought, logprobs in zip(batch, prompts, thoughts, found, strict=True)
        ]

    def _thought(
        self, engine: Engine, batch: Sequence[Ask], prompts: Sequence[Prompt]
    ) -> tuple[Sequence[Sampled | None], Sequence[Prompt]]:
        """The thought of each prompt that has one, and the prompts with their thoughts closed."""
        if not any(prompt.thinks for prompt in prompts):
            return [None] * len(batch), prompts
        thoughts = self._sample(engine, batch, prompts, self._prompts.close)
        pairs = zip(prompts, thoughts, strict=True)
        return thoughts, [self._prompts.after(prompt, thought.text) for prompt, thought in pairs]

    def _by_utterance(
        self, engine: Engine, batch: Sequence[Ask], prompts: Sequence[Prompt]
    ) -> list[Callable[[float], Line]]:
        """The probability of each utterance as what goes on with the begun reply."""
        thoughts, prompts = self._thought(engine, batch, prompts)
        found = self._utterances.scored(engine, batch, prompts)
        lines: list[Callable[[float], Line]] = []
        for ask, prompt, thought, scored in zip(batch, prompts, thoughts, found, strict=True):
            said = thought.text.strip() if thought else None
            bare = self._line(ask, prompt, thought, said, None)
            lines.append(partial(_with_scores, bare, scored))
        return lines

    def _labels(self, prompt: Prompt, count: int) -> list[int]:
        """The tokens of the labels behind a prompt, then those of their forms with a space."""
        spaced = self._prompts.spaced(prompt, count) if self._every_form else []
        return [*self._prompts.labels(prompt, count), *spaced]

    def _adds_forms(self) -> bool:
        """Whether " A" is added to "A": not where a journal of the model began without.

        Old answers stay and keep their keys, and what joins them is measured as they were.
        """
        journal_path = self._settings["job"].get("journal")
        for path in sorted(Path(journal_path).parent.glob("*.jsonl")) if journal_path else ():
            exact = (line for line in journal.read(path) if _by_letter(line.get("logprobs")))
            if "forms" not in next(exact, {"forms": None}):
                print(
                    f"{path} has probabilities of labels without those of their forms with a "
                    "space, so none are added here; in a new study they are.",
                    flush=True,
                )
                return False
        return True

    def _by_sample(
        self, engine: Engine, batch: Sequence[Ask], prompts: Sequence[Prompt]
    ) -> list[Callable[[float], Line]]:
        lines = []
        stop = None if self._rendering.chat else "\n"  # a base model goes on with more of a text
        for ask, prompt, sampled in zip(
            batch, prompts, self._sample(engine, batch, prompts, stop), strict=True
        ):
            thought = split_thought(sampled.text, prompt.thinks)[0]
            lines.append(self._line(ask, prompt, sampled, thought, None))
        return lines

    def _sample(
        self, engine: Engine, batch: Sequence[Ask], prompts: Sequence[Prompt], stop: str | None
    ) -> list[Sampled]:
        return engine.sample(
            [prompt.ids for prompt in prompts],
            [ask.noise for ask in batch],
            float(written(self._estimator.temperature, 1.0)),
            self._longest,
            stop,
        )

    def _line(
        self,
        ask: Ask,
        prompt: Prompt,
        sampled: Sampled | None,
        thought: str | None,
        logprobs: list[float] | None,
    ) -> Callable[[float], Line]:
        """A line of the journal, but for its share of the batch's seconds."""
        text, reason, forms = None, None, None
        if logprobs is not None:
            forms = len(logprobs) // len(ask.row["options"]) if self._every_form else None
            logprobs = _added_up(logprobs, len(ask.row["options"]))
            text = LABELS[max(range(len(logprobs)), key=logprobs.__getitem__)]
        elif sampled is not None:
            _, text, cut = split_thought(sampled.text, prompt.thinks)
            reason = "cut" if cut else None
        usage = {
            "prompt_tokens": len(prompt.ids),
            "completion_tokens": sampled.tokens if sampled else 0,
        }
        found = _by_name(logprobs)
        return lambda seconds: Line(
            key=ask.key,
            request=ask.row["request"],
            sample=ask.sample,
            text=text,
            thinking=thought,
            logprobs=found,
            usage=usage,
            cost_usd=0.0,
            finish_reason=sampled.finish_reason if sampled else "stop",
            model=self.found.revision or self.found.file or self.found.folder.name,
            seconds=seconds,
            prompt=prompt.digest,
            reason=reason,
            forms=forms,
        )


def _with_scores(bare: Callable[[float], Line], scored: Scores, seconds: float) -> Line:
    """A line with what its utterances have, by name."""
    return replace(bare(seconds), text=scored.best, logprobs=scored.logprobs, scores=scored.scores)


def _added_up(logprobs: Sequence[float], labels: int) -> list[float]:
    """Log-probability of each label, all its forms together."""
    forms = [logprobs[start : start + labels] for start in range(0, len(logprobs), labels)]
    return [_log_sum(each) for each in zip(*forms, strict=True)]


def _log_sum(logprobs: Sequence[float]) -> float:
    most = max(logprobs)
    if len(logprobs) == 1 or not math.isfinite(most):
        return most
    return most + math.log(math.fsum(math.exp(x - most) for x in logprobs))


def _by_name(logprobs: list[float] | None) -> dict[str, float] | None:
    """Log-probabilities by label; a label without any probability is left out."""
    if logprobs is None:
        return None
    return {label: p for label, p in zip(LABELS, logprobs, strict=False) if math.isfinite(p)}


def _by_letter(logprobs: Mapping[str, float] | None) -> bool:
    """Whether the probabilities of an answer are those of labels, and not of utterances."""
    return logprobs is not None and set(logprobs) <= set(LABELS)
