"""Which voxels are worth partitioning: the foreground, and a threshold for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import ndimage
from skimage.filters import threshold_otsu

from workers.runtime.team import Team
from workers.superpixels.body import Body
from workers.superpixels.pieces import pieces

_SAMPLE = 1_000_000
_BINS = 512
_PADDING = 0.01  # share of exactly the lowest value from which on it is a background
_FEW = 2  # voxels: one alone is only the darkest
_AIR_SHARE = 0.15  # of what is not padding; cerebrospinal fluid is less
_AIR_AT_RIM = 0.6
_AIR_AT_ENDS = 0.9  # of two opposite faces
_AIR_LEVEL = 0.45  # of the way from the darkest to the brightest mode; grey matter is at 0.6 in T1
_CUT_OUT = 0.9
_VALLEY = 0.2  # how deep it must be between air and tissue, as part of the air's peak
_FOOT = 0.05
_MOST = 1e100  # sums of squares of what is more may not be floats


class _Peak(NamedTuple):
    """The darkest mode of the values, in the bins of a histogram."""

    centres: np.ndarray
    height: np.ndarray
    mode: int
    valley: int
    bright: int

    def is_air(self) -> bool:
        """Return whether the mode is dark against the brightest, and a valley lies between."""
        deep = self.height[self.valley] <= _VALLEY * self.height[self.mode]
        return bool(deep and self.mode <= _AIR_LEVEL * self.bright)

    def foot(self) -> float:
        """Return the value above the mode at which its density has almost come to the valley's."""
        low = self.height[self.valley]
        limit = low + _FOOT * (self.height[self.mode] - low)
        return float(self.centres[self.mode + np.argmax(self.height[self.mode :] <= limit)])


def foreground(image: np.ndarray, threshold: float | None) -> np.ndarray:
    """Return the voxels that are finite and above `threshold`.

    Parameters
    ----------
    image : (I, J, K) ndarray
        Integers or reals.
    threshold : float or None
        The largest value that is not foreground; None takes every finite voxel.

    Returns
    -------
    mask : (I, J, K) ndarray of bool
    """
    finite = np.isfinite(image)
    return finite if threshold is None else finite & (image > np.float64(threshold))


def foreground_of(
    channels: Sequence[np.ndarray],
    threshold: float | None,
    body: Body | None = None,
    low: tuple[int, int, int] = (0, 0, 0),
) -> np.ndarray:
    """Return the voxels that are finite in all channels and foreground in the first.

    Parameters
    ----------
    channels : sequence of (I, J, K) ndarray
        Integers or reals, of a box of the volume.
    threshold : float or None
        As for `foreground`.
    body : Body, optional
        Where the first channel has a body: then what is above `threshold` is foreground at its
        skin only, and all that is within.
    low : tuple of int, optional
        The first voxel of the box.
    """
    mask = foreground(channels[0], threshold)
    if body is not None:
        mask = body.of(channels[0], mask, low)
    for other in channels[body is None :]:
        mask &= np.isfinite(other)
    return mask


def without_specks(mask: np.ndarray, smallest: float, team: Team) -> np.ndarray:
    """Drop 6-connected pieces of less than `smallest` voxels; the largest piece stays.

    Parameters
    ----------
    mask : (I, J, K) ndarray of bool
        Some voxels set.
    smallest : float
        In voxels.
    team : Team
        The threads that do it.

    Returns
    -------
    mask : (I, J, K) ndarray of bool
        `mask` itself if there are no specks.
    """
    found = pieces(np.zeros(mask.shape, np.int32), mask, threads=team.threads)
    keep = found.sizes >= min(smallest, found.sizes.max())
    keep[0] = False
    if keep[1:].all():
        return mask
    kept = np.empty(mask.shape, bool)
    team.share(lambda begin, end: keep.take(found.map[begin:end], out=kept[begin:end]), len(mask))
    return kept


def lowest(image: np.ndarray) -> float:
    """Return the lowest finite value; infinity if none is finite."""
    if image.dtype.kind != "f":
        return float(image.min())
    return float(np.min(image, where=np.isfinite(image), initial=np.inf))


