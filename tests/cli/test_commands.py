"""The commands that people type to look at results."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import synthetic
from tactometer import __version__
from tactometer.cli.parser import command_names, main
from tactometer.study.stages import declared
from tactometer.tables import dictionary
from tactometer.tables.compare_studies import compare
from tactometer.utils.paths import WORKFLOW

FIT = {
    "framing": "pooled",
    "fit": "main",
    "speaker": "s2",
    "semantics": "joint",
    "parameter": "phi",
}


def estimates(**means: tuple[float, str]) -> pl.DataFrame:
    rows = [
        {"model": model, "checkpoint": "0", "goal": "social", **FIT, "mean": mean, "sd": 0.03}
        | {"verdict": verdict}
        for model, (mean, verdict) in means.items()
    ]
    return pl.DataFrame(rows)


def test_a_comparison_tells_what_moved_from_what_did_not_and_what_cannot_be_read() -> None:
    a = estimates(up=(0.3, "ok"), still=(0.5, "ok"), bad=(0.2, "suspect"), gone=(0.4, "ok"))
    b = estimates(up=(0.5, "ok"), still=(0.52, "refit"), bad=(0.9, "ok"), new=(0.4, "ok"))
    rows = {row["model"]: row for row in compare(a, b).to_dicts()}
    assert {m: r["what"] for m, r in rows.items()} == {
        **{"up": "moved", "still": "same", "bad": "unread", "gone": "only a", "new": "only b"}
    }
    assert rows["up"]["difference"] == pytest.approx(0.2)
    assert rows["up"]["high"] - rows["up"]["low"] == pytest.approx(2 * 1.96 * 0.0424, rel=1e-3)


def run(*arguments: object) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return ended.value.code


def test_two_commits_of_a_study_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    tables = synthetic.write(Path("results/demo/tables"), analysed=False)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@localhost"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], check=True)
    path = tables / "estimates.parquet"
    mine = (pl.col("model") == "kind-friend") & (pl.col("parameter") == "phi")
    moved = pl.read_parquet(path).with_columns(
        mean=pl.col("mean") + pl.when(mine).then(0.5).otherwise(0)
    )
    moved.write_parquet(path)
    assert run("compare", "HEAD:results/demo", "results/demo", "--json") in (None, 0)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = {(r["model"], r["parameter"]) for r in rows if r["what"] == "moved"}
    assert found == {("kind-friend", "phi")}


def test_a_study_without_tables_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("compare", tmp_path / "a", tmp_path / "b") == 1
    assert "has no tables/estimates.parquet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (pl.DataFrame(), "has no column model"),
        (estimates(m=(0.3, "ok")).drop("verdict"), "has no column verdict"),
        (None, "cannot be read"),
    ],
)
def test_a_table_that_is_none_is_one_sentence(
    broken: pl.DataFrame | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for side, frame in (("a", estimates(m=(0.3, "ok"))), ("b", broken)):
        (tmp_path / side).mkdir()
        path = tmp_path / side / "estimates.parquet"
        path.write_bytes(b"torn") if frame is None else frame.write_parquet(path)
    assert run("compare", tmp_path / "a", tmp_path / "b") == 1
    told = capsys.readouterr().err
    assert says in told and str(tmp_path / "b") in told and told.count("\n") == 1


def test_what_is_compared_says_what_chance_would_move_and_what_stands_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sides = {
        "a": estimates(up=(0.3, "ok"), gone=(0.4, "ok")),
        "b": estimates(up=(0.6, "ok")),
        "c": estimates(other=(0.6, "ok")),
    }
    for side, frame in sides.items():
        (tmp_path / side).mkdir()
        frame.write_parquet(tmp_path / side / "estimates.parquet")
    assert run("compare", tmp_path / "a", tmp_path / "b") in (None, 0)
    told = capsys.readouterr().out
    assert "up 0 social pooled s2 phi: 0.300 -> 0.600, +0.300 [" in told
    assert f"gone 0 social pooled s2: only in {tmp_path / 'a'}" in told
    assert "by chance alone about 0 would seem moved" in told
    assert run("compare", tmp_path / "a", tmp_path / "c") in (None, 0)
    assert "no fit in common that may be read" in capsys.readouterr().out
    assert run("compare", tmp_path / "a", tmp_path / "b", "--framing", "fourth") == 1
    assert "there are pooled, all" in capsys.readouterr().err


def choices(folder: Path) -> None:
    columns = {"prompt_set": "social", "framing": "first", "vignette": "cake", "state": 2}
    rows = [
        columns
        | {"request": f"r{i}", "sample": 0, "utterance": None, "options": ["bad", "good"]}
        | {"messages": [{"role": "user", "content": f"cake {i}?"}], "text": text}
        | {"choice": None, "method": method, "label_mass": None}
        for i, (text, method) in enumerate([("(A)", "letter"), ("so\x1b[2Jso", "invalid")])
    ]
    path = folder / "choices" / "m" / "0" / "social.parquet"
    path.parent.mkdir(parents=True)
    pl.DataFrame(rows, schema_overrides={"utterance": pl.String}).write_parquet(path)


def test_any_answer_can_be_looked_at_and_cannot_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    choices(tmp_path)
    assert run("answers", tmp_path, "--method", "invalid") == 0
    told = capsys.readouterr().out
    assert "cake 1?" in told and "cake 0?" not in told and "1 match" in told
    assert "\x1b" not in told and "so\\x1b[2Jso" in told
    assert run("answers", tmp_path, "--contains", "(A)") == 0
    assert "cake 0?" in capsys.readouterr().out
    assert run("answers", tmp_path, "--model", "nobody") == 1


def test_the_dictionary_says_what_a_column_is_and_a_table_has_its_own_words() -> None:
    frame = dictionary.describe({"estimates": {"mean": pl.Float64, "method": pl.String}})
    assert dict(frame.select("column", "type").iter_rows()) == {
        "mean": "Float64",
        "method": "String",
    }
    assert "label" in frame["meaning"][1]
    unknown = dictionary.describe({"estimates": {"sorcery": pl.Float64}})
    assert unknown["meaning"].to_list() == [dictionary.UNKNOWN], "no error at the end of a run"


@pytest.mark.parametrize("command", [*command_names(), *(s.module for s in declared().values())])
def test_every_command_and_stage_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    usage = " ".join(said.split())
    assert usage.startswith("usage:") and f" {command} " in usage


def test_the_command_alone_shows_the_help_and_its_version(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for arguments, says in (([], "answers"), (["--version"], __version__)):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert end.value.code == 0 and says in capsys.readouterr().out


def test_a_misspelt_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["plann"])
    assert end.value.code == 1 and "perhaps plan was meant" in capsys.readouterr().err


def test_a_misspelt_option_model_or_value_names_the_nearest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    choices(tmp_path / "results/demo")
    for words, status, told in (
        ("answers results/demo --modl m", 2, "--modl is not known here; perhaps --model was"),
        ("plan demo --jsno", 2, "--jsno is not known here; perhaps --json was meant"),
        ("answers demo --model mm", 1, "there is no model 'mm' in results/demo/choices; perhaps m"),
        ("answers demo --model m --prompt-set socail", 1, "no prompt_set 'socail'"),
        ("answers demo --framing frist", 1, "--framing: no answer has 'frist'; perhaps first was"),
        ("answers dmeo", 1, "there are no results of dmeo; perhaps results/demo was meant"),
        ("summary dmeo", 1, "there are no results of dmeo; perhaps results/demo was meant"),
        ("compare results/dmeo results/demo", 1, "estimates.parquet; perhaps results/demo was"),
    ):
        assert run(*words.split()) == status, words
        said = capsys.readouterr().err
        assert told in said and said.count("\n") == 1, said
    assert run("answers", "demo", "--method", "invalid") == 0


def test_one_environment_serves_two_checkouts(tmp_path: Path) -> None:
    """Typed in another checkout, the command is that checkout's, whichever is installed."""
    package = tmp_path / "workflow/tactometer"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("print('the other one')")
    command = [sys.executable, "-c", "from tactometer.__main__ import main; main()", "plan"]
    env = {**os.environ, "PYTHONPATH": str(WORKFLOW)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.stdout == "the other one\n", done.stderr


def test_a_command_line_loads_no_study_before_it_is_asked_to() -> None:
    """Every job of a third of a second pays for what stands at the top of these modules."""
    code = (
        "import sys\nfrom tactometer.cli.parser import make_parser\nmake_parser()\n"
        "late = {'yaml', 'numpy', 'polars', 'tactometer.study.study'}\n"
        "print(sorted(late & set(sys.modules)))"
    )
    env = {**os.environ, "PYTHONPATH": str(WORKFLOW)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_a_command_starts_without_what_the_others_need() -> None:
    """Start-up is felt at every command: nothing but its own module is imported for one."""
    code = (
        "import sys\nfrom tactometer.cli.parser import make_parser\n"
        "make_parser(sys.argv[1] or None)\nprint(*sys.modules)"
    )
    env = {**os.environ, "PYTHONPATH": str(WORKFLOW)}
    for name in ("", "plan", "inference.fit"):
        command = [sys.executable, "-c", code, name]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        loaded = set(done.stdout.split())
        commands = {m for m in loaded if m.startswith("tactometer.cli.commands.")}
        stages = {m for m in loaded if m.endswith(".stages")}
        if name == "inference.fit":
            assert not commands and stages == {
                "tactometer.study.stages",
                "tactometer.inference.stages",
            }
        else:
            assert not stages and not loaded & {
                "json",
                "dataclasses",
                "hashlib",
                "importlib.metadata",
            }
            assert commands == {f"tactometer.cli.commands.{n}" for n in [name] if n} or not name


def test_the_help_imports_little_more_than_a_bare_python() -> None:
    """Counted and not timed: a machine's clock may be too coarse for a tenth of a second."""

    def imported(*words: str) -> int:
        env = {**os.environ, "PYTHONPATH": str(WORKFLOW)}
        command = [sys.executable, "-X", "importtime", *words]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        return done.stderr.count("import time:")

    bare = imported("-c", "pass")  # 78 fewer; json and dataclasses would be 44 more
    assert imported("-m", "tactometer", "--help") < bare + 100
    assert imported("-m", "tactometer", "plan", "--help") < bare + 100


@pytest.mark.parametrize(
    "arguments", [["summary", "results/demo"], ["--help"], ["plan", "--help"], ["design", "--help"]]
)
def test_a_command_whose_reader_has_gone_ends_quietly(tmp_path: Path, arguments: list[str]) -> None:
    synthetic.write(tmp_path / "results/demo/tables", analysed=False)
    env = {**os.environ, "PYTHONPATH": str(WORKFLOW)}
    command = [sys.executable, "-m", "tactometer", *arguments]
    for at_once in ("1", ""):  # every line as it comes, or all at the end
        reader, writer = os.pipe()
        os.close(reader)
        own = {**env, "PYTHONUNBUFFERED": at_once}
        with os.fdopen(writer, "w") as closed:
            done = subprocess.run(
                command, cwd=tmp_path, env=own, stdout=closed, stderr=subprocess.PIPE, text=True
            )
        assert done.stderr == "" and done.returncode in (0, 141)  # argparse swallows it at times
