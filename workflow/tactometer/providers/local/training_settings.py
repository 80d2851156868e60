"""Training of open weights: the key `training`, and what its checkpoints are known by."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from tactometer.study.fields import UNSET, Maybe, Positive, Settings, Share, about, plain
from tactometer.study.locations import Place
from tactometer.utils.digests import digest
from tactometer.utils.errors import UserError, nearest
from tactometer.utils.paths import ROOT, locate

TRAINER = 1
"""The version of our part of training: of another one, checkpoints are trained anew."""
LIBRARIES = ("trl", "peft", "transformers", "torch")
LOCKS = ("training.lock", "vllm.lock")
OURS = frozenset(
    {"output_dir", "max_steps", "num_train_epochs", "save_steps", "save_strategy", "seed"}
    | {"save_total_limit", "data_seed", "report_to", "logging_strategy", "resume_from_checkpoint"}
)
"""Arguments of TRL that follow from other keys."""


class Lora(Settings, kw_only=True):
    """A LoRA adapter, trained in place of all weights."""

    r: Annotated[int, about("Rank of its matrices.", ge=1)] = 16
    alpha: Maybe[Annotated[Positive, about("Scales its change, over r; 2 r if not given.")]] = UNSET
    dropout: Annotated[Share, about("Share of its inputs that training leaves out.")] = 0
    targets: Maybe[
        Annotated[tuple[str, ...], about("Modules that it changes; all linear ones if not given.")]
    ] = UNSET


class Training(Settings, kw_only=True):
    """How TRL trains a model's checkpoints before they are asked.

    Their steps are those of `checkpoints: {steps: [...]}`: 0 is the model that it starts from.
    """

    method: Annotated[
        Literal["sft", "dpo", "grpo"],
        about(
            "Supervised, by preferences (direct), or by a reward (group-relative); PPO is no "
            "stable part of TRL: train elsewhere, and name the checkpoints by a pattern"
        ),
    ]
    data: Annotated[
        str,
        about(
            "JSON Lines, JSON, CSV or Parquet, or a data set of the hub (ORG/NAME, "
            "ORG/NAME@REVISION), with TRL's columns: messages, prompt and completion, or text "
            "(sft); chosen and rejected (dpo); prompt (grpo)."
        ),
    ]
    base: Maybe[
        Annotated[str, about("Hub id or folder that it starts from; `source` if not given.")]
    ] = UNSET
    adapter: Annotated[
        Literal["full"] | Lora, about("A LoRA adapter that is trained, or all weights (full).")
    ] = "full"
    steps: Annotated[int, about("Optimizer steps of the whole training.", ge=1)]
    save_steps: Annotated[int, about("Steps between two checkpoints.", ge=1)]
    seed: Annotated[int, about("Of the order of the data, and of what is drawn.", ge=0)] = 1
    keep: Annotated[
        Literal["asked", "all"],
        about("Which checkpoints stay on disk: those that the study asks (asked), or all."),
    ] = "asked"
    reward: Maybe[
        Annotated[
            str,
            about(
                "What grpo rewards: a reward model of the hub, or a Python file with a function "
                "reward(prompts, completions, **columns) that gives a number for each."
            ),
        ]
    ] = UNSET
    args: Annotated[
        dict[str, Any],
        about("Other arguments of TRL's SFTConfig, DPOConfig or GRPOConfig, by their names there."),
    ] = {}
    resources: Annotated[
        dict[str, int | str],
        about("Resources of the training job, as Snakemake and its executor name them."),
    ] = {}

    def check(self, steps: Mapping[str, int | None], place: Place) -> None:
        """Raise UserError for what cannot be trained; `steps` are those of the checkpoints."""
        for name, step in steps.items():
            if step is None:
                raise UserError(
                    f"{place('checkpoints', name)}: a model with training has the checkpoints that "
                    "it makes: write checkpoints: {steps: [...]}, or take the key training away."
                )
            if step > self.steps or (step % self.save_steps and step != self.steps):
                raise UserError(
                    f"{place('checkpoints', name)}: step {step} is not saved: training ends with "
                    f"step {self.steps} and saves every {self.save_steps} (training.save_steps)."
                )
        if taken := sorted(OURS & set(self.args)):
            raise UserError(
                f"{place('training', 'args', taken[0])}: follows from other keys of training "
                "(steps, save_steps, seed, keep); leave it out."
            )
        if (self.method == "grpo") != (self.reward is not UNSET):
            told = "says what is good" if self.method == "grpo" else "is for grpo alone"
            raise UserError(f"{place('training')}: the key reward {told}.")
        for key, named in (("data", self.data), ("reward", self.reward)):
            if named is not UNSET and _is_file(named) and not locate(named).is_file():
                raise UserError(f"{place('training', key)}: there is no file {named}.")

    def base_of(self, source: str) -> str:
        """The hub id or folder that it starts from."""
        return source if self.base is UNSET else self.base

    def recipe(self, source: str) -> dict[str, Any]:
        """What the weights of its checkpoints follow from: an identity that needs no look at them.

        How often a checkpoint is saved, and which stay, changes none.
        """
        unmade = ("save_steps", "keep", "resources", "data", "base", "reward")
        told = {key: value for key, value in plain(self).items() if key not in unmade}
        files = {"data": self.data, **({} if self.reward is UNSET else {"reward": self.reward})}
        base = self.base_of(source)
        return {
            **told,
            **{key: _content(named) for key, named in files.items()},
            "base": _folder(base) if Path(base).is_dir() else base,
            "trainer": TRAINER,
            "versions": versions(),
        }

    def told(self, source: str) -> str:
        """How the weights come about, in words for a methods paragraph: no path of a machine."""
        base, data = (named.rstrip("/") for named in (self.base_of(source), self.data))
        base, data = (Path(x).name if locate(x).exists() else x for x in (base, data))
        weights = "all weights" if self.adapter == "full" else f"a LoRA (r {self.adapter.r})"
        reward = "" if self.reward is UNSET else f", rewarded by {Path(self.reward).name}"
        args = "".join(f", {key} {value}" for key, value in sorted(self.args.items()))
        by = f"{self.method.upper()} of {weights} of {base} on {data}{reward}"
        return f"{by}, {self.steps:,} steps, seed {self.seed}{args}"

    def saved(self) -> list[int]:
        """The steps that are saved."""
        return [*range(self.save_steps, self.steps, self.save_steps), self.steps]


def written_out(steps: Sequence[int | str], runs: str) -> dict[str, dict[str, Any]]:
    """Checkpoints by their names, from steps of a training that leaves them in a folder."""
    at = {step: {"path": f"{runs}/checkpoint-{int(step)}"} if int(step) else {} for step in steps}
    return {str(step): {"step": int(step), **at[step]} for step in steps}


@cache
def versions() -> dict[str, str]:
    """The versions of the libraries that train, as the lock files name them."""
    found: dict[str, str] = {}
    for lock in LOCKS:
        lines = (ROOT / "envs" / lock).read_text().splitlines()
        named = dict(line.split("==") for line in lines if "==" in line)
        found |= {name: named[name] for name in LIBRARIES if name in named}
    return found


def argument_fault(unknown: str, known: Sequence[str]) -> str:
    """What to say of an argument that TRL does not have."""
    return f"TRL has no argument {unknown}{nearest(unknown, known)}; correct training.args."


def _is_file(named: str) -> bool:
    """Whether a name is one of a file here, and not of the hub (one slash at most, no ending)."""
    endings = (".jsonl", ".json", ".csv", ".parquet", ".py")
    return named.endswith(endings) or locate(named).is_file()


def _content(named: str) -> str:
    """The digest of a file, or a name of the hub."""
    from tactometer.providers.local.checkpoint_files import remembered_digest

    return remembered_digest(locate(named)) if locate(named).is_file() else named


def _folder(base: str) -> str:
    from tactometer.providers.local import checkpoint_files

    return digest(checkpoint_files.sketch(Path(base)))
