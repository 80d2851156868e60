"""Re-run a command in the separate Python environment of the inference engines (PyTorch, vLLM)."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from tactometer.utils.errors import UserError
from tactometer.utils.paths import ROOT, WORKFLOW

VARIABLE = "TACTOMETER_ENGINES"
DEFAULT = ROOT / ".venv-engines"  # beside the Snakefile
TRAINING = "training"
NEEDS = {
    "vllm": ("vllm", "transformers"),
    "transformers": ("torch", "transformers"),
    TRAINING: ("trl", "peft", "transformers"),
}
SILENT = {  # engines call nobody and draw no progress bars into logs
    "VLLM_NO_USAGE_STATS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
}


def enter(provider: str, place: str) -> None:
    """Go on with this command in the engines' environment, if its provider, or training, needs it.

    The process becomes another: nothing after this call runs here. Returns where the provider's
    libraries are at hand. Raises UserError, which opens with `place`, if they are nowhere.
    """
    os.environ.update(SILENT)
    if all(find_spec(name) for name in NEEDS.get(provider, ())):
        return
    home = Path(os.environ.get(VARIABLE) or DEFAULT)
    python = home / "bin" / "python"
    if not python.exists() or home.resolve() == Path(sys.prefix).resolve():
        who, make = f"provider {provider}", "engines"
        if provider == TRAINING:
            who = make = TRAINING
        raise UserError(
            f"{place}: {who} needs {' and '.join(NEEDS[provider])}, and {home} is no environment "
            f"with them; run `make {make}`, or name another one as {VARIABLE}."
        )
    package = str(WORKFLOW)
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    sys.stdout.flush()
    os.execve(python, [str(python), "-m", "tactometer", *sys.argv[1:]], environment)
