"""Write posteriors as ArviZ InferenceData, a group each, in one netCDF-4 file.

Written with h5py alone, as netCDF-4 lies in HDF5: variables, and dimensions as their scales. ArviZ
and xarray take more of a processor to import than a fit does, and h5netcdf as much for its files.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tactometer.inference.sampled import DIMS, Sampled

SAMPLES = ("chain", "draw")
PACKED = {"compression": "gzip", "compression_opts": 1}
REPEATING = {"diverging", "tree_depth", "n_steps", "step_size"}  # draws are as small unpacked


def write(path: Path, base: str, sampled: Sampled, goal: int) -> None:
    """Add one goal of a posterior to a file, as the groups {base}/posterior and so on."""
    import h5py

    with h5py.File(path, "a") as file:
        for part, arrays in sampled.parts().items():
            group = file.create_group(f"{base}/{part}", track_order=True)
            samples = part in ("posterior", "sample_stats")
            attributes = sampled.attributes() if part == "posterior" else {}
            for key, value in attributes.items():
                group.attrs[key] = value if isinstance(value, str) else np.asarray(value)
            for name, array in arrays.items():
                dims = (*(SAMPLES if samples else ()), *DIMS.get(name, ()))
                _add(group, name, np.asarray(array), dims, sampled.coordinates(), goal)


def show_at_root(path: Path, base: str) -> None:
    """Let the groups of {base} be found at the root as well, where `arviz.from_netcdf` looks."""
    import h5py

    with h5py.File(path, "a") as file:
        for part, group in file[base].items():
            file[part] = group  # another name of the same group: nothing is stored twice
        file.attrs["headline"] = base


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
        if dim not in group:
            labels = list(coordinates.get(dim, range(size)))
            group[dim] = [labels[goal]] if dim == "goal" else labels
            group[dim].make_scale(dim)
    flags = array.dtype == bool
    stored = array.astype(np.int8) if flags else array
    packed = PACKED if name in REPEATING else {}
    variable = group.create_dataset(name, data=stored, track_order=True, **packed)
    for axis, dim in enumerate(dims):
        variable.dims[axis].attach_scale(group[dim])
    if flags:
        variable.attrs["dtype"] = "bool"  # as xarray marks them
