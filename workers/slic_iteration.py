"""SLIC's iterations, one at a time, by scikit-image's own compiled loop.

The loop keeps the label of a voxel that no cluster's window covers any more. Run for one
iteration it would forget it; what it kept is put back here, and the centres with it.
"""

from __future__ import annotations

import numpy as np
from skimage.segmentation._slic import _slic_cython

from workers.progress import Report, silent


def iterate(
    image: np.ndarray,
    centres: np.ndarray,
    step: float,
    spacing: np.ndarray,
    *,
    mask: np.ndarray | None = None,
    max_num_iter: int = 10,
    ignore_color: bool = False,
    start_label: int = 1,
    report: Report | None = None,
) -> np.ndarray:
    """Assign each voxel to its nearest centre, move the centres to their means, and again.

    Parameters
    ----------
    image : (I, J, K, C) ndarray of float32 or float64
        Channels already divided by the compactness; C-contiguous, finite inside the mask.
    centres : (n, 3 + C) ndarray of the same dtype
        Voxel coordinates and channels; changed in place. A cluster without voxels becomes NaN.
    step : float
        Distance, in units of `spacing`, that counts like a channel's difference of 1.
    spacing : (3,) ndarray of the same dtype
        Edges of a voxel. The window of a cluster is ±2 steps of scikit-image's cubic grid.
    mask : (I, J, K) ndarray of uint8, optional
        Voxels that take part.
    max_num_iter : int, optional
        Number of iterations.
    ignore_color : bool, optional
        Whether distance alone decides.
    start_label : {0, 1}, optional
        Label of the first cluster.
    report : callable, optional
        Told the fraction that is done after each iteration; may raise CancelledError.

    Returns
    -------
    labels : (I, J, K) ndarray of intp
        ``start_label - 1`` outside the mask and where no window ever reached. At equal distance
        the lower label wins.
    """
    report = report or silent
    # Without a mask the compiled loop writes out of bounds for a voxel that no window covers.
    mask = np.ones(image.shape[:3], np.uint8) if mask is None else mask
    labels = None
    for i in range(max_num_iter):
        previous = labels
        labels = _slic_cython(
            image, mask, centres, step, 1, spacing, False, start_label, ignore_color
        )
        uncovered = (labels < start_label) & mask.view(bool)
        if previous is not None and uncovered.any():
            labels[uncovered] = previous[uncovered]
            _recentre(image, centres, labels, start_label)
        report((i + 1) / max_num_iter)
    return labels


def _recentre(image, centres, labels, start_label):
    """Move the centres to the means, added up voxel by voxel as the compiled loop does."""
    where = np.nonzero(labels >= start_label)
    clusters = labels[where] - start_label
    centres[...] = 0
    for axis in range(3):
        np.add.at(centres[:, axis], clusters, where[axis].astype(centres.dtype))
    for channel in range(image.shape[3]):
        np.add.at(centres[:, 3 + channel], clusters, image[(*where, channel)])
    with np.errstate(invalid="ignore"):
        centres /= np.bincount(clusters, minlength=len(centres)).astype(centres.dtype)[:, None]
