"""One model of a study, asked by the real command line, for tests of providers."""

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl
import yaml

import forks
from forks import Fork
from tactometer.cli import parser
from tactometer.elicitation import requests
from tactometer.elicitation.ask import wanted
from tactometer.elicitation.identity import identity
from tactometer.reading.choices import of_journal, parse
from tactometer.study import study

ROOT = Path(__file__).parents[2]
KEY = "sk-planted-4f1d9c7e2b"  # no real key: it must turn up nowhere
TRANSPORTS = ["openai", "together_ai"]  # a plain POST, and LiteLLM
STUDY: dict[str, Any] = {
    "study": "asked",
    "domain": str(ROOT / "resources/polite_speech"),
    "goals": ["default", "social"],
    "framings": ["third"],
    "sample": {"name_pairs": 1, "semantics_name_pairs": 1, "seed": 1},
}


@dataclass(frozen=True)
class Job:
    """The ask job of one checkpoint, in a folder of its own."""

    folder: Path
    sweep: study.Study
    checkpoint: str
    together: tuple[str, ...] = ()  # the other checkpoints that the same job asks

    @property
    def answers(self) -> Path:
        return self.folder / "results/asked/answers"

    @property
    def journal(self) -> Path:
        return self.answers / "m" / f"{self.checkpoint}.jsonl"

    @property
    def done(self) -> Path:
        return self.journal.with_suffix(".done")

    @property
    def who(self) -> Path:
        return self.folder / f"{self.checkpoint}.json"

    @property
    def requests(self) -> list[Path]:
        return sorted((self.folder / "requests").glob("*.parquet"))

    def lines(self) -> list[dict[str, Any]]:
        """The whole lines of the journal."""
        if not self.journal.exists():
            return []
        *whole, _ = self.journal.read_bytes().split(b"\n")  # what is torn is none
        return [json.loads(line) for line in whole]

    def arguments(self) -> list[str]:
        """What comes behind `tactometer`, in its folder."""
        every = (self, *(Job(self.folder, self.sweep, name) for name in self.together))
        command = ["elicitation.ask", "--study", "study.json", "--model", "m"]
        for option in ("who", "journal", "done"):
            command += [f"--{option}", *(str(getattr(each, option)) for each in every)]
        return [*command, "--requests", *map(str, self.requests)]

    def start(self, **environment: str) -> subprocess.Popen[str]:
        """Start `tactometer elicitation.ask`."""
        path = str(ROOT / "workflow")
        env = {**os.environ, "PYTHONPATH": path, "TEST_API_KEY": KEY, **environment}
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "tactometer", *self.arguments()]
        return subprocess.Popen(
            command, cwd=self.folder, env=env, stdout=pipe, stderr=pipe, text=True
        )

    def fork(self) -> Fork:
        """Start the same command in a fork of a process that has LiteLLM imported already."""
        environment = {**os.environ, "TEST_API_KEY": KEY}
        return forks.asking().start(self.arguments(), self.folder, environment=environment)

    def run(self, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `tactometer elicitation.ask` to its end."""
        process = self.start(**environment)
        out, err = process.communicate(timeout=600)
        if check and process.returncode:
            raise AssertionError(f"{out}\n{err}")
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def inside(asked: Job) -> subprocess.CompletedProcess[str]:
    """Run the same command in this process, which has LiteLLM imported already from then on."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        contextlib.chdir(asked.folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.dict(os.environ, {"TEST_API_KEY": KEY}),
    ):
        try:
            parser.main(asked.arguments())
        except SystemExit as ended:
            code = int(ended.code or 0)
    return subprocess.CompletedProcess(asked.arguments(), code, out.getvalue(), err.getvalue())


def job(
    folder: Path, model: dict[str, Any], checkpoint: str = "0", rows: int = 520, **changes: Any
) -> Job:
    """Lay out the job of one checkpoint of the model `m` with everything that it reads.

    A goal has 65 requests; of the 520 yes/no requests, `rows` are asked.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model = {"checkpoints": {checkpoint: {}}, **model}
    (folder / "study.yaml").write_text(yaml.safe_dump({**STUDY, **changes, "models": {"m": model}}))
    sweep = study.load([folder / "study.yaml"])
    (folder / "study.json").write_text(json.dumps(sweep.content()))
    found = sweep.models["m"]
    (folder / "requests").mkdir(exist_ok=True)
    for prompt_set in found.prompt_sets:
        frame = requests.of(sweep, found, prompt_set)
        frame.head(rows).write_parquet(folder / "requests" / f"{prompt_set}.parquet")
    for name in found.checkpoints:
        who = identity(sweep, found, name)
        (folder / f"{name}.json").write_text(json.dumps(who))
    return Job(folder, sweep, checkpoint)


def texts(folder: Path) -> str:
    """Everything that stands in any file below a folder."""
    return "\n".join(p.read_text(errors="replace") for p in folder.rglob("*") if p.is_file())


def model(base: str, source: str = "openai/m", **changes: Any) -> dict[str, Any]:
    return {
        "provider": "api",
        "source": source,
        "api_base": base,
        "api_key_env": "TEST_API_KEY",
        "estimator": {"kind": "samples", "k": 1, "max_tokens": 16},
        # A minute: a slow machine is no slow server.
        "limits": {"concurrency": 32, "timeout": 60, "attempts": 8},
        **changes,
    }


def tables(asked: Job) -> Any:
    """The choices of every prompt set."""
    return pl.concat(by_prompt_set(asked))


def by_prompt_set(asked: Job) -> list[pl.DataFrame]:
    """The choices of each prompt set, in the order of `requests`."""
    done = json.loads(asked.done.read_text())
    who = done["digest"]
    frames = []
    for path in asked.requests:
        keys = [ask.key for ask in wanted([path], who, 1)]
        answers = of_journal(asked.journal, keys)
        stopped = path.stem in done.get("stopped", {})
        utterances = asked.sweep.domain.utterances
        frames.append(parse(pl.read_parquet(path), answers, who, 1, utterances, stopped))
    return frames
