"""What README and docs show can be typed, and the documents make a site whose links hold."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tactometer.cli import parser

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("**/*.md"))]
SHOWN = re.compile(r"^ {4}(?:\$ )?(?P<line>(?:tactometer|make) .*)$", re.MULTILINE)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def shown(command: str) -> list[tuple[str, str]]:
    """Page and line of each indented command, without its comment and what is piped on."""
    return [
        (str(page.relative_to(ROOT)), re.split(r"\s+#|\s[|>]\s", found["line"])[0].strip())
        for page in PAGES
        for found in SHOWN.finditer(page.read_text())
        if found["line"].startswith(command)
    ]


@pytest.mark.parametrize(("page", "line"), shown("tactometer"))
def test_a_command_that_is_shown_has_these_options(page: str, line: str) -> None:
    words = shlex.split(line)[1:]
    given, unknown = parser.make_parser(words[0]).parse_known_args(words)
    if words[0] == "run":  # what it does not know is Snakemake's
        unknown = [word for word in unknown if word not in ("-n", "--profile", "slurm")]
    assert given.run is not None and not unknown, (page, line)


def test_what_make_is_told_to_do_is_there() -> None:
    for page, line in shown("make"):
        goals = [word for word in line.split()[1:] if "=" not in word]
        assert set(goals) <= TARGETS, (page, line)
    assert len(shown("make")) > 5 and len(shown("tactometer")) > 20


def test_the_documents_make_a_site_without_a_warning(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    index = (tmp_path / "index.html").read_text()
    assert "models/" in index and (tmp_path / "statistics/index.html").is_file()
