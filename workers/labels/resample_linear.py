"""Intensities on another grid, by linear interpolation in world space."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from workers.runtime.progress import Report, silent

_SLAB_VOXELS = 2**20  # at once: what is told of progress, and how soon it can be cancelled


def resample_linear(
    data: np.ndarray,
    affine: np.ndarray,
    shape: tuple[int, int, int],
    onto: np.ndarray,
    *,
    report: Report | None = None,
) -> np.ndarray:
    """Return a volume as it is seen on another grid.

    Parameters
    ----------
    data : (I, J, K) ndarray
        Integers or reals. A voxel that is NaN makes those around it NaN.
    affine : (4, 4) ndarray of float
        Maps its ``(i, j, k, 1)`` to world coordinates in mm.
    shape : (3,) tuple of int
        Of the other grid.
    onto : (4, 4) ndarray of float
        Maps its voxels to the same world.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    resampled : ndarray of float32, of `shape`
        NaN where the volume is not. It ends at the outer faces of its voxels: within half a voxel
        of them it has the value of the outermost one, as in ITK.

    Raises
    ------
    ValueError
        If `affine` cannot be inverted.
    """
    if not abs(np.linalg.det(affine[:3, :3])) > 0:
        raise ValueError("affine must be invertible; this one maps the volume onto a plane.")
    report = report or silent
    matrix, start = _between(affine, onto)
    resampled = np.empty(shape, np.float32)
    step = max(1, _SLAB_VOXELS // max(1, shape[1] * shape[2]))
    for i in range(0, shape[0], step):
        report(i / shape[0])
        slab = resampled[i : i + step]
        offset = matrix[:, 0] * i + start
        ndimage.affine_transform(data, matrix, offset, output=slab, order=1, mode="nearest",
                                 output_shape=slab.shape)  # fmt: skip
        slab[_outside(slab.shape, data.shape, matrix, offset)] = np.nan
    report(1.0)
    return resampled


def _between(affine, onto):
    """Return what maps voxels of the grid `onto` to voxels of `affine`, as a matrix and a start."""
    both = np.linalg.inv(affine) @ onto
    return both[:3, :3], both[:3, 3]


def _outside(shape, size, matrix, offset):
    """Return which voxels of a slab lie beyond the faces of a volume of `size` voxels."""
    outside = np.zeros(shape, bool)
    along = [np.arange(n, dtype=np.float64) for n in shape]
    for axis, n in enumerate(size):
        i, j, k = (factor * each for factor, each in zip(matrix[axis], along, strict=True))
        place = (i[:, None, None] + j[:, None]) + (k + offset[axis])
        outside |= (place < -0.5) | (place > n - 0.5)
    return outside
