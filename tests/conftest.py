"""A finished study, shared by all tests that change one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

import engine_env
import graph
import pages

# What pytest and libraries set by themselves, and what libraries must find when imported.
KNOWN = {"PYTEST_CURRENT_TEST", "LITELLM_LOCAL_MODEL_COST_MAP", "LITELLM_MODE", "CMDSTAN"}
KNOWN |= {"TIKTOKEN_CACHE_DIR"}
KNOWN |= {"HDF5_USE_FILE_LOCKING"}
KNOWN |= {"STAN_NUM_THREADS", "VLLM_NO_USAGE_STATS", "DO_NOT_TRACK"}
KNOWN |= {"HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_PROGRESS_BARS"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest come first, so that no worker is left alone with one of them at the end: the
    cluster, what is long, what reads a finished study (which is being made meanwhile), the rest.

    Whatever runs a whole study, or reads one that has run, is long.
    """
    for item in items:
        if item.path.parent.name == "runs" or _reads_a_finished_study(item):
            item.add_marker("long")
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    if item.get_closest_marker("slurm") or item.get_closest_marker("engine"):
        return 0
    if item.get_closest_marker("long"):
        return 2 if _reads_a_finished_study(item) else 1
    return 3


def _reads_a_finished_study(item: pytest.Item) -> bool:
    return "finished" in item.fixturenames  # type: ignore[attr-defined]


def pytest_collection_finish(session: pytest.Session) -> None:
    """The first of several workers begins to make the finished study, so that none waits for it;
    tests that share what is dear stay together.
    """
    if getattr(session.config.option, "loadgroup", False):
        grouped = [item for item in session.items if item.get_closest_marker("xdist_group")]
        assert all("@" in item.nodeid for item in grouped), "this pytest hides groups from xdist"
    first = os.environ.get("PYTEST_XDIST_WORKER") == "gw0"
    if first and any(map(_reads_a_finished_study, session.items)):
        base = session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
        make = f"from pathlib import Path; import conftest; conftest.finish(Path({str(base)!r}))"
        paths = [str(Path(__file__).parent), *sys.path]
        subprocess.Popen(
            [sys.executable, "-c", make], env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        )


@pytest.fixture(autouse=True)
def environment_as_found() -> Iterator[None]:
    """What a test's code leaves in the environment, all later ones of its worker start with."""
    before = dict(os.environ)
    yield
    left = {k: v for k, v in os.environ.items() if before.get(k) != v and k not in KNOWN}
    assert not left, f"left in the environment: {left}"


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study that has run to its end, once for all workers."""
    return finish(tmp_path_factory.getbasetemp())


def finish(base: Path) -> Path:
    """The finished study of all workers, or of this one alone; made if nobody has."""
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "finished"
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "results/small/report.html").exists():
            graph.snakemake(graph.lay_out(folder))
    return folder


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished study, times and Snakemake's records included."""
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    return folder


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of synthetic tables, written once for all tests of the group `report`."""
    return pages.write(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of tiny models with random weights, made in the environment of the engines."""
    folder = tmp_path_factory.mktemp("models")
    engine_env.run([], folder, f"import tiny, pathlib; tiny.make(pathlib.Path({str(folder)!r}))")
    return folder
