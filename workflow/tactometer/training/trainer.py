"""One training by TRL, in the engines' environment: gone on with, stopped in order, logged."""

import dataclasses
import importlib.metadata
import importlib.util
import json
import os
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tactometer.providers.local.training_settings import (
    LIBRARIES,
    Lora,
    Training,
    argument_fault,
)
from tactometer.study.fields import UNSET, written
from tactometer.training.train import Run
from tactometer.utils import atomic_files, stopping
from tactometer.utils.errors import UserError
from tactometer.utils.paths import locate

GRACE = 600.0  # seconds for the step that is under way and its checkpoint, when told to stop
COLUMNS = {
    "sft": (("messages",), ("prompt", "completion"), ("text",)),
    "dpo": (("chosen", "rejected"),),
    "grpo": (("prompt",),),
}
"""What data must have, one of these sets of columns, by method."""
READERS = {".jsonl": "json", ".json": "json", ".csv": "csv", ".parquet": "parquet"}


def train(one: Run) -> None:
    """Train to the last step, from the last checkpoint that is there; losses go to a log.

    Raises UserError for arguments and data that TRL cannot take, and `stopping.Stopped` when told
    to stop: what was done by then is saved.
    """
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    warnings.filterwarnings("ignore", "TRL currently supports vLLM")  # it is not used here
    import transformers
    import trl

    transformers.utils.logging.disable_progress_bar()
    kinds = {
        "sft": (trl.SFTConfig, trl.SFTTrainer),
        "dpo": (trl.DPOConfig, trl.DPOTrainer),
        "grpo": (trl.GRPOConfig, trl.GRPOTrainer),
    }
    config_of, trainer_of = kinds[one.training.method]
    found = {name: importlib.metadata.version(name) for name in LIBRARIES}
    atomic_files.write_if_changed(one.folder / "versions.json", json.dumps(found, sort_keys=True))
    config = _config(config_of, one)
    told = _arguments(one.training)
    last = one.goes_on_from()
    log = _Losses(one.losses, last or 0)
    trainer = trainer_of(
        model=one.base,
        args=config,
        train_dataset=_data(one),
        callbacks=[_callback(one, log)],
        **told,
    )
    trainer.remove_callback(transformers.PrinterCallback)  # ours says it in a line
    start = str(one.checkpoint(last)) if last else None
    print(f"training from step {last or 0} to {one.training.steps}", flush=True)
    with stopping.orderly(
        GRACE, "no further step is begun; the one under way, and its checkpoint,"
    ):
        trainer.train(resume_from_checkpoint=start)
        if stopping.asked() and trainer.state.global_step < one.training.steps:
            raise stopping.stopped(
                f"{one.place}: stopped by {stopping.name()} after step {trainer.state.global_step} "
                f"of {one.training.steps}, which is saved; run again to go on."
            )


def _config(kind: Any, one: Run) -> Any:
    """TRL's arguments: the study's, and those that its other keys say."""
    import torch

    training = one.training
    known = [field.name for field in dataclasses.fields(kind)]
    for name in training.args:
        if name not in known:
            raise UserError(f"{one.place}.args: {argument_fault(name, known)}")
    ours = {
        "output_dir": str(one.folder),
        "max_steps": training.steps,
        "save_strategy": "steps",
        "save_steps": training.save_steps,
        "seed": training.seed,
        "data_seed": training.seed,
        "report_to": "none",
        "logging_strategy": "steps",
    }
    usual: dict[str, Any] = {"logging_steps": 1, "disable_tqdm": True}
    if not torch.cuda.is_available():
        usual |= {"use_cpu": True, "bf16": False}
    try:
        return kind(**{**usual, **training.args, **ours})
    except (TypeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{one.place}.args: {kind.__name__} refuses them: {reason}") from None


def _arguments(training: Training) -> dict[str, Any]:
    """What a trainer takes beside model, data and arguments."""
    told: dict[str, Any] = {}
    if isinstance(training.adapter, Lora):
        import peft

        own = training.adapter
        told["peft_config"] = peft.LoraConfig(
            r=own.r,
            lora_alpha=written(own.alpha, 2 * own.r),
            lora_dropout=own.dropout,
            target_modules=list(written(own.targets, ())) or "all-linear",
            task_type="CAUSAL_LM",
        )
    if training.reward is not UNSET:
        told["reward_funcs"] = _reward(training.reward)
    return told


def _reward(named: str) -> str | Callable[..., Any]:
    """A reward model of the hub, or the function `reward` of a Python file."""
    path = locate(named)
    if not path.is_file():
        return named
    spec = importlib.util.spec_from_file_location("reward", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    try:
        return module.reward  # type: ignore[no-any-return]
    except AttributeError:
        raise UserError(
            f"{path} has no function reward(prompts, completions, **columns)."
        ) from None


def _data(one: Run) -> Any:
    """The rows that it learns from."""
    import datasets

    named = one.training.data
    path = locate(named)
    try:
        if path.is_file():
            files = str(path)
            found = datasets.load_dataset(
                READERS.get(path.suffix, "json"), data_files=files, split="train"
            )
        else:
            source, _, revision = named.partition("@")
            found = datasets.load_dataset(source, revision=revision or None, split="train")
    except Exception as error:  # its errors have no common class
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise UserError(f"{one.place}.data: {named} cannot be read: {reason[:200]}") from None
    wanted = COLUMNS[one.training.method]
    if not any(set(names) <= set(found.column_names) for names in wanted):
        raise UserError(
            f"{one.place}.data: {named} has the columns {', '.join(found.column_names)}, and "
            f"{one.training.method} needs {', or '.join(' and '.join(names) for names in wanted)}."
        )
    return found


class _Losses:
    """The log of a training: a JSON line for each logged step, each step once."""

    def __init__(self, path: Path, from_step: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text().splitlines() if path.exists() else []
        kept = [line for line in lines if json.loads(line).get("step", 0) <= from_step]
        atomic_files.write_if_changed(path, "".join(f"{line}\n" for line in kept))
        self._path = path

    def add(self, step: int, logs: Mapping[str, Any]) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps({"step": step, **logs}, sort_keys=True) + "\n")


def _callback(one: Run, log: _Losses) -> Any:
    """What is done between steps: stop when told to, keep what stays, log."""
    from transformers import TrainerCallback

    class Between(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:
            if stopping.asked():
                control.should_save = control.should_training_stop = True
            return control

        def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            one.prune(last=state.global_step)

        def on_log(
            self, args: Any, state: Any, control: Any, logs: dict[str, Any], **_: Any
        ) -> None:
            log.add(state.global_step, logs)
            loss = f", loss {float(logs['loss']):.4g}" if "loss" in logs else ""
            print(f"step {state.global_step} of {one.training.steps}{loss}", flush=True)

    return Between()