def thinning(shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return every how many voxels along each axis are looked at, of a volume of any size."""
    step = max(1, round((math.prod(shape) / _SAMPLE) ** (1 / 3)))
    i, j, k = (min(step, size) for size in shape)
    return i, j, k


def threshold_of(lowest: float, thinned: np.ndarray) -> float:
    """Return a low threshold that parts the air around the object from the object.

    Two things can lie around an object: padding, which is not finite or exactly the lowest value
    of the volume in 1 % of the voxels or more (a skull that was stripped, the corners of a CT),
    and air, the noise of a scanner. An object with padding on 90 % of the volume's faces was cut
    out by someone, and is kept whole. Else air is the darkest mode of what is not padding, if it
    makes up 15 % of that, if most of what borders on the padding and the faces is in it (or nearly
    all of two opposite faces: a leg or a core is cut off at others), and if a valley parts it
    from the rest. Then the threshold is the upper foot of that mode, so that dark
    tissue (fluid in FLAIR) stays in the foreground; else it is the padding's value;
    and without padding (or contrast) it lies below the lowest value: all is foreground.

    A crop from inside an object whose darker tissue lies all around looks the same as an object
    in air; there the threshold has to be given.

    Parameters
    ----------
    lowest : float
        The lowest finite value of the volume.
    thinned : (I', J', K') ndarray
        Every `thinning`-th voxel along each axis. NaN and infinities are left out.

    Returns
    -------
    threshold : float
        To be used as ``value > threshold``. 0 if no voxel is finite.
    """
    image = thinned.astype(np.float64)
    finite = np.isfinite(image)
    image = np.clip(image, -_MOST, _MOST)
    values = image[finite]
    if not values.size:
        return 0.0
    padding = padding_of(values)
    threshold = _below(lowest, values.max()) if padding is None else padding
    rest = finite if padding is None else finite & (image != padding)
    if 1 - np.mean(np.concatenate(_faces(rest))) >= _CUT_OUT:
        return threshold
    return max(threshold, _foot_of_air(image, rest, threshold))


def padding_of(values: np.ndarray) -> float | None:
    """Return the lowest of some finite values if so many are exactly that; else None."""
    low = values.min()
    count = np.count_nonzero(values == low)
    return float(low) if max(_FEW, _PADDING * values.size) <= count < values.size else None


def _below(low, high):
    """Return a value below the lowest, by enough to be told apart in float32."""
    with np.errstate(over="ignore"):  # infinitely low: all that is finite lies above
        return float(low - max(high / 1000 - low / 1000, abs(low) / 1000, 1e-30))


def _faces(array):
    """Return the values on the six faces, those of opposite ones side by side."""
    moved = [np.moveaxis(array, axis, 0) for axis in range(3)]
    return [face.ravel() for each in moved for face in (each[0], each[-1])]


def _foot_of_air(image, rest, otherwise):
    values = _without_outliers(image[rest])
    if values.min() == values.max():
        return otherwise
    split = threshold_otsu(values)
    if np.mean(values <= split) < _AIR_SHARE or not _lies_around(image <= split, rest):
        return otherwise
    peak = _darkest(values, split)
    return peak.foot() if peak.is_air() else otherwise


def _lies_around(dark, rest):
    """Tell whether what is dark lies around, or in front and behind where an object is cut off."""
    rim = rest & ndimage.binary_dilation(~rest, border_value=1)
    faces = [_part(face, of) for face, of in zip(_faces(dark), _faces(rest), strict=True)]
    pairs = zip(faces[::2], faces[1::2], strict=True)
    return _part(dark, rim) >= _AIR_AT_RIM or max(map(min, pairs)) >= _AIR_AT_ENDS


def _part(dark, of):
    return np.count_nonzero(dark & of) / max(1, np.count_nonzero(of))


def _without_outliers(values):
    low, high = np.quantile(values, (0.001, 0.995))
    usual = values[(values >= low) & (values <= high)]
    return usual if usual.size else values  # of two voxels each would be one


def _darkest(values, split):
    """Find the highest bin up to `split` and the lowest between it and the highest beyond."""
    counts, edges = np.histogram(values, _bins(values))
    height = ndimage.gaussian_filter1d(counts.astype(float), 1.5, mode="constant")
    beyond = int(np.clip(np.searchsorted(edges[1:], split), 1, height.size - 1))
    mode = int(np.argmax(height[:beyond]))
    bright = beyond + int(np.argmax(height[beyond:]))
    valley = mode + int(np.argmin(height[mode : bright + 1]))
    return _Peak((edges[:-1] + edges[1:]) / 2, height, mode, valley, bright)


def _bins(values):
    """As many bins as there are values, if few, so that integers leave no comb of empty bins."""
    return int(np.clip(np.unique(values).size, 8, _BINS))
