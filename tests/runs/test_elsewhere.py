"""Results elsewhere than the checkout, and commands given there."""

import os
import subprocess
import sys
from pathlib import Path

import graph

STUDY = """\
study: small
goals: [social]
framings: [third]
sample: {name_pairs: 1, semantics_name_pairs: 1}
yardstick: {model: people, goal: social}
models:
  blunt:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.8, omega: {inf: 0.8, soc: 0.1, pre: 0.1}}
  people:
    provider: recorded
    production: resources/human/yoon2020_production.csv
    semantics: resources/human/yoon2020_semantics.csv
    domain: resources/human/hearts.yaml
"""


def test_results_stand_elsewhere_and_nothing_is_written_into_the_checkout(tmp_path: Path) -> None:
    """As for a checkout that cannot be written; spaces and accents in both paths."""
    checkout = graph.lay_out(tmp_path / "a checkout, é", STUDY)
    there, wrong = tmp_path / "Résultats d'ici", tmp_path / "wrong"
    wrong.mkdir()
    before = graph.contents(checkout)

    def tactometer(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
        own = {"PYTHONPATH": str(checkout / "workflow"), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "tactometer", *words]
        return subprocess.run(
            command, cwd=folder, env={**os.environ, **own}, capture_output=True, text=True
        )

    counted = "results/small/counts/people/recorded/social.parquet"
    graph.snakemake(checkout, "ask", counted, "--directory", str(there))
    assert (there / "results/small/answers/blunt/0.jsonl").is_file() and (there / counted).is_file()
    after = {p: v for p, v in graph.contents(checkout).items() if "__pycache__" not in p.parts}
    assert after == {p: v for p, v in before.items() if "__pycache__" not in p.parts}
    assert "; 0 of 585 requests to ask" in tactometer(there, "plan", "small").stdout
    again = tactometer(there, "run", "small", "ask", "-n")
    assert "Nothing to be done" in again.stdout, again.stderr
    for words in (("plan", "small"), ("run", "small")):
        refused = tactometer(wrong, *words)
        assert refused.returncode == 1 and refused.stderr.count("\n") == 1
        assert f"change to {checkout}" in refused.stderr and "--directory ." in refused.stderr
    assert not any(wrong.iterdir())
