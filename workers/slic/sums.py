"""Where clusters move to, whatever the order in which their voxels are added up.

Intensities are whole multiples of 1 / `FRACTIONS`, coordinates are whole numbers: sums of both in
64-bit integers have no rounding. Those of the chunks of a volume, added up in any order by whoever
computes them, are therefore those of the volume.
"""

from __future__ import annotations

import threading

import numpy as np

FRACTIONS = 2**16
"""Steps in an intensity of 1; float32 counts them exactly up to 256."""


def round_to_fractions(values: np.ndarray) -> np.ndarray:
    """Round intensities to whole multiples of 1 / `FRACTIONS`, in place (tie: the even one).

    Parameters
    ----------
    values : ndarray of float32
        From −256 to 256; NaN stays NaN.

    Returns
    -------
    values : ndarray of float32
        The same array.
    """
    values *= np.float32(FRACTIONS)
    np.rint(values, out=values)
    values *= np.float32(1 / FRACTIONS)
    return values


class Sums:
    """Sums over the voxels of each cluster, to which several threads add, each to its own.

    Parameters
    ----------
    n : int
        Number of clusters.
    channels : int
    """

    def __init__(self, n: int, channels: int) -> None:
        self._shape, self._by_thread = (n, 4 + channels), {}

    def own(self) -> np.ndarray:
        """Return what this thread adds to."""
        thread = threading.get_ident()
        if thread not in self._by_thread:
            self._by_thread[thread] = np.zeros(self._shape, np.int64)
        return self._by_thread[thread]

    def total(self) -> np.ndarray:
        """Return what all have added up.

        Returns
        -------
        sums : (n, 4 + C) ndarray of int64
            Number of voxels; their i, j and k, counted from where `Tiles.origin` is; and the
            intensities in steps of 1 / `FRACTIONS`.
        """
        return sum(self._by_thread.values(), np.zeros(self._shape, np.int64))


def means(sums: np.ndarray) -> np.ndarray:
    """Return the centres of clusters.

    Parameters
    ----------
    sums : (n, 4 + C) ndarray of int64
        As `Sums.total` returns them, of all chunks together.

    Returns
    -------
    centres : (n, 3 + C) ndarray of float32
        Voxel coordinates and channels; NaN where a cluster has no voxel.
    """
    with np.errstate(invalid="ignore"):
        centres = sums[:, 1:] / sums[:, :1]
    centres[:, 3:] /= FRACTIONS
    return centres.astype(np.float32)
