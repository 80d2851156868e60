"""Planted effects are found, and none where none was planted: benchmarks/findings.py in small."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from seeds import seed

ROOT = Path(__file__).parents[2]
SPEAKER = (
    "{alpha: 3.5, phi: %s, omega: {inf: 0.4, soc: 0.1, pre: 0.5}, labels: {effort: %s}, "
    "goals: {social: {phi: %s, omega: {inf: %s, soc: 0.03, pre: %s}}}}"
)
STUDY = """\
study: small
goals: [default, social]
framings: [third]
sample: {name_pairs: 20, semantics_name_pairs: 8, seed: 1}
fit: {chains: 2, warmup: 500, draws: 500}
models:
  amber:
    provider: simulated
    checkpoints:
"""


@pytest.fixture(scope="module")
def bench() -> Any:
    """The benchmark as a module that a worker of its pool can import."""
    spec = importlib.util.spec_from_file_location("findings", ROOT / "benchmarks" / "findings.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["findings"] = module
    spec.loader.exec_module(module)
    return module


def study(folder: Path, *speakers: str) -> Path:
    path = folder / "study.yaml"
    path.write_text(STUDY + "".join(f"      {name}\n" for name in speakers))
    return path


def test_planted_effects_are_found_with_their_sign_and_size(bench: Any, tmp_path: Path) -> None:
    path = study(
        tmp_path,
        "none: " + SPEAKER % (0.5, "none", 0.2, 0.1, 0.87),
        "high: " + SPEAKER % (0.8, "high", 0.5, 0.1, 0.87),
    )
    shifts = bench.run(path, seed(1), tmp_path, 1)["shifts"]
    # three standard errors and more: six seeds of six had each of them, with its sign
    truths = {("effort", "phi"): 0.3, ("goal", "phi"): -0.3, ("goal", "omega_inf"): -0.3}
    effects = [
        bench.Effect(f"{kind}, {parameter}", truth, r["mean"], r["hdi_low"], r["hdi_high"])
        for (kind, parameter), truth in truths.items()
        for r in shifts.filter(kind=kind, parameter=parameter).to_dicts()
    ]
    assert len(effects) == 6
    assert all(effect.signed for effect in effects), effects
    assert sum(effect.held for effect in effects) >= 5, effects


@pytest.mark.long
def test_nothing_is_found_where_nothing_is(bench: Any, tmp_path: Path) -> None:
    # another sixth decimal, or both would give the same answers
    one = "{alpha: 3.5, phi: %s, omega: {inf: %s, soc: 0.15, pre: %s}, labels: {effort: %s}}"
    each = (("none", 0.5), ("high", 0.500001))
    path = study(tmp_path, *(f"{e}: " + one % (phi, 0.3, 0.55, e) for e, phi in each))
    found = bench.found(bench.run(path, seed(1), tmp_path, 1))
    assert not any(found.values()), found
