"""How the intensities of each label are spread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workers.labels.statistics import Read, groups, slabs
from workers.runtime.box import Box
from workers.runtime.progress import Report, silent

BINS = 4096


def histograms(
    volume: np.ndarray,
    labels: np.ndarray,
    edges: tuple[float, float, int],
    *,
    report: Report | None = None,
) -> dict[int, np.ndarray]:
    """Return how many voxels of each label that occurs lie in each bin.

    Parameters
    ----------
    volume : (I, J, K) ndarray of int or float
        Intensities; those that are not finite are left out.
    labels : (I, J, K) ndarray of int
        0 is unlabelled and left out.
    edges : (low, high, n)
        The range in n bins alike, as of `bins`; what lies outside counts to the first or last.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    counts : dict of int to (n,) ndarray of int
    """
    boxes = slabs(volume.shape)
    return count_by_box(lambda box: (volume[box], labels[box]), boxes, edges, report)


def count_by_box(
    read: Read,
    boxes: Sequence[Box],
    edges: tuple[float, float, int],
    report: Report | None = None,
) -> dict[int, np.ndarray]:
    """Return the same of what is read box by box, as of `measure_by_box`."""
    report, (low, high, n) = report or silent, edges
    counts: dict[int, np.ndarray] = {}
    for done, box in enumerate(boxes, 1):
        for value, _, found in groups(read(box)):
            finite = found[np.isfinite(found)].astype(np.float64)
            places = np.clip((finite - low) * (n / (high - low)), 0, n - 1).astype(np.intp)
            counts[value] = counts.get(value, 0) + np.bincount(places, minlength=n)
        report(done / len(boxes))
    return counts


def bins(low: float, high: float, dtype: np.dtype) -> tuple[float, float, int]:
    """Return bins for intensities from `low` to `high`: of a whole width for integers.

    Those of integers so hold as many different values each, and no comb is seen that is not there.
    """
    if np.dtype(dtype).kind == "f":
        return low, (high if high > low else low + 1.0), BINS
    width = max(1, -(-int(high - low + 1) // BINS))
    n = -(-int(high - low + 1) // width)
    return low - 0.5, low - 0.5 + n * width, n
