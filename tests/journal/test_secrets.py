"""Promise 4: keys and passwords appear nowhere, whatever they look like."""

import contextlib
import io
from pathlib import Path

import pytest
import yaml

import stub
from asking import STUDY, inside, job, model, texts
from tactometer.cli import parser
from tactometer.journal.redaction import MARK, Redactor, secrets


@pytest.mark.parametrize("ending", ["\n", " ", "\r\n"])
def test_a_space_or_a_line_break_at_the_end_of_a_key_is_no_part_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setenv("COPIED_KEY", f"planted-0815-key{ending}")
    for kind in ("openai", "together_ai"):
        folder, log = tmp_path / kind, tmp_path / f"{kind}.log"
        with stub.running(log) as base:
            who = model(base, f"{kind}/always-echo", api_key_env="COPIED_KEY")
            who["limits"] = {"attempts": 1}
            done = inside(job(folder, who, rows=3))
        assert "trouble echo: api key [redacted] said" in done.stderr, done.stderr
        assert "planted-0815" not in texts(folder) + done.stdout + done.stderr


def test_a_key_with_a_line_break_within_is_told_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPIED_KEY", "planted-one\nplanted-two")
    with stub.running(tmp_path / "log") as base:
        done = inside(job(tmp_path / "run", model(base, api_key_env="COPIED_KEY"), rows=3))
    assert "COPIED_KEY holds has a space, a line break" in done.stderr
    assert "planted" not in done.stderr + done.stdout and not stub.calls(tmp_path / "log")


@pytest.mark.parametrize("key", ["a", "cake", "k3y"])
def test_a_short_key_is_taken_out_and_no_word_of_an_answer(key: str) -> None:
    redact = Redactor(secrets(["MINE"], {"MINE": key}))
    assert redact(f"Incorrect API key provided: {key}.") == (
        f"Incorrect API key provided: {MARK}." if len(key) >= 4 else
        f"Incorrect API key provided: {key}."
    )  # fmt: skip
    assert redact(f"authorization: Bearer {key}") == f"authorization: Bearer {MARK}"
    assert redact(f"api_key={key}&x=1") == f"api_key={MARK}&x=1"
    said = "That was a good cake, and a key to a k3y."
    assert redact.known(said) == said


@pytest.mark.parametrize(
    "typed",
    [
        "sk-proj-abcdef0123456789abcdef",
        "9f86d081884c7d659a2feaa0c55ad015",
        "AIzaSyD4abcdefghijklmnopqrstuv12345",
        "f86d081884c7d659a2feaa0c55ad0151",
    ],
)
@pytest.mark.parametrize("command", ["plan", "doctor"])
def test_a_key_in_place_of_its_variables_name_and_a_password_are_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    address = "http://me:hunter2secret@127.0.0.1:9/v1"
    for changes, word in (({"api_key_env": typed}, typed), ({}, "hunter2secret")):
        who = {**model("http://127.0.0.1:9/v1" if changes else address), **changes}
        who["checkpoints"] = {"0": {}}
        Path("s.yaml").write_text(yaml.safe_dump({**STUDY, "models": {"m": who}}))
        out = io.StringIO()
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
            pytest.raises(SystemExit),
        ):
            parser.main([command, "s.yaml"])
        said = out.getvalue()
        assert word not in said and "models.m" in said, said
        Path("s.yaml").unlink()
        assert word not in texts(tmp_path)


@pytest.mark.parametrize("kind", ["openai", "together_ai"])
def test_a_proxy_with_a_password_is_used_and_never_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    log = tmp_path / "log"
    with stub.running(log) as base:  # a server of its own speaks as the proxy here
        address = base.removeprefix("http://").removesuffix("/v1")
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, f"http://me:hunter2secret@{address}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        asked = job(tmp_path / "run", model("http://behind.invalid/v1", f"{kind}/m"), rows=3)
        done = inside(asked)
    assert done.returncode == 0, done.stderr
    assert len(stub.calls(log)) == len(asked.lines()) == 9
    assert "hunter2secret" not in texts(asked.folder) + done.stdout + done.stderr
