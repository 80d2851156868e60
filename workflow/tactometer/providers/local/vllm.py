"""vLLM: one prefill a prompt, label probabilities exact, one engine for several checkpoints."""

from tactometer.providers.local.engine import Engine
from tactometer.providers.local.provider import LocalProvider
from tactometer.providers.local.vllm_engine import VllmEngine

_resident: "VllmEngine | None" = None  # with engine.share, the engine of the checkpoint before


class Provider(LocalProvider):
    """A checkpoint asked with vLLM; see `tactometer.providers.provider.Provider`."""

    def _load(self) -> Engine:
        global _resident
        if _resident is not None:
            from tactometer.providers.local import weight_exchange

            weight_exchange.exchange(_resident, self.found, self._canaries(), self._place)
            return _resident
        engine = VllmEngine(self.found, self._engine_settings, self._place)
        if self._engine_settings.share:
            _resident = engine
        return engine

    def _canaries(self) -> list[tuple[list[int], list[int]]]:
        """Two prompts and eight tokens each, to compare engines by.

        They are prompts of the run: as long as those, so that they reach into the prefix cache.
        """
        ends = (self._queued[0], self._queued[-1])
        return [(prompt.ids, sorted(set(prompt.ids))[:8]) for prompt in ends]
