"""Where superpixels go that were computed without a page: NIfTI or zarr."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import zarr

from dashboard.volumes import write_stored
from dashboard.volumes.memory_volume import Volume
from dashboard.volumes.stored_volume import StoredVolume
from workers.storage import atomic_write, pipes, stored_array

ENDINGS = (".nii.gz", ".zarr")
_LAYER = 64  # slices that are in memory at a time


def check(out: Path, image: Path) -> None:
    """Raise ValueError, with a sentence, if the ids of an image cannot go there.

    They may go to a pipe whose name ends so.
    """
    if not out.name.endswith(ENDINGS):
        raise ValueError(f"Expected an output name ending in .nii.gz or .zarr; got {out.name}.")
    if pipes.place_of(out) == pipes.place_of(image):
        raise ValueError("Expected an output other than the image, which would be lost.")
    if out.name.endswith(".zarr") and os.path.lexists(out):
        raise ValueError(f"Expected an output that is not there yet; {out} is.")
    try:
        atomic_write.check(out, streams_too=True)
    except OSError as error:
        raise ValueError(_said(out, error)) from error


def digest(ids: np.ndarray | zarr.Array, count: int) -> tuple[str, int]:
    """Return the SHA-256 of ids in C order and in their smallest type, and how many are not 0."""
    content, voxels = hashlib.sha256(), 0
    for _, layer in layers(ids, dtype_of(count)):
        content.update(layer)
        voxels += int(np.count_nonzero(layer))
    return content.hexdigest(), voxels


def write(
    out: Path, ids: np.ndarray | zarr.Array, count: int, volume: Volume | StoredVolume
) -> None:
    """Write ids where they lie on their volume; some slices are in memory at a time.

    Raises
    ------
    ValueError
        If they cannot be written; then what was there is there still.
    """
    try:
        if out.name.endswith(".zarr"):
            _write_zarr(out, ids, count, volume)
            return
        parts = write_stored.chunks_of if isinstance(ids, zarr.Array) else _box_of
        with atomic_write.replacing(out, streams_too=True) as put:
            write_stored.write(
                lambda box: parts(ids, box), ids.shape, ids.dtype, count, volume.header,
                SimpleNamespace(write=put, flush=lambda: None),
            )  # fmt: skip
    except OSError as error:
        raise ValueError(_said(out, error)) from error


def _said(out: Path, error: OSError) -> str:
    return f"The ids could not be written to {out} ({error.strerror or error})."


def layers(ids: np.ndarray | zarr.Array, dtype: np.dtype):
    """Yield the first slice of each layer, and the layer in C order."""
    for i in range(0, ids.shape[0], _LAYER):
        yield i, np.ascontiguousarray(ids[i : i + _LAYER], dtype)


def dtype_of(count: int) -> np.dtype:
    """Return the type of the ids of so many superpixels."""
    return np.dtype(np.uint16 if count < 2**16 else np.uint32)


def _box_of(ids, box):
    yield tuple(slice(0, axis.stop - axis.start) for axis in box), ids[box]


def _write_zarr(out, ids, count, volume):
    made = out.with_name(f".{out.name}.part")
    shutil.rmtree(made, ignore_errors=True)
    try:
        array = stored_array.create(made, ids.shape, dtype_of(count))
        array.attrs.update({"affine": volume.affine.tolist(), "space": "RAS+ mm", "count": count})
        for i, layer in layers(ids, dtype_of(count)):
            array[i : i + _LAYER] = layer
        made.rename(out)
    finally:
        shutil.rmtree(made, ignore_errors=True)
