"""Models whose weights are loaded here: their keys in a study, and what their jobs need."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from tactometer.providers.local import training_settings
from tactometer.providers.local.training_settings import Training
from tactometer.study import prompt_settings
from tactometer.study.domain import Domain
from tactometer.study.fields import (
    UNIQUE,
    UNSET,
    Count,
    Labels,
    Maybe,
    Meta,
    Name,
    Part,
    Settings,
    about,
    plain,
    written,
)
from tactometer.study.locations import Place
from tactometer.study.model_settings import Asked, Checkpoint
from tactometer.study.providers import Provider
from tactometer.utils.digests import file_digest
from tactometer.utils.errors import UserError

T = TypeVar("T")

# of a model's `engine`, what can change an answer
_ANSWERS = ("dtype", "max_model_len", "trust_remote_code", "chat_template", "thinking")


class HubCheckpoint(Checkpoint):
    """A checkpoint of open weights, of the hub or in a folder."""

    revision: Maybe[Annotated[str, about("Branch, tag or commit of the hub.")]] = UNSET
    path: Maybe[
        Annotated[str, about("Folder with weights or with an adapter, or a GGUF file.")]
    ] = UNSET
    subfolder: Maybe[Annotated[str, about("Where it stands in its repository.")]] = UNSET
    file: Maybe[Annotated[str, about("GGUF file of its repository.", pattern=r"\.gguf$")]] = UNSET
    adapter: Maybe[
        Annotated[str, about("LoRA adapter on top of it: a folder of PEFT, or a hub id.")]
    ] = UNSET
    adapter_revision: Maybe[Annotated[str, about("The adapter's revision of the hub.")]] = UNSET
    step: Maybe[
        Annotated[int, about("Step of its model's training; 0 is what it starts from.", ge=0)]
    ] = UNSET

    @property
    def trained(self) -> bool:
        """Whether training makes it."""
        return bool(written(self.step, 0))


_STEP = r"\{step\}"


class CheckpointPattern(Settings):
    """Checkpoints that differ by their step: {pattern: runs/x/checkpoint-{step}, steps: [0, 50]}

    One of the keys beside `steps` has {step} in it.
    """

    steps: Annotated[tuple[int | str, ...], Meta(min_length=1, extra_json_schema=UNIQUE)]
    pattern: Maybe[Annotated[str, about("Path with {step} in it.", pattern=_STEP)]] = UNSET
    revision: Maybe[Annotated[str, about("Revision of the hub, with {step} in it or not.")]] = UNSET
    subfolder: Maybe[Annotated[str, about("Subfolder, with {step} in it or not.")]] = UNSET
    adapter: Maybe[Annotated[str, about("Folder or hub id, with {step} in it or not.")]] = UNSET


class TrainedSteps(Settings):
    """Checkpoints that a training makes, by their steps."""

    steps: Annotated[
        tuple[Annotated[int, Meta(ge=0)] | Annotated[str, Meta(pattern="^[0-9]+$")], ...],
        Meta(min_length=1, extra_json_schema=UNIQUE),
    ]


class PathPattern(CheckpointPattern, kw_only=True):
    """The same, where nothing but a path differs."""

    pattern: Annotated[str, about("Path with {step} in it.", pattern=_STEP)]


class EngineSettings(Settings):
    """How weights are loaded and prompts rendered."""

    dtype: Maybe[Literal["auto", "float32", "float16", "bfloat16"]] = UNSET
    tensor_parallel_size: Maybe[Count] = UNSET
    max_model_len: Maybe[Annotated[int, Meta(ge=64)]] = UNSET
    gpu_memory_utilization: Maybe[Part] = UNSET
    batch_size: Maybe[Annotated[int, about("Prompts at once (transformers).", ge=1)]] = UNSET
    device: Maybe[Literal["auto", "cpu", "cuda"]] = UNSET
    share: Maybe[Annotated[bool, about("One engine serves all checkpoints of the model.")]] = UNSET
    trust_remote_code: Maybe[Annotated[bool, about("Whether code of the hub may run.")]] = UNSET
    chat_template: Maybe[Annotated[str, about("File that replaces the tokenizer's template.")]] = (
        UNSET
    )
    thinking: Maybe[Annotated[bool, about("Whether the template asks for a thought.")]] = UNSET


class EngineModel(Asked, kw_only=True):
    """A model whose weights are loaded here."""

    IN_SHORT: ClassVar = {"checkpoints": CheckpointPattern}

    source: Annotated[str, about("Hub id or folder.")]
    checkpoints: Annotated[Mapping[Name, HubCheckpoint], Meta(min_length=1)]
    engine: EngineSettings = EngineSettings()
    training: Maybe[Training] = UNSET

    def check(self, domain: Domain, place: Place) -> None:
        """Check what training says of its checkpoints too."""
        super().check(domain, place)
        steps = {name: written(own.step, None) for name, own in self.checkpoints.items()}
        if self.training is not UNSET:
            self.training.check(steps, place)
        elif told := [name for name, step in steps.items() if step is not None]:
            raise UserError(
                f"{place('checkpoints', told[0])}: its step is one of a training, and the model "
                "has no key training: name a path, a pattern or a revision."
            )

    @property
    def shares_engine(self) -> bool:
        """Whether one engine serves all its checkpoints."""
        return bool(self.engine.share)

    @property
    def trains(self) -> bool:
        """Whether any of its checkpoints is trained before it is asked."""
        return self.training is not UNSET and any(c.trained for c in self.checkpoints.values())

    @property
    def training_recipe(self) -> dict[str, Any]:
        """What the checkpoints that are asked are trained from; {} where none is."""
        return self.training.recipe(self.source) if self.trains else {}  # type: ignore[union-attr]

    @property
    def training_told(self) -> str:
        """How its checkpoints are trained, in words; "" where none is."""
        return self.training.told(self.source) if self.trains else ""  # type: ignore[union-attr]

    @property
    def training_resources(self) -> dict[str, int | str]:
        """What a job that trains it needs; what the study says wins."""
        if self.training is UNSET:
            return {}
        return {**_TRAINING_NEEDS, **self.training.resources}

    @classmethod
    def written_out(
        cls,
        checkpoints: Mapping[str, Any],
        check: Callable[[Any, type[Any]], Any],
        runs: str | None = None,
    ) -> Mapping[str, Any]:
        """Checkpoints by name, where they are given as a pattern and steps, or as the steps of a
        training that leaves them in a folder.
        """
        if runs is not None and set(checkpoints) == {"steps"}:
            trained: TrainedSteps = check(checkpoints, TrainedSteps)
            return training_settings.written_out(trained.steps, runs)
        if "steps" not in checkpoints and "pattern" not in checkpoints:
            return checkpoints
        others = (str(checkpoints.get(key)) for key in ("revision", "subfolder", "adapter"))
        kind = CheckpointPattern if any("{step}" in text for text in others) else PathPattern
        short: CheckpointPattern = check(checkpoints, kind)
        told = plain(short)
        steps = told.pop("steps")
        keys = {"path" if key == "pattern" else key: text for key, text in told.items()}
        return {
            str(step): {key: text.replace("{step}", str(step)) for key, text in keys.items()}
            for step in steps
        }

    def resources_of(self, usual: Mapping[str, int]) -> dict[str, int | str]:
        """As many GPUs as the weights are spread over, none on a CPU."""
        needs = dict(usual) | {"gpu": written(self.engine.tensor_parallel_size, usual["gpu"])}
        if self.engine.device == "cpu":
            del needs["gpu"]
        return super().resources_of(needs)

    def labels_of(self, checkpoint: str, names: Sequence[str]) -> Labels:
        """`progress`: the step as a share of the last one, where checkpoints are steps."""
        if not all(name.isdecimal() for name in names):
            return {}
        last = max(map(int, names))
        return {"progress": int(checkpoint) / last if last else 0.0}

    def identity(self, name: str, checkpoint: str, domain: Domain, seed: int) -> dict[str, Any]:
        """Source, what of the engine can change an answer, and the files where they are here; of a
        checkpoint that training makes, what it is made from, for its files come and go.
        """
        told = plain(self.engine)
        engine = {key: told[key] for key in _ANSWERS if key in told}
        prompt = prompt_settings.in_rendering(self.prompt)
        return {
            "source": self._source(checkpoint),
            "engine": engine,
            "files": self._files(checkpoint),
            **self._training(checkpoint),
            **({"prompt": prompt} if prompt else {}),
        }

    def _source(self, checkpoint: str) -> str:
        """What a checkpoint's weights and tokenizer are looked for in, where its path has none."""
        begins = self.training is not UNSET and self.checkpoints[checkpoint].step is not UNSET
        return self.training.base_of(self.source) if begins else self.source  # type: ignore[union-attr]

    def _training(self, checkpoint: str) -> dict[str, Any]:
        recipe = self.training_recipe if self.checkpoints[checkpoint].trained else {}
        return {"training": recipe} if recipe else {}

    def _files(self, checkpoint: str) -> dict[str, Any]:
        """Digests of a checkpoint's files, which may be replaced in place."""
        from tactometer.providers.local import checkpoint_files

        own = self.checkpoints[checkpoint]
        folder = Path(written(own.path, "") or self._source(checkpoint))
        adapter = Path(written(own.adapter, ""))
        template = Path(written(self.engine.chat_template, ""))
        found: dict[str, Any] = {
            "folder": checkpoint_files.sketch(folder)
            if folder.is_dir() and not own.trained
            else None,
            "chat_template": file_digest(template) if template.is_file() else None,
        }
        if folder.suffix == ".gguf" and folder.is_file():
            found["folder"] = checkpoint_files.sketch_file(folder)
        if own.adapter is not UNSET and adapter.is_dir():
            found["adapter"] = checkpoint_files.sketch(adapter)
        return found


class VllmModel(EngineModel, tag="vllm", kw_only=True):
    """A model that vLLM loads."""


class TransformersModel(EngineModel, tag="transformers", kw_only=True):
    """A model that transformers loads."""


_TRAINING_NEEDS = {"gpu": 1, "cpus_per_task": 4, "mem_mb": 64_000, "runtime": 1440}
_NEEDS = {"gpu": 1, "cpus_per_task": 4, "mem_mb": 32_000, "runtime": 240}
PROVIDERS = {
    "vllm": Provider("providers.local.vllm", _NEEDS, VllmModel, engine=True),
    "transformers": Provider(
        "providers.local.transformers", _NEEDS, TransformersModel, engine=True
    ),
}
