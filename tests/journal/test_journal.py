"""Promise 1: nothing paid for is lost, nothing is asked twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tactometer.journal import journal
from tactometer.journal.journal import Line
from tactometer.utils.errors import UserError


def line(key: str, text: str = "C") -> Line:
    return Line(key=key, request=f"r-{key}", sample=0, text=text)


def test_answers_come_back_verbatim(tmp_path: Path) -> None:
    path = tmp_path / "a" / "0.jsonl"
    texts = ["C", "", "naïve\n“quotes”\u2028 and \\ back", "\ud83d", "x" * 100_000]
    with journal.write(path) as writer:
        assert writer.append([line(str(i), t) for i, t in enumerate(texts)]) == len(texts)
    assert [found["text"] for found in journal.read(path)][:3] == texts[:3]
    assert [found["key"] for found in journal.read(path)] == [str(i) for i in range(len(texts))]


def test_a_torn_last_line_is_set_aside_and_the_rest_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "0.jsonl"
    with journal.write(path) as writer:
        writer.append([line("one"), line("two")])
    whole = path.read_bytes()
    for cut in (1, 20, len(whole) // 2 - 3):
        path.write_bytes(whole[:-cut])
        kept = {found["key"] for found in journal.read(path)}
        assert kept < {"one", "two"}
        with journal.write(path) as writer:
            assert journal.keys(path) == kept
            writer.append([line("three")])
        assert journal.keys(path) == kept | {"three"}
        assert "torn" in capsys.readouterr().out
    assert (tmp_path / "0.jsonl.torn").read_bytes().count(b"\n") == 3


def test_a_journal_of_one_torn_line_is_healed(tmp_path: Path) -> None:
    path = tmp_path / "0.jsonl"
    path.write_bytes(b'{"key": "on' + b"x" * 70_000)
    with journal.write(path):
        assert path.read_bytes() == b""


def test_a_broken_line_in_the_middle_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "0.jsonl"
    path.write_text('{"key": "a"}\nnot json\n{"key": "b"}\n')
    with pytest.raises(UserError, match=r"0\.jsonl, line 2"):
        journal.keys(path)
    assert path.read_text().count("\n") == 3


def test_only_one_process_writes_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "0.jsonl"
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom tactometer.journal import journal\n"
        "with journal.write(Path(sys.argv[1])):\n    print('open', flush=True)\n"
        "    time.sleep(60)\n"
    )
    other = subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        monkeypatch.setattr(journal, "PATIENCE", 0.2)
        with pytest.raises(UserError, match="another run"), journal.write(path):
            pass
    finally:
        other.kill()
        other.wait()
    with journal.write(path) as writer:  # a killed writer leaves no lock behind
        writer.append([line("mine")])
    assert journal.keys(path) == {"mine"}


def test_what_was_journaled_survives_sigkill(tmp_path: Path) -> None:
    path = tmp_path / "0.jsonl"
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom tactometer.journal import journal\n"
        "with journal.write(Path(sys.argv[1])) as writer:\n"
        "    for i in range(100):\n"
        "        writer.append([journal.Line(key=str(i), request='r', sample=0, text='A')])\n"
        "        print(i, flush=True)\n"
        "        if i == 41: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert done.returncode == -9
    told = done.stdout.split()
    assert journal.keys(path) == set(told)
    assert len(told) == 42


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_loses_nothing_and_says_what_to_do(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=True)
    try:
        path = disk / "0.jsonl"
        kept = 0
        with pytest.raises(UserError, match="free the disk"), journal.write(path) as writer:
            for i in range(100):
                writer.append([line(str(i), "x" * 4000)])
                kept += 1
        assert 0 < kept < 100
        assert {str(i) for i in range(kept)} <= journal.keys(path)
    finally:
        subprocess.run(["umount", disk], check=True)


def test_lines_hold_what_the_contract_names(tmp_path: Path) -> None:
    path = tmp_path / "0.jsonl"
    with journal.write(path) as writer:
        writer.append([line("one")])
    named = (
        "key request sample text thinking logprobs usage cost_usd finish_reason model seconds at"
    )
    assert set(json.loads(path.read_text())) == set(named.split())
