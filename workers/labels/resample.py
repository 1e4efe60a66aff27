"""A label map on another grid: each voxel takes the label of the nearest one in the world."""

from __future__ import annotations

from collections import Counter

import numpy as np

from workers.runtime.progress import Report, silent

_SLAB_VOXELS = 2**20
_TIE = 1e-6  # of a voxel: what is so near to the middle between two is taken to be there


def resample_labels(
    labels: np.ndarray,
    affine: np.ndarray,
    shape: tuple[int, int, int],
    target_affine: np.ndarray,
    *,
    report: Report | None = None,
) -> np.ndarray:
    """Return a label map as it lies on another grid.

    Nothing is blended: no label comes out that did not go in. A point in the middle between two
    voxels, to a millionth of their distance, takes the one of the higher index, on each axis: the
    rule of ITK (round half up). Voxels whose centre lies outside the label map, which reaches half
    a voxel beyond its outermost centres, are 0.

    Parameters
    ----------
    labels : (I, J, K) ndarray of int
    affine : (4, 4) ndarray of float
        Of `labels`: voxel to RAS+ mm.
    shape : (3,) tuple of int
        Of the grid that is wanted; together with `target_affine` it may be a box of a larger one.
    target_affine : (4, 4) ndarray of float
        Its voxels to RAS+ mm.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    resampled : ndarray of the shape and the dtype of `labels`

    Raises
    ------
    ValueError
        If `labels` are no integers.
    """
    if labels.dtype.kind not in "bui":
        raise ValueError(f"labels must be integers; got {labels.dtype}.")
    report, found = report or silent, np.zeros(shape, labels.dtype)
    for slab in _slabs(shape):
        nearest, inside = _nearest(slab, shape, target_affine, affine, labels.shape)
        found[slab][inside] = labels[nearest]
        report(slab.stop / shape[0])
    return found


def outside(
    labels: np.ndarray,
    affine: np.ndarray,
    shape: tuple[int, int, int],
    target_affine: np.ndarray,
    *,
    report: Report | None = None,
) -> Counter[int]:
    """Return how many voxels of each label have their centre outside of another grid.

    The parameters are those of `resample_labels`; labels of which none lies outside are not there.
    """
    report, counts = report or silent, Counter()
    for slab in _slabs(labels.shape):
        _, inside = _nearest(slab, labels.shape, affine, target_affine, shape)
        values, voxels = np.unique(labels[slab][~inside], return_counts=True)
        counts.update(dict(zip(values.tolist(), voxels.tolist(), strict=True)))
        report(slab.stop / labels.shape[0])
    del counts[0]
    return counts


def _slabs(shape):
    step = max(1, _SLAB_VOXELS // max(1, shape[1] * shape[2]))
    return [slice(i, min(i + step, shape[0])) for i in range(0, shape[0], step)]


def _nearest(slab, shape, affine, other_affine, other_shape):
    """Return the voxels of another grid next to those of a slab, and which of these have one.

    Returns
    -------
    nearest : tuple of 3 (m,) ndarray of int
    inside : (n, J, K) ndarray of bool
        m of them are set.
    """
    to_other = np.linalg.inv(other_affine) @ affine
    along = np.ogrid[slab, : shape[1], : shape[2]]
    indices, inside = [], np.ones((slab.stop - slab.start, *shape[1:]), bool)
    for row, size in zip(to_other[:3], other_shape, strict=True):
        place = sum(step * n for step, n in zip(row, along, strict=False)) + row[3]
        index = np.floor(place + (0.5 + _TIE))
        inside &= (index >= 0) & (index < size)
        indices.append(index)
    return tuple(index[inside].astype(np.intp) for index in indices), inside
