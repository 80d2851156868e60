"""NumPyro beside the workflow: its NUTS on the same sets, in an environment of its own."""

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tactometer.inference.behaviour import Behaviour
from tactometer.inference.settings import SamplingSettings

HERE = Path(__file__).resolve().parent
AT_LEAST = 10  # times NumPyro's ESS a second, by the program in pure Stan


def numpyro(
    python: Path, sets: list[Behaviour], settings: SamplingSettings
) -> tuple[list[tuple[float, dict[str, Any]]], float]:
    """Processor seconds and draws of each set by NumPyro; and the seconds of its compilation."""
    with tempfile.TemporaryDirectory() as folder:
        given, drawn = Path(folder) / "sets.npz", Path(folder) / "draws.npz"
        np.savez(
            given,
            counts=np.array([one.counts[0] for one in sets]),
            theta=np.array([one.theta for one in sets]),
            values=sets[0].values,
            chains=settings.chains, warmup=settings.warmup, draws=settings.draws,
            delta=settings.delta,
        )  # fmt: skip
        clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        command = [str(python), str(HERE / "numpyro_s2.py"), str(given), str(drawn)]
        subprocess.run(command, check=True, env=clean)
        found = dict(np.load(drawn))
    each = [
        (
            float(found["seconds"][i]),
            {
                "alpha": found["alpha"][i],
                "phi": found["phi"][i][..., None],
                "omega": found["omega"][i][..., None, :],
                "divergences": found["divergences"][i],
            },
        )
        for i in range(len(sets))
    ]
    return each, float(found["compiling"])
