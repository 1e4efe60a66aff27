"""Intensities on a scale of their own, whatever the scanner's."""

from __future__ import annotations

import numpy as np

from workers.team import Team

_SAMPLE = 1_000_000
_ENOUGH = 10_000
_PERCENTILES = (1, 99)
_FAR = 100.0  # on the new scale: further out, float32 distances overflow
_PARTS = 16  # for each thread, so that what lies between steps stays near the processor


def scaled(image: np.ndarray, mask: np.ndarray, team: Team) -> np.ndarray:
    """Scale a volume so that the 1st percentile inside the mask is 0 and the 99th is 1.

    Parameters
    ----------
    image : (I, J, K) ndarray
        Integers or reals; what is not finite becomes 0.
    mask : (I, J, K) ndarray of bool
        Some voxels set, all of them finite. Of a large one every n-th along each axis is looked at.
    team : Team
        The threads that do it.

    Returns
    -------
    scaled : (I, J, K) ndarray of float32
        From −100 to 100; only shifted, where both percentiles are the same.
    """
    low, high = np.percentile(_sample(image, mask), _PERCENTILES)
    result = np.empty(image.shape, np.float32)
    options = {"parts_each": _PARTS}
    team.share(_scale, len(image), image, result, low, high - low or 1.0, **options)
    return result


def _sample(image, mask):
    """Return intensities inside the mask, about a million of them if there are more."""
    step = max(1, round((image.size / _SAMPLE) ** (1 / 3)))
    thin = tuple(slice(None, None, min(step, size)) for size in image.shape)
    values = image[thin][mask[thin]]
    values = values if values.size >= _ENOUGH else image[mask]
    return values.astype(np.promote_types(image.dtype, np.float32))


def _scale(begin, end, image, result, low, span):
    part = image[begin:end].astype(np.promote_types(image.dtype, np.float32))
    if image.dtype.kind == "f":
        part[~np.isfinite(part)] = low
    part -= part.dtype.type(low)
    part /= part.dtype.type(span)
    np.clip(part, -_FAR, _FAR, out=part)
    result[begin:end] = part
