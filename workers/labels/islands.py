"""Holes in a label, and the islands that it lies in."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from workers.runtime.progress import Report, say, silent


def holes(labels: np.ndarray, label: int, *, report: Report = silent) -> np.ndarray:
    """Return the unlabelled voxels that a label encloses in 3D.

    They are those from which every way over faces to the border of the box meets the label. What
    other labels hold inside is no hole, and a hole that is open to the border of the box is none.

    Parameters
    ----------
    labels : (I, J, K) ndarray of int
        A box with all voxels of the label; 0 is unlabelled.
    label : int
        Which one.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    holes : (I, J, K) ndarray of bool
    """
    report(0.0)
    say(report, "what it encloses")
    mask = labels == label
    report(0.1)
    filled = ndimage.binary_fill_holes(mask)
    report(0.9)
    return filled & (labels == 0)


def lesser_islands(labels: np.ndarray, label: int, *, report: Report = silent) -> np.ndarray:
    """Return the voxels of a label that are not in its largest island.

    Voxels are in one island if a way over faces leads from one to the other within the label. Of
    islands of one size that with the first voxel in C order counts as the largest.

    Parameters
    ----------
    labels, label, report
        As of `holes`.

    Returns
    -------
    lesser : (I, J, K) ndarray of bool
    """
    report(0.0)
    say(report, "its islands")
    mask = labels == label
    report(0.1)
    islands, _ = ndimage.label(mask)
    report(0.7)
    sizes = np.bincount(islands.ravel())
    sizes[0] = 0
    report(0.9)
    return mask & (islands != sizes.argmax())
