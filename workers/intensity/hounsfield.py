"""Whether intensities are those of a CT, told from the intensities alone."""

from __future__ import annotations

import numpy as np

LOWEST = -1200
"""HU: air is at −1000, and its noise hardly below this; what is lower is padding."""

SKIN = -500
"""HU: half-way from air to what is under the skin, where its border is seen."""

SOFT_TISSUE = (-150.0, 250.0)
"""HU: a window of 400 about 50, in which fat, muscle and organs differ."""

_STORED = (1024, 1000)  # what is added to HU, so that no number is negative
_TISSUE = (-200, 300)  # fat to organs full of contrast medium
_GAP = (-650, -250)  # between lung and fat there are borders only
_AIRS = range(-1075, -674, 50)  # air, and lungs where a crop holds no air
_HU = (
    0.5,
    0.5,
)  # at most so much bone, of what is no air; and how deep the gap, as a part of tissue
_UNSIGNED = (0.3, 0.2)  # stricter
_FATTY, _LEAST_FAT = (-150, -50), 0.03
_WATERY, _LEAST_WATER = (-20, 100), 0.2
_FEW = 100  # voxels
_SAMPLE = 200_000
_LEAST_TISSUE = 0.001
_LEAST_AIR = 0.01
_PEAK = 3  # times as dense as between air and fat
_FAT, _BETWEEN, _WATER = slice(2, 8), slice(6, 16), slice(14, 24)  # of 10 HU, from −150
_MOST_AT_VALLEY = 0.8


def is_hounsfield(values: np.ndarray) -> bool:
    """Tell whether intensities are HU.

    Air (or lung) and soft tissue have to be where HU put them, −1000 and about 0, with little
    between them; the whole numbers that most CT have are not asked for, since who resamples has
    them no more. Where there is no air (a crop from inside the body), fat and organs have to be
    two modes at their places.

    Parameters
    ----------
    values : (n,) ndarray
        Intensities, in any order; what is not finite, or padding, is left out.
    """
    values = _without_padding(values)
    return _has_air(values, *_HU) or _is_inside_a_body(values)


def offset_of(values: np.ndarray) -> float | None:
    """Return what was added to HU: 0, or what scanners add for unsigned numbers; None if no CT.

    Parameters
    ----------
    values : (n,) ndarray
        As for `is_hounsfield`.
    """
    if is_hounsfield(values):
        return 0.0
    return next((float(n) for n in _STORED if _is_unsigned(_without_padding(values, n))), None)


def _without_padding(values, offset=0):
    values = values[:: max(1, values.size // _SAMPLE)].astype(np.float64) - offset
    values = values[np.isfinite(values)]
    return values[values >= LOWEST]


def _has_air(values, most_bone, valley):
    """Tell whether air and tissue are where HU put them."""
    if values.size < _FEW:
        return False
    tissue, gap = _share(values, *_TISSUE), _density(values, *_GAP)
    air = max(_density(values, low, low + _AIRS.step) for low in _AIRS[:-1])
    enough = tissue >= _LEAST_TISSUE and air * _AIRS.step >= _LEAST_AIR
    apart = gap <= valley * _density(values, *_TISSUE) and air >= _PEAK * gap
    return bool(enough and apart and tissue >= (1 - most_bone) * np.mean(values > SKIN))


def _is_unsigned(values):
    """Tell whether it is CT for sure, as MR is never negative either."""
    if not _has_air(values, *_UNSIGNED):
        return False
    dense = values[values > SKIN]
    return bool(_share(dense, *_FATTY) >= _LEAST_FAT and _share(dense, *_WATERY) >= _LEAST_WATER)


def _is_inside_a_body(values):
    """Tell whether fat and organs are two modes, and nearly all is tissue."""
    if values.size < _FEW or _share(values, -300, 3100) < 0.98 or _share(values, *_TISSUE) < 0.5:
        return False
    height, _ = np.histogram(values, np.arange(-150, 151, 10))
    height = np.convolve(height, (0.25, 0.5, 0.25), "same")
    fat, water = height[_FAT].max(), height[_WATER].max()
    lower = min(fat, water)
    seen = lower >= _LEAST_AIR * values.size
    return bool(seen and height[_BETWEEN].min() <= _MOST_AT_VALLEY * lower)


def _share(values, low, high):
    return np.mean((values >= low) & (values < high))


def _density(values, low, high):
    return _share(values, low, high) / (high - low)
