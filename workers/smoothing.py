"""Gaussian smoothing by several threads, bit for bit that of `scipy.ndimage.gaussian_filter`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter1d

from workers.team import Team

_NOTHING = 1e-15  # a width that scipy takes for none


def smooth(image: np.ndarray, sigmas: Sequence[float], team: Team) -> np.ndarray:
    """Smooth a volume along each axis; at its faces it is mirrored.

    Parameters
    ----------
    image : (I, J, K) or (I, J, K, C) ndarray of float32 or float64
    sigmas : (3,) sequence of float
        Standard deviations along i, j and k in voxels; 0 leaves an axis as it is.
    team : Team
        The threads that do it; the result does not depend on them.

    Returns
    -------
    smoothed : ndarray
        `image` itself if there is nothing to do.
    """
    smoothed = image
    for axis, sigma in enumerate(sigmas):
        if sigma > _NOTHING:
            smoothed = _along(axis, float(sigma), smoothed, image, team)
    return smoothed


def _along(axis, sigma, source, original, team):
    """Smooth along one axis, in place after the first time, slab by slab of another axis."""
    target = np.empty(source.shape, source.dtype) if source is original else source
    across = 1 if axis == 0 else 0

    def part(begin, end):
        slab = (slice(None),) * across + (slice(begin, end),)
        gaussian_filter1d(source[slab], sigma, axis, output=target[slab])

    team.share(part, source.shape[across])
    return target
