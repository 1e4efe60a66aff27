"""Coarser copies of a volume: blocks of voxels, and where they lie."""

from __future__ import annotations

import numpy as np


def edges_mm(affine: np.ndarray) -> np.ndarray:
    """Return the voxel edges (3,) in mm of an affine (4, 4)."""
    return np.linalg.norm(affine[:3, :3], axis=0)


def stride_affine(affine: np.ndarray, strides: np.ndarray) -> np.ndarray:
    """Return the affine of blocks of `strides` voxels: a block's centre is its voxels' mean."""
    coarse = affine.astype(float)
    coarse[:3, 3] += coarse[:3, :3] @ ((strides - 1) / 2)
    coarse[:3, :3] *= strides
    return coarse


def blocks(array: np.ndarray, strides: np.ndarray) -> np.ndarray:
    """Cut an array into blocks of `strides` voxels, filling up the last ones with zeros.

    Parameters
    ----------
    array : (I, J, K) ndarray
    strides : (3,) ndarray of int

    Returns
    -------
    blocks : (I', s, J', s, K', s) ndarray
        To be reduced over the axes 1, 3 and 5.
    """
    numbers = -(-np.array(array.shape) // strides)
    filling = numbers * strides - array.shape
    filled = np.pad(array, [(0, int(n)) for n in filling])
    return filled.reshape(np.stack([numbers, strides], 1).ravel())
