"""Whether the weights of a model, and the cache of its prompts, fit into the memory here."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tactometer.providers.local import checkpoint_files, sizes
from tactometer.providers.local.settings import EngineModel
from tactometer.study.fields import written
from tactometer.study.model import Model

PROMPT = 512  # tokens of a prompt of this task, at most
AT_ONCE = {"cpu": 16, "cuda": 128}  # prompts in one call of transformers
VLLM_CACHE = 1 << 30  # bytes that vLLM is given for its cache on a CPU
GB = 1e9


@dataclass(frozen=True)
class Need:
    """What a model needs: GB of weights and of cache on each device, and how that is known; `why`
    says why its engine cannot run some checkpoint, where that is so.
    """

    model: str
    weights: float | None
    cache: float | None
    told: str
    why: str = ""

    @property
    def whole(self) -> float | None:
        """GB of both; None where the files are not here."""
        return None if self.weights is None else self.weights + (self.cache or 0.0)


def need(model: Model, on_gpu: bool) -> Need:
    """What the largest of a model's checkpoints needs, as far as its files are here."""
    settings = model.settings
    assert isinstance(settings, EngineModel)
    why = _unable(model, settings)
    each_size = (sizes.size_of(settings.source, c.identity) for c in settings.checkpoints.values())
    found = [size for size in each_size if size is not None]
    if not found:
        return Need(model.name, None, None, "its files are not here, so its size is not known", why)
    size = max(found, key=lambda each: each.parameters)
    asked = written(settings.engine.dtype, "auto")
    dtype = (size.dtype or "float32") if asked == "auto" else asked
    each = sizes.BYTES.get(dtype, 4)
    spread = written(settings.engine.tensor_parallel_size, 1) if on_gpu else 1
    told = f"{size.billions:.3g} billion parameters in {dtype}, by {size.origin}"
    cache = _cache(model, settings, size, each, on_gpu) / spread / GB
    return Need(model.name, size.parameters * each / spread / GB, cache, told, why)


def _cache(model: Model, settings: EngineModel, size: sizes.Size, each: int, on_gpu: bool) -> float:
    if model.provider == "vllm" and not on_gpu:
        return VLLM_CACHE
    usual = AT_ONCE["cuda" if on_gpu else "cpu"]
    return float((size.cached or 0) * each * PROMPT * written(settings.engine.batch_size, usual))


def _unable(model: Model, settings: EngineModel) -> str:
    """Why a model's engine cannot run some checkpoint of it; empty where it can."""
    for name, own in settings.checkpoints.items():
        paths = (written(own.path, ""), written(own.file, ""), settings.source)
        if model.provider == "vllm" and any(path.endswith(".gguf") for path in paths):
            return f"checkpoint {name} is a GGUF file, which vllm does not load here"
        folder = Path(written(own.adapter, "") or written(own.path, ""))
        if settings.shares_engine and (folder / checkpoint_files.ADAPTER).exists():
            return f"checkpoint {name} is an adapter, and those are not exchanged (engine.share)"
    return ""


def here(gpus: Sequence[str]) -> tuple[float | None, str]:
    """GB of memory on the smallest GPU (lines of nvidia-smi: name, MiB), or that is free without
    one, and what it is called.
    """
    sizes_of = [float(line.split(",")[-1].split()[0]) * (1 << 20) / GB for line in gpus]
    if sizes_of:
        return min(sizes_of), "on a GPU"
    try:
        told = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        return int(told["MemAvailable"].split()[0]) * 1024 / GB, "of memory free"
    except (OSError, KeyError, ValueError):
        return None, "of memory (not known)"
