"""How far it is from a voxel to a cluster."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workers.slic.tiles import TILE, Tiles


class Metric(NamedTuple):
    """How distances are measured.

    Attributes
    ----------
    spacing : (3,) ndarray of float32 or float64
    weight : float of the same type
        What a squared length of 1 counts against a squared difference of intensity of 1.
    channels : int
        How many count; 0 if distance alone decides.
    noise : float
        Above this part of two squared distances, rounding cannot change which one is smaller.
    numbers : ndarray of the same float
        0, 1, 2 … up to the longest axis and the number of clusters.
    """

    spacing: np.ndarray
    weight: float
    channels: int
    noise: float
    numbers: np.ndarray


def metric_of(
    tiles: Tiles,
    centres: np.ndarray,
    step: float,
    spacing: np.ndarray,
    *,
    ignore_color: bool = False,
) -> Metric:
    """Return how far a step is for scikit-image; the parameters are those of `iterate`."""
    dtype = centres.dtype
    square = np.float32(step) * np.float32(step)  # scikit-image's step is float32 in any case
    weight = dtype.type(1.0 / float(square)) if square else dtype.type(np.inf)
    return weigh(tiles, centres, weight, spacing, ignore_color=ignore_color)


def weigh(
    tiles: Tiles,
    centres: np.ndarray,
    weight: float,
    spacing: np.ndarray,
    *,
    ignore_color: bool = False,
) -> Metric:
    """Return the metric of a given `Metric.weight`."""
    dtype = centres.dtype
    channels = centres.shape[1] - 3
    roundings = 4 * (9 + channels)  # twice what measuring has, for each of two
    ends = (at + side + max(TILE) for at, side in zip(tiles.origin, tiles.shape, strict=True))
    return Metric(
        spacing,
        dtype.type(weight),
        0 if ignore_color else channels,
        roundings * float(np.finfo(dtype).eps),
        np.arange(max(*ends, len(centres)), dtype=dtype),
    )
