"""The vLLM engine of one model."""

import gc
import os
from collections.abc import Sequence
from typing import Any

from tactometer.providers.local.chat_template import special_tokens
from tactometer.providers.local.checkpoint_files import Checkpoint
from tactometer.providers.local.continuations import Continuations, along, tree
from tactometer.providers.local.engine import Sampled, loading
from tactometer.providers.local.settings import EngineSettings
from tactometer.replies.thoughts import kept_special, without_special
from tactometer.study.fields import plain, written
from tactometer.utils.errors import UserError

AT_ONCE = 512


class VllmEngine:
    """A vLLM engine in this process."""

    def __init__(self, found: Checkpoint, settings: EngineSettings, place: str) -> None:
        os.environ.setdefault(
            "VLLM_ENABLE_V1_MULTIPROCESSING", "0"
        )  # a kill leaves no child behind
        os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING")
        os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
        import vllm
        from vllm.platforms import current_platform

        gc.freeze()  # vLLM collects garbage eight times, half a second each: imports are none
        own: dict[str, Any] = {}
        if current_platform.is_cpu():  # compiling takes longer than the answers
            import torch

            torch._dynamo.config.disable = True
            own["block_size"] = 32  # 128 by default: prompts share no part of a block
        self._vllm = vllm
        self._seeds = not current_platform.is_cpu()  # a seed for each request kills the CPU engine
        self.found, self.proven = found, False
        self.at_once = written(settings.batch_size, AT_ONCE)
        passed = ("tensor_parallel_size", "max_model_len", "gpu_memory_utilization")
        own |= {key: value for key, value in plain(settings).items() if key in passed}
        if found.file:
            raise UserError(
                f"{place}: vllm loads no GGUF file ({found.file}) here; write provider: "
                "transformers, or serve it and write provider: api."
            )
        self._adapter: Any = None
        if found.adapter:
            from vllm.lora.request import LoRARequest

            own |= {"enable_lora": True, "max_lora_rank": _rank(found.adapter.rank)}
            self._adapter = LoRARequest("adapter", 1, str(found.adapter.folder))
        with loading(found.loads, place):
            loads, revision = found.fetched()
            self.llm = vllm.LLM(
                model=loads,
                revision=revision,
                tokenizer=str(found.tokenizer),
                dtype=written(settings.dtype, "auto"),
                trust_remote_code=bool(settings.trust_remote_code),
                logprobs_mode="raw_logprobs",
                enable_prefix_caching=True,
                enforce_eager=current_platform.is_cpu(),  # compiling takes longer than the answers
                seed=0,
                **own,
            )

    @property
    def tolerance(self) -> float:
        """Nats that two computations of the same answer may differ by."""
        exact = "float32" in str(self.llm.llm_engine.model_config.dtype)
        return 1e-3 if exact else 0.05

    def label_logprobs(
        self,
        prompts: Sequence[Sequence[int]],
        labels: Sequence[Sequence[int]],
        cached: bool = True,
    ) -> list[list[float]]:
        """One prefill a prompt; `cached`: whether what was computed for others may serve."""
        parameters = [
            self._vllm.SamplingParams(
                max_tokens=1,
                temperature=0.0,
                logprob_token_ids=list(ids),
                detokenize=False,
                skip_reading_prefix_cache=not cached,
            )
            for ids in labels
        ]
        found = []
        for output, ids in zip(self._generate(prompts, parameters), labels, strict=True):
            by_token = output.outputs[0].logprobs[0]
            found.append([float(by_token[token].logprob) for token in ids])
        return found

    def continuation_logprobs(
        self, prompts: Sequence[Sequence[int]], continuations: Sequence[Continuations]
    ) -> list[list[float]]:
        """One prefill for each branching of a prompt's continuations, all but its end cached."""
        trees = [tree(each) for each in continuations]
        asked = [(n, before) for n, each in enumerate(trees) for before in each]
        found = self.label_logprobs(
            [[*prompts[n], *before] for n, before in asked],
            [trees[n][before] for n, before in asked],
        )
        known: list[dict[Any, float]] = [{} for _ in prompts]
        for (n, before), logprobs in zip(asked, found, strict=True):
            after = trees[n][before]
            known[n] |= {(before, t): p for t, p in zip(after, logprobs, strict=True)}
        return [along(each, of) for each, of in zip(continuations, known, strict=True)]

    def sample(
        self,
        prompts: Sequence[Sequence[int]],
        keys: Sequence[str],
        temperature: float,
        max_tokens: int,
        stop: str | None,
    ) -> list[Sampled]:
        """Sample a text for each prompt; on a GPU its key is its seed."""
        special = special_tokens(self.llm.get_tokenizer())
        marked = bool(kept_special(special))
        parameters = [
            self._vllm.SamplingParams(
                temperature=temperature,
                max_tokens=max_tokens,
                stop=[stop] if stop else None,
                skip_special_tokens=not marked,
                seed=int(key[:8], 16) if self._seeds else None,
            )
            for key in keys
        ]
        results = [output.outputs[0] for output in self._generate(prompts, parameters)]
        texts = [without_special(r.text, special) if marked else r.text for r in results]
        return [
            Sampled(text, len(r.token_ids), r.finish_reason or "stop")
            for text, r in zip(texts, results, strict=True)
        ]

    def _generate(self, prompts: Sequence[Sequence[int]], parameters: list[Any]) -> list[Any]:
        asked = [{"prompt_token_ids": list(ids)} for ids in prompts]
        outputs: list[Any] = self.llm.generate(
            asked, parameters, use_tqdm=False, lora_request=self._adapter
        )
        return outputs


def _rank(rank: int) -> int:
    """The least rank that vLLM makes room for and an adapter fits into."""
    return next((room for room in (8, 16, 32, 64, 128, 256, 320, 512) if rank <= room), rank)
