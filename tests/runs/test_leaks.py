"""Keys, passwords of proxies, users, hosts, folders of a machine: in nothing that a run leaves."""

import getpass
import os
import re
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import graph
import stub

pytestmark = pytest.mark.xdist_group("leaks")  # what they look at is made once

KEY, OTHER = "sk-planted-4f1d9c7e2b", "planted+header/value=0815"
PASSWORD = "hunter2secret"
STUDY = """\
study: small
goals: [default]
framings: [third]
sample: {{name_pairs: 1, semantics_name_pairs: 1}}
fit: {{chains: 2, warmup: 150, draws: 150}}
budget_usd: 50
prices:
  echo: {{input: 1, output: 1}}
  refused: {{input: 1, output: 1}}
  failing: {{input: 1, output: 1}}
models:
  echo:
    provider: api
    source: openai/m
    api_base: {base}
    api_key_env: PLANTED_KEY
    extra_headers: {{X-Other: OTHER_VALUE}}
    estimator: {{kind: samples, k: 1, max_tokens: 16}}
    limits: {{attempts: 20}}
    checkpoints: {{"0": {{}}}}
{more}"""
LOST = """\
  {name}:
    provider: api
    source: {source}
    api_base: {base}
    api_key_env: PLANTED_KEY
    estimator: {{kind: samples, k: 1, max_tokens: 16}}
    limits: {{attempts: 1}}
    checkpoints: {{"0": {{}}}}
"""


def everything(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file of a folder by its name, those within archives too, and every name itself."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = str(path.relative_to(folder))
        yield name, name
        yield name, path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for part in archive.namelist():
                    yield f"{name}/{part}", archive.read(part).decode("utf-8", "replace")


def holding(folder: Path, words: list[str]) -> list[tuple[str, str]]:
    """Which files of a folder hold which of these words."""
    return [(name, word) for name, text in everything(folder) for word in words if word in text]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A study behind a proxy with a password, whose server repeats keys in answers and errors; and
    what was on the screen.
    """
    folder = tmp_path_factory.mktemp("planted")
    says, log = f"({{label}}). By the way, {KEY} {OTHER}", folder.parent / "calls.log"
    troubles = ["--trouble", ".05", "--kinds", "echo,429,drop"]
    with stub.running(log, "--mumbles", says, *troubles) as proxy:
        way = proxy.removesuffix("/v1").replace("://", f"://me:{PASSWORD}@")
        base = "http://behind.invalid/v1"
        lost = [("refused", "openai/always-401"), ("failing", "together_ai/always-echo")]
        more = "".join(LOST.format(name=n, source=s, base=base) for n, s in lost)
        run = folder / "run"
        graph.lay_out(run, STUDY.format(base=base, more=more))
        env = {k: v for k, v in os.environ.items() if k.lower() != "no_proxy"}
        env |= {"http_proxy": way, "HTTP_PROXY": way, "PLANTED_KEY": KEY, "OTHER_VALUE": OTHER}
        env.pop("PYTHONPATH", None)
        said = ""
        snakemake = [sys.executable, "-m", "snakemake"]
        done = subprocess.run([*snakemake, "ask"], cwd=run, env=env, capture_output=True, text=True)
        said += done.stdout + done.stderr
        assert done.returncode != 0, "two models are not to be had"
        study = STUDY.format(base=base, more="")
        (run / "config/config.yaml").write_text(study)
        for arguments in ([], ["--report", "results/small/report.zip"]):
            done = subprocess.run(
                [*snakemake, *arguments], cwd=run, env=env, capture_output=True, text=True
            )
            said += done.stdout + done.stderr
            assert done.returncode == 0, said
        for words in (
            ["plan", "config/config.yaml", "--json"],
            ["doctor", "config/config.yaml"],
            ["why", "config/config.yaml"],
            ["answers", "results/small", "--export-for-coding", "5", "--out", "coding.csv"],
        ):
            done = subprocess.run(
                [sys.executable, "-m", "tactometer", *words],
                cwd=run,
                env=env | {"PYTHONPATH": "workflow"},
                capture_output=True,
                text=True,
            )
            said += done.stdout + done.stderr
        yield run, said


def test_no_key_and_no_password_stands_in_anything_that_a_run_leaves(
    planted: tuple[Path, str],
) -> None:
    run, said = planted
    assert "[redacted]" in (run / "results/small/answers/echo/0.jsonl").read_text()
    words = [KEY, OTHER, PASSWORD, KEY.removeprefix("sk-"), "hunter2", "planted%2Bheader"]
    assert holding(run, words) == []
    assert holding(run / "logs", ["[redacted]"]), "no error told of a key"
    assert [word for word in words if word in said] == []


def test_reports_and_archives_name_no_user_no_host_and_no_folder_of_a_machine(
    planted: tuple[Path, str],
) -> None:
    run, _ = planted
    results = run / "results/small"
    found = [results / "report.html", results / "report.zip", *results.glob("tables/*.csv")]
    words = {str(run), str(Path.home()), sys.prefix, str(graph.ROOT)}
    words |= {f"/home/{getpass.getuser()}"}
    if len(socket.gethostname()) > 4:
        words.add(socket.gethostname())
    if len(getpass.getuser()) > 4:  # "root" is a word
        words.add(getpass.getuser())
    told = [
        (name, word, text[max(0, text.index(word) - 60) : text.index(word) + 60])
        for name, text in everything(results)
        if any(name.startswith(p.name) or p.name in name for p in found)
        for word in words
        if word in text
    ]
    assert told == []
    assert not re.search(r'"/(?:root|home|tmp|work)/', (results / "report.html").read_text())
