"""Gaussian smoothing by several threads, bit for bit that of `scipy.ndimage.gaussian_filter`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter1d

from workers.runtime.progress import Report
from workers.runtime.team import Team

_NOTHING = 1e-15  # a width that scipy takes for none
_REACH = 4.0  # times sigma, where scipy cuts a Gaussian off


def widths(
    sigma_mm: float, spacing: Sequence[float], shape: Sequence[int]
) -> tuple[float, float, float]:
    """Return a width in voxels along each axis; at most four times as long as that is.

    Beyond, all is as flat along the axis as a float can tell, and only takes longer.

    Parameters
    ----------
    sigma_mm : float
    spacing : (3,) sequence of float
        Voxel edges in mm.
    shape : (3,) sequence of int
        Of what is smoothed.
    """
    longest = (4.0 * size for size in shape)
    edges = map(float, spacing)
    i, j, k = (min(float(sigma_mm) / e, most) for e, most in zip(edges, longest, strict=True))
    return i, j, k


def radius(sigma: float) -> int:
    """Return how many voxels around one its smoothed value depends on, along an axis."""
    return int(_REACH * float(sigma) + 0.5) if sigma > _NOTHING else 0


def smooth(
    image: np.ndarray, sigmas: Sequence[float], team: Team, report: Report | None = None
) -> np.ndarray:
    """Smooth a volume along each axis; at its faces it is mirrored.

    Parameters
    ----------
    image : (I, J, K) or (I, J, K, C) ndarray of float32 or float64
    sigmas : (3,) sequence of float
        Standard deviations along i, j and k in voxels; 0 leaves an axis as it is.
    team : Team
        The threads that do it; the result does not depend on them.
    report : callable, optional
        Told the fraction that is done, axis by axis; may raise CancelledError.

    Returns
    -------
    smoothed : ndarray
        `image` itself if there is nothing to do.
    """
    smoothed = image
    for axis, sigma in enumerate(sigmas):
        if sigma > _NOTHING:
            # In its own type: scipy squares it, and scikit-image gives it float32.
            smoothed = _along(axis, sigma, smoothed, image, team)
        if report:
            report((axis + 1) / 3)
    return smoothed


def _along(axis, sigma, source, original, team):
    """Smooth along one axis, in place after the first time, slab by slab of another axis."""
    target = np.empty(source.shape, source.dtype) if source is original else source
    across = 1 if axis == 0 else 0

    def part(begin, end):
        slab = (slice(None),) * across + (slice(begin, end),)
        gaussian_filter1d(source[slab], sigma, axis, output=target[slab], truncate=_REACH)

    team.share(part, source.shape[across])
    return target
