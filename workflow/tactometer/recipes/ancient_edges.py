"""Plan what is stale behind an ancient edge although the job before that edge must run.

Snakemake (9.27) asks of no job below one that must run whether it is stale: it will run anyway, so
it holds, and takes an ancient edge for one that passes that on. Where the requests changed in a run
that asked alone or was broken off, and a prompt set changed since, the answers of the others were
neither read anew nor looked at: old choices stood for good until the run after.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from snakemake.dag import DAG

_PLAN = DAG.update_needrun


async def _plan(dag: Any, *arguments: Any, **more: Any) -> None:
    """`DAG.update_needrun`, where what is below an ancient edge is looked at by itself."""
    walk = dag.bfs

    def walk_real_edges(edges: Mapping[Any, Any], *jobs: Any, **stop: Any) -> Iterator[Any]:
        return iter(walk(_RealEdges(edges), *jobs, **stop))

    dag.bfs = walk_real_edges
    try:
        await _PLAN(dag, *arguments, **more)
    finally:
        del dag.bfs


class _RealEdges:
    """Snakemake's edges without ancient ones: by job, the files that a neighbour shares with it."""

    def __init__(self, edges: Mapping[Any, Any]) -> None:
        self._edges = edges

    def __getitem__(self, job: Any) -> dict[Any, Any]:
        return {
            other: files
            for other, files in self._edges[job].items()
            if not all(file.is_ancient for file in files)
        }


def look_behind() -> None:
    """Let this process plan so from here on; twice is once."""
    DAG.update_needrun = _plan
