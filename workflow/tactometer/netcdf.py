"""Posteriors as ArviZ reads them, an InferenceData below each group of a file.

Written with h5netcdf alone: ArviZ and xarray take more of a processor to import than a fit does.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tactometer.sampling import DIMS, Sampled

SAMPLES = ("chain", "draw")
LEVEL = 1  # of gzip: draws are hardly smaller at a higher one, and take three times as long


def write(path: Path, base: str, sampled: Sampled, goal: int) -> None:
    """Add one goal of a posterior to a file, as the groups {base}/posterior and so on."""
    import h5netcdf

    with h5netcdf.File(path, "a") as file:
        for part, arrays in sampled.parts().items():
            group = file.create_group(f"{base}/{part}")
            samples = part in ("posterior", "sample_stats")
            attributes = sampled.attributes() if part == "posterior" else {}
            for key, value in attributes.items():
                group.attrs[key] = value if isinstance(value, str) else np.asarray(value)
            for name, array in arrays.items():
                dims = (*(SAMPLES if samples else ()), *DIMS.get(name, ()))
                _add(group, name, np.asarray(array), dims, sampled.coordinates(), goal)


def _add(
    group: Any,
    name: str,
    array: np.ndarray[Any, Any],
    dims: tuple[str, ...],
    coordinates: Mapping[str, Any],
    goal: int,
) -> None:
    """One variable with the coordinates of its dimensions, of that goal alone."""
    if "goal" in dims:
        array = np.take(array, [goal], axis=dims.index("goal"))
    for dim, size in zip(dims, array.shape, strict=True):
        if dim not in group.dimensions:
            labels = list(coordinates.get(dim, range(size)))
            labels = [labels[goal]] if dim == "goal" else labels
            group.dimensions[dim] = size
            words = isinstance(labels[0], str)
            found = np.array(labels, dtype=object if words else np.int64)
            group.create_variable(dim, (dim,), _text() if words else found.dtype, data=found)
    flags = array.dtype == bool
    stored = array.astype(np.int8) if flags else array
    packed = {"compression": "gzip", "compression_opts": LEVEL} if array.size > 100 else {}
    variable = group.create_variable(name, dims, stored.dtype, data=stored, **packed)
    if flags:
        variable.attrs["dtype"] = "bool"  # as xarray marks them


def _text() -> Any:
    import h5py

    return h5py.string_dtype()
