"""What tests of providers share."""

from pathlib import Path

import pytest

from engine_env import run


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of tiny models with random weights, made in the environment of the engines."""
    folder = tmp_path_factory.mktemp("models")
    run([], folder, f"import tiny, pathlib; tiny.make(pathlib.Path({str(folder)!r}))")
    return folder
