"""Commands as a newcomer types them: run, init, open, several study files, misspelt words."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import graph
from tactometer.cli.commands import run as run_command
from tactometer.cli.parser import main
from tactometer.study import study, study_files
from tactometer.utils.errors import UserError
from tactometer.utils.paths import PACKAGE

ROOT = graph.ROOT
DEMO = "config/config.yaml"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the ready studies, where more can be written."""
    for part in ("resources", "Snakefile", "workflow"):
        (tmp_path / part).symlink_to(ROOT / part)
    (tmp_path / "config/studies").mkdir(parents=True)
    (tmp_path / DEMO).symlink_to(ROOT / DEMO)
    (tmp_path / "config/studies/human.yaml").symlink_to(ROOT / "config/studies/human.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (DEMO, f"--configfile {DEMO}"),
        ("demo", f"--configfile {DEMO}"),
        ("demo ask", f"ask --configfile {DEMO}"),
        ("human fits -n", "fits -n --configfile config/studies/human.yaml"),
        ("demo ask model_sycophant -c 2 -p", f"ask model_sycophant -c 2 -p --configfile {DEMO}"),
        ("--cores 2 demo ask", f"ask --cores 2 --configfile {DEMO}"),
        ("-n demo", f"-n --configfile {DEMO}"),
        (f"{DEMO} more.yaml tables", f"tables --configfile {DEMO} more.yaml"),
        ("demo results/demo/report.html --profile slurm",
         f"results/demo/report.html --profile slurm --configfile {DEMO}"),
    ],
)  # fmt: skip
def test_run_becomes_the_snakemake_command_that_cannot_swallow_a_target(
    empty: Path, words: str, command: str
) -> None:
    (empty / "more.yaml").write_text("framings: [first]\n")
    assert run_command.command(shlex.split(words)) == shlex.split(command)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("demmo", "there is no study 'demmo'; perhaps demo was meant"),
        ("config/confg.yaml", "perhaps config/config.yaml was meant"),
        ("config/studies", "config/studies is a folder: name a study file"),
        ("demo asq", "no target 'asq'; perhaps ask was meant"),
        ("demo sycophant", "the target of the model sycophant is model_sycophant"),
        ("demo model_sycofant", "perhaps model_sycophant was meant"),
        ("-n", "there is no study"),
    ],
)
def test_what_run_does_not_know_offers_the_nearest(empty: Path, words: str, told: str) -> None:
    with pytest.raises(UserError, match=re.escape(told)):
        run_command.command(shlex.split(words))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("plan", "tactometer: plan needs study (a study, by file or name"),
        ("run", "tactometer: run needs STUDY"),
        ("init", "tactometer: init needs name (its name"),
        ("read replies.csv", "tactometer: read needs --out"),
        ("design --answers many", "argument --answers: invalid int value: 'many'"),
        ("summary human", "there are no results of human yet: `tactometer run human` makes them"),
        ("summary humann", "`tactometer run STUDY` makes them"),
        ("compare human demo", "there are no results of human yet: `tactometer run human` makes"),
        ("compare here there", "here has no tables/estimates.parquet"),
    ],
)
def test_what_is_missing_is_told_in_one_sentence_with_where_to_look(
    empty: Path, capsys: pytest.CaptureFixture[str], words: str, told: str
) -> None:
    status, _, err = said(capsys, *words.split())
    assert status in (1, 2) and told in err and err.count("\n") == 1
    assert status == 1 or f"`tactometer {words.split()[0]} --help` has all" in err


def test_a_run_and_a_plan_lay_several_files_over_one_another(tmp_path: Path) -> None:
    """As `snakemake --configfile a b` does; the command is printed, and its status kept."""
    folder = graph.lay_out(tmp_path / "a path with spaces, é")
    (folder / "more.yaml").write_text("study: both\nframings: [first, third]\n")
    twice = 2 * (13 * 2 * 5 * 3) + 3 * 13 * 40  # two framings of production, yes/no prompts once
    plan = graph.tactometer(folder, "plan", "config/config.yaml", "more.yaml").stdout
    assert "Plan of both (more.yaml)" in plan and f"{twice:,} requests to ask" in plan
    done = graph.tactometer(folder, "run", "small", "more.yaml", "ask", "-n")
    command = "tactometer: snakemake ask -n --configfile config/config.yaml more.yaml"
    assert command in done.stderr.splitlines()
    assert "Dry run of both (more.yaml)" in done.stdout
    assert f"{twice:,} requests to ask" in done.stdout
    refused = graph.tactometer(folder, "run", "small", "-n", "requests", status=1)
    assert "has no target 'requests'" in refused.stderr


def test_init_writes_a_study_that_runs_as_it_is_and_never_over_another(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = said(capsys, "init", "mine")
    assert status == 0 and "config/studies/mine.yaml is written" in out
    made = study.load([Path("config/studies/mine.yaml")])
    assert made.name == "mine" and made.yardstick is not None
    assert study_files.find("mine") == Path("config/studies/mine.yaml")
    held = Path("config/studies/mine.yaml").read_text()
    for name, told in (
        ("mine", "has the study mine already"),
        ("demo", "config/config.yaml has the study demo already"),
        ("my study", "is no name of a study"),
    ):
        status, _, err = said(capsys, "init", name)
        assert status == 1 and told in err and err.count("\n") == 1
    assert Path("config/studies/mine.yaml").read_text() == held


def test_every_commented_part_of_a_new_study_holds_when_its_signs_are_taken_away(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "init", "mine")
    path = Path("config/studies/mine.yaml")
    text = path.read_text()
    whole = re.sub(r"^#(?=  [\w-]|    |budget)", "", text, flags=re.MULTILINE)
    whole = re.sub(r"^ +export .*\n", "", whole, flags=re.MULTILINE)
    assert whole.count("\n  ") > text.count("\n  ") + 15
    Path("data").mkdir()
    for name in ("production", "semantics"):
        source = ROOT / f"resources/human/yoon2020_{name}.csv"
        Path(f"data/{name}.csv").write_text(source.read_text())
    # the counts are people's, of hearts: the study's own domain has stars
    whole = whole.replace(
        "    semantics: data/semantics.csv",
        "    domain: resources/human/hearts.yaml\n    semantics: data/semantics.csv",
    )
    path.write_text(whole)
    models = study.load([path]).models
    assert {"human", "friend", "gpt-4o-mini", "qwen-dpo", "my-participants"} == set(models)


def test_open_says_where_the_page_is_or_how_to_make_it(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = said(capsys, "open", "demo")
    assert status == 1 and "tactometer run config/config.yaml" in err
    page = Path("results/demo/report.html")
    page.parent.mkdir(parents=True)
    page.write_text("<html>")
    for named in ("demo", DEMO, "results/demo"):
        assert said(capsys, "open", named, "--print") == (0, f"{page}\n", "")
    status, _, err = said(capsys, "open", "demoo")
    assert status == 1 and "perhaps results/demo was meant" in err


def test_open_shows_the_page_in_the_browser_that_there_is(empty: Path) -> None:
    page = Path("results/demo/report.html")
    page.parent.mkdir(parents=True)
    page.write_text("<html>")
    browser = empty / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {shlex.quote(str(empty / "shown"))}\n')
    browser.chmod(0o755)
    command = [sys.executable, "-m", "tactometer", "open", "demo"]
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PACKAGE.parent), "BROWSER": f"{browser} %s"}
    subprocess.run(command, env=env, check=True, capture_output=True)
    assert (empty / "shown").read_text().strip() == page.resolve().as_uri()
