"""What must be known of all voxels of a stored volume, found in one pass."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np

from workers.intensity.window import first_window
from workers.runtime.progress import Report, silent
from workers.storage.box_reader import BoxReader

_SAMPLE = 1_000_000


class Contents(NamedTuple):
    """What a volume in memory says of the same voxels and affine, bit for bit.

    Attributes
    ----------
    digest : str
    finite_range, window : tuple of float
    """

    digest: str
    finite_range: tuple[float, float]
    window: tuple[float, float]


def contents(
    path: str, affine: np.ndarray, *, most_bytes: int, report: Report | None = None
) -> Contents:
    """Read a stored volume once, in C order.

    Parameters
    ----------
    path : path
        Of the zarr array (I, J, K).
    affine : (4, 4) ndarray
        Voxel to RAS+ mm.
    most_bytes : int
        Of the voxels that are in memory at once, but for a single slice of I.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.
    """
    array = BoxReader(path)
    dtype, (I, J, K) = array.dtype, array.shape
    every, depth = max(1, I * J * K // _SAMPLE), _depth(array, most_bytes)
    digest = hashlib.sha256(repr((dtype.str, array.shape)).encode())
    ranges, sample = [], []
    for start in range(0, I, depth):
        slab = array.read((slice(start, start + depth), slice(0, J), slice(0, K)))
        digest.update(slab)
        ranges.append(_finite_range(slab))
        sample.append(slab.reshape(-1)[-(start * J * K) % every :: every].copy())
        del slab  # before the next one is there
        (report or silent)(min(I, start + depth) / I)
    digest.update(np.ascontiguousarray(affine, float))
    low, high = (f(of) for f, of in zip((min, max), zip(*ranges, strict=True), strict=True))
    found = (low, high) if low <= high else (0.0, 0.0)
    return Contents(digest.hexdigest(), found, first_window(np.concatenate(sample), found))


def _depth(array, most_bytes):
    """Return how many slices of I to read: as many chunks as fit, or an even part of one."""
    fit = max(1, most_bytes // (array.shape[1] * array.shape[2] * array.dtype.itemsize))
    chunk = array.chunks[0]
    return chunk if fit >= chunk else -(-chunk // -(-chunk // fit))


def _finite_range(slab):
    if slab.dtype.kind in "iu":
        return float(slab.min()), float(slab.max())
    finite = np.isfinite(slab)
    low = np.min(slab, where=finite, initial=np.inf)
    return float(low), float(np.max(slab, where=finite, initial=-np.inf))
