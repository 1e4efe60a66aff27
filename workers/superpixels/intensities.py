"""Intensities on a scale of their own, whatever the scanner's."""

from __future__ import annotations

import numpy as np

from workers.runtime.team import Team
from workers.superpixels.foreground import thinning

_ENOUGH = 10_000
_PERCENTILES = (1, 99)
_FAR = 100.0  # on the new scale: further out, float32 distances overflow
_SHARE = 1 / 8  # of what a float can hold: beyond it, what is between two values may not be one
_PARTS = 16  # for each thread, so that what lies between steps stays near the processor


def scale(
    image: np.ndarray, mask: np.ndarray, team: Team, above: float | None = None
) -> np.ndarray:
    """Scale a volume so that the 1st percentile inside the mask is 0 and the 99th is 1.

    Parameters
    ----------
    image : (I, J, K) ndarray
        Integers or reals; what is not finite becomes 0.
    mask : (I, J, K) ndarray of bool
        Some voxels set, all of them finite. Of a large one every n-th along each axis is looked at.
    team : Team
        The threads that do it.
    above : float, optional
        Only intensities above it count for the percentiles, if there are any.

    Returns
    -------
    scaled : (I, J, K) ndarray of float32
        From −100 to 100; only shifted, where both percentiles are the same.
    """
    return rescale(image, limits(_sample(image, mask, above)), team)


def limits(values: np.ndarray) -> tuple[float, float]:
    """Return which intensity becomes 0, and how much above it lies what becomes 1.

    Parameters
    ----------
    values : (n,) ndarray
        Intensities inside the mask, in any order. Those beyond an eighth of what their float can
        hold count as that.
    """
    values = values.astype(np.promote_types(values.dtype, np.float32))
    most = np.finfo(values.dtype).max * values.dtype.type(_SHARE)
    np.clip(values, -most, most, out=values)
    low, high = np.percentile(values, _PERCENTILES)
    return low, high - low or 1.0


def rescale(image: np.ndarray, limits: tuple[float, float], team: Team) -> np.ndarray:
    """Return intensities on the scale of some `limits`; not finite ones become 0."""
    result = np.empty(image.shape, np.float32)
    team.share(_scale, len(image), image, result, *limits, parts_each=_PARTS)
    return result


def times(values: np.ndarray, weight: float) -> np.ndarray:
    """Multiply scaled intensities by a weight, in place; they still go from −100 to 100."""
    if weight != 1:
        values *= np.float32(weight)
        np.clip(values, -_FAR, _FAR, out=values)
    return values


def above_of(values: np.ndarray, above: float | None) -> np.ndarray:
    """Return the intensities above `above`; all, if that is None or there are none."""
    if above is None:
        return values
    found = values[values > np.float64(above)]
    return found if found.size else values


def is_enough(values: int) -> bool:
    """Tell whether so many sampled intensities will do; else all inside the mask are taken."""
    return values >= _ENOUGH


def _sample(image, mask, above):
    """Return intensities inside the mask, about a million of them if there are more."""
    thin = tuple(slice(None, None, step) for step in thinning(image.shape))
    values = above_of(image[thin][mask[thin]], above)
    return values if is_enough(values.size) else above_of(image[mask], above)


def _scale(begin, end, image, result, low, span):
    part = image[begin:end].astype(np.promote_types(image.dtype, np.float32))
    if image.dtype.kind == "f":
        part[~np.isfinite(part)] = low
    with np.errstate(over="ignore"):  # infinite is as far out as _FAR
        part -= part.dtype.type(low)
        part /= part.dtype.type(span)
    np.clip(part, -_FAR, _FAR, out=part)
    result[begin:end] = part
