"""Plain PyTorch: what runs where vLLM does not, on a CPU or a GPU, and the reference for it."""

from collections.abc import Sequence
from typing import Any

from tactometer.providers.local.chat_template import special_tokens
from tactometer.providers.local.checkpoint_files import Checkpoint
from tactometer.providers.local.continuations import Continuations
from tactometer.providers.local.engine import Engine, Sampled, loading
from tactometer.providers.local.provider import LocalProvider
from tactometer.providers.local.settings import EngineSettings
from tactometer.replies.thoughts import kept_special, without_special
from tactometer.study.fields import written

AT_ONCE = {"cpu": 16, "cuda": 128}


class Provider(LocalProvider):
    """A checkpoint asked with transformers; see `tactometer.providers.provider.Provider`."""

    def _load(self) -> Engine:
        return TorchEngine(self.found, self._engine_settings, self._tokenizer, self._place)


class TorchEngine:
    """A causal language model in PyTorch; batches are padded on the left."""

    def __init__(
        self, found: Checkpoint, settings: EngineSettings, tokenizer: Any, place: str
    ) -> None:
        import torch
        from transformers import AutoModelForCausalLM
        from transformers.utils import logging

        logging.disable_progress_bar()
        self._torch, self._tokenizer = torch, tokenizer
        device = written(settings.device, "auto")
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        self._device = device
        self.at_once = written(settings.batch_size, AT_ONCE[device])
        with loading(found.loads, place):
            loads, revision = found.fetched()
            model = AutoModelForCausalLM.from_pretrained(
                loads,
                revision=revision,
                dtype=written(settings.dtype, "auto"),
                trust_remote_code=bool(settings.trust_remote_code),
                **({"gguf_file": found.file} if found.file else {}),
            )
            if found.adapter:
                from peft import PeftModel

                model = PeftModel.from_pretrained(model, found.adapter.folder).merge_and_unload()
            self._model = model.to(device)
        self._model.eval()
        self._special = special_tokens(tokenizer)
        self._marked = bool(kept_special(self._special))
        ends = self._model.generation_config.eos_token_id or tokenizer.eos_token_id
        self._ends = ends if isinstance(ends, list) else [e for e in (ends,) if e is not None]

    def label_logprobs(
        self, prompts: Sequence[Sequence[int]], labels: Sequence[Sequence[int]]
    ) -> list[list[float]]:
        """One forward pass; the softmax in float32."""
        torch = self._torch
        ids, mask = self._pad(prompts)
        positions = (mask.cumsum(-1) - 1).clamp(min=0)
        with torch.inference_mode():
            logits = self._model(
                input_ids=ids, attention_mask=mask, position_ids=positions, logits_to_keep=1
            ).logits[:, -1]
            found = torch.log_softmax(logits.float(), dim=-1).cpu()
        return [found[row, list(wanted)].tolist() for row, wanted in enumerate(labels)]

    def continuation_logprobs(
        self, prompts: Sequence[Sequence[int]], continuations: Sequence[Continuations]
    ) -> list[list[float]]:
        """The prompts once, then what follows them behind what was computed; a few at a time, for
        each is as many rows then as it has continuations.
        """
        most = max(1, self.at_once // max(map(len, continuations)))
        found: list[list[float]] = []
        for start in range(0, len(prompts), most):
            some = slice(start, start + most)
            found += self._continued(prompts[some], continuations[some])
        return found

    def _continued(
        self, prompts: Sequence[Sequence[int]], continuations: Sequence[Continuations]
    ) -> list[list[float]]:
        torch = self._torch
        count = max(map(len, continuations))
        rows = [[*each, *[each[0]] * (count - len(each))] for each in continuations]
        flat = [list(tokens) for each in rows for tokens in each]
        width = max(map(len, flat)) - 1  # the last token of each is only looked for
        ids, mask = self._pad(prompts)
        lengths = mask.sum(-1)
        with torch.inference_mode():
            first = self._model(
                input_ids=ids,
                attention_mask=mask,
                position_ids=(mask.cumsum(-1) - 1).clamp(min=0),
                logits_to_keep=1,
                use_cache=width > 0,
            )
            told = first.logits[:, -1:].repeat_interleave(count, 0)
            if width:
                past = first.past_key_values
                past.batch_repeat_interleave(count)
                fed = [(t[:-1] + [self._padding] * width)[:width] for t in flat]
                real = [[1] * (len(t) - 1) + [0] * (width - len(t) + 1) for t in flat]
                more = torch.tensor(real, device=self._device)
                places = lengths.repeat_interleave(count)[:, None] + torch.arange(
                    width, device=self._device
                )
                second = self._model(
                    input_ids=torch.tensor(fed, device=self._device),
                    attention_mask=torch.cat([mask.repeat_interleave(count, 0), more], -1),
                    position_ids=places,
                    past_key_values=past,
                ).logits
                told = torch.cat([told, second], 1)
            logprobs = torch.log_softmax(told.float(), dim=-1).cpu()
        sums = [
            sum(float(logprobs[row, place, token]) for place, token in enumerate(tokens))
            for row, tokens in enumerate(flat)
        ]
        return [sums[n * count : n * count + len(each)] for n, each in enumerate(continuations)]

    def sample(
        self,
        prompts: Sequence[Sequence[int]],
        keys: Sequence[str],
        temperature: float,
        max_tokens: int,
        stop: str | None,
    ) -> list[Sampled]:
        """Sample with noise drawn from each key, so that a text does not depend on its batch."""
        from transformers import GenerationConfig

        ids, mask = self._pad(prompts)
        settings = GenerationConfig(
            max_new_tokens=max_tokens,
            do_sample=False,
            eos_token_id=self._ends or None,
            pad_token_id=self._padding,
            stop_strings=[stop] if stop else None,
        )
        noise = [GumbelNoise(self._torch, keys, temperature)] if temperature > 0 else []
        with self._torch.inference_mode():
            out = self._model.generate(
                input_ids=ids,
                attention_mask=mask,
                generation_config=settings,
                logits_processor=noise,
                tokenizer=self._tokenizer,
            )
        return [self._sampled(row, stop) for row in out[:, ids.shape[1] :].tolist()]

    def _sampled(self, ids: list[int], stop: str | None) -> Sampled:
        ends = {*self._ends, self._padding}  # a text that is done is padded on the right
        end = next((i for i, token in enumerate(ids) if token in ends), None)
        text = self._tokenizer.decode(ids[:end], skip_special_tokens=not self._marked)
        stopped = end is not None or (stop is not None and stop in text)
        said = text.partition(stop)[0] if stop else text
        if self._marked:
            said = without_special(said, self._special)
        return Sampled(said, len(ids[:end]), "stop" if stopped else "length")

    def _pad(self, prompts: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        width = max(map(len, prompts))
        ids = [[self._padding] * (width - len(p)) + list(p) for p in prompts]
        mask = [[0] * (width - len(p)) + [1] * len(p) for p in prompts]
        tensor = self._torch.tensor
        return tensor(ids, device=self._device), tensor(mask, device=self._device)

    @property
    def _padding(self) -> int:
        pad = self._tokenizer.pad_token_id
        return int(pad if pad is not None else (self._ends or [0])[0])


class GumbelNoise:
    """Turns the likeliest token into a sample: the maximum of logits / T + Gumbel noise is one."""

    def __init__(self, torch: Any, keys: Sequence[str], temperature: float) -> None:
        self._torch, self._temperature = torch, temperature
        self._seeds = [int(key[:15], 16) for key in keys]
        self._generators: list[Any] = []

    def __call__(self, ids: Any, scores: Any) -> Any:
        torch = self._torch
        if not self._generators:
            self._generators = [
                torch.Generator(scores.device).manual_seed(seed) for seed in self._seeds
            ]
        shape = scores.shape[-1:]
        drawn = torch.stack(
            [
                torch.empty(shape, device=scores.device).exponential_(generator=generator)
                for generator in self._generators
            ]
        )
        return scores.float() / self._temperature - drawn.log()
