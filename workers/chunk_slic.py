"""SLIC on one chunk of a volume on disk."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workers.chunk_ground import Ground
from workers.chunks import Box, common, grown, is_empty, low_of, shape_of, slices
from workers.clustering import Rule, assign
from workers.intensities import rescaled
from workers.local_pieces import local_pieces
from workers.slic_sums import add_up, fixed
from workers.smoothing import radius, smooth
from workers.stored import opened
from workers.stored_pieces import keep
from workers.team import Team
from workers.tiles import Scale, Tiles, tiled, untiled

_AS_IT_IS = Scale(np.float32(0), np.float32(1), np.float32(1))


class Centres(NamedTuple):
    """Those that a chunk needs.

    Attributes
    ----------
    numbers : (n,) ndarray of int
        Which ones of all, ascending.
    places : (n, 3 + C) ndarray of float32
        Voxel coordinates from the corner of the foreground's box, and channels.
    """

    numbers: np.ndarray
    places: np.ndarray


class Features(NamedTuple):
    """The intensities of a foreground as SLIC compares them.

    Attributes
    ----------
    paths : tuple of str
        Of an array of float32 for each channel; NaN outside the foreground.
    box : Box
        Around the foreground.
    """

    paths: tuple[str, ...]
    box: Box


def write_features(
    ground: Ground,
    chunk: Box,
    limits: tuple[float, float],
    widths: tuple[float, float, float],
    path: str,
) -> None:
    """Write the intensities of a chunk as SLIC compares them: scaled, smoothed, in fixed steps.

    They are the very same as if the whole were smoothed at once: as many voxels around the chunk
    are read as the smoothing reaches.

    Parameters
    ----------
    ground : Ground
    chunk : Box
        In the volume.
    limits : tuple of float
        As `workers.intensities.limits` returns them.
    widths : (3,) tuple of float
        Of the smoothing along each axis, in voxels.
    path : str
        Of an array of float32 of the volume's shape; NaN is written where nothing takes part.
    """
    box = common(chunk, ground.box)
    if is_empty(box):
        return
    mask = opened(ground.mask)[slices(box)].astype(bool)
    if not mask.any():
        return
    around = grown(box, tuple(radius(width) for width in widths), ground.box)
    with Team(1) as team:
        values = rescaled(opened(ground.image)[slices(around)], limits, team)
        values = smooth(values, widths, team)
    values = fixed(values[slices(box, low_of(around))])
    values[~mask] = np.nan
    whole = np.full(shape_of(chunk), np.nan, np.float32)
    whole[slices(box, low_of(chunk))] = values
    opened(path, "r+")[slices(chunk)] = whole


def sums_of(features: Features, chunk: Box, centres: Centres, how: Rule) -> np.ndarray:
    """Return what the voxels of a chunk add to the sums of its centres; see `slic_sums.add_up`."""
    tiles = _assigned(features, common(chunk, features.box), centres, how)
    with Team(1) as team:
        return add_up(tiles, len(centres.numbers), team)


def keep_pieces(
    features: Features, chunk: Box, centres: Centres, how: Rule, pieces: tuple[str, int]
) -> None:
    """Keep the pieces of the clusters in a chunk: each under its number, counted from 1.

    Parameters
    ----------
    features, chunk, centres, how
        As elsewhere.
    pieces : tuple
        Where, and as which chunk; see `workers.stored_pieces.keep`.
    """
    shape = opened(features.paths[0]).shape
    ids = np.full(shape_of(chunk), -1, np.int32)
    box = common(chunk, features.box)
    if not is_empty(box):
        tiles = _assigned(features, box, centres, how)
        numbers = np.r_[0, centres.numbers + 1].astype(np.int32)
        inside = ~np.isnan(opened(features.paths[0])[slices(box)])
        ids[slices(box, low_of(chunk))] = np.where(inside, numbers[untiled(tiles, 1)], -1)
    keep(*pieces, chunk, local_pieces(ids, low_of(chunk), shape, ids >= 0, threads=1))


def _assigned(features: Features, box: Box, centres: Centres, how: Rule) -> Tiles:
    """Return a box in tiles, each voxel given to the nearest of the centres."""
    values = np.stack([opened(path)[slices(box)] for path in features.paths], -1)
    corner = zip(low_of(box), low_of(features.box), strict=True)
    i, j, k = (at - zero for at, zero in corner)
    with Team(1) as team:
        tiles = tiled(values, ~np.isnan(values[..., 0]), _AS_IT_IS, team, (i, j, k))
        assign(tiles, centres.places, how, team)
    return tiles
