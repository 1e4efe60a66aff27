"""Superpixels cut into finer ones, each for itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workers.runtime.progress import Report, silent
from workers.superpixels.connectivity import connect
from workers.superpixels.partition import partition

PIECES = 8
"""About how many pieces a superpixel is cut into."""


def split(
    crops: Sequence[tuple[np.ndarray, np.ndarray]],
    spacing: Sequence[float],
    count: int = PIECES,
    *,
    report: Report | None = None,
) -> list[np.ndarray]:
    """Cut superpixels into pieces, each by a partition of its own voxels alone.

    Intensities are scaled by those of the one superpixel, so that borders too faint for the
    partition of the whole volume are found. Where intensities give no two pieces, the superpixel
    is halved across its longest edge.

    Parameters
    ----------
    crops : sequence of (image, mask)
        For each superpixel the (I, J, K) intensities in a box around it, and which of its voxels
        are in it, at least one. Voxels that are not finite join the piece that they touch most.
    spacing : (3,) sequence of float
        Voxel edges in mm.
    count : int, optional
        About how many pieces each; as many as voxels, where there are fewer.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    pieces : list of (I, J, K) ndarray of uint16
        For each superpixel 1 … n in it, 0 outside; at least 2 pieces where it has 2 voxels, each
        of them 6-connected if the superpixel is.

    Raises
    ------
    ValueError
        If `count` is below 2, a mask is empty or has another shape than its image, or `spacing`
        is none.
    """
    if count < 2:
        raise ValueError(f"count must be 2 or more; got {count}.")
    report = report or silent
    found = []
    for n, (image, mask) in enumerate(crops):
        report(n / len(crops))
        found.append(_pieces(image, np.asarray(mask, bool), spacing, count).astype(np.uint16))
    report(1.0)
    return found


split.priority = 1  # a hand waits for it: before what else waits for a worker


def _pieces(image, mask, spacing, count):
    if image.shape != mask.shape or not mask.any():
        raise ValueError(
            f"A superpixel needs voxels in a mask of its image's shape {image.shape}; got "
            f"{np.count_nonzero(mask)} in {mask.shape}."
        )
    pieces = _by_intensity(image, mask, spacing, min(count, np.count_nonzero(mask)))
    if pieces.max() < 2:
        pieces = _halves(mask, spacing)
    return connect(pieces, mask, threads=1)


def _by_intensity(image, mask, spacing, count):
    """Partition the voxels of the mask; 0 where they are not finite, everywhere if none is."""
    values = np.where(mask, image.astype(np.float64), np.nan)
    if not np.isfinite(values).any():
        return np.zeros(mask.shape, np.uint32)
    return partition(values, spacing, count=count, threshold=None, threads=1).ids


def _halves(mask, spacing):
    """Give 1 or 2 to the voxels of a mask, by where they lie along its longest edge in mm."""
    voxels = np.argwhere(mask)
    axis = int(np.argmax(np.ptp(voxels, axis=0) * np.asarray(spacing)))
    along = voxels[:, axis]
    ends = along.min(), along.max()
    middle = np.clip(np.median(along), ends[0] + 0.5, ends[1] - 0.5)
    halves = np.zeros(mask.shape, np.uint32)
    halves[mask] = 1 + (along > middle)
    return halves
