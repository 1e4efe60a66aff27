"""SLIC on one chunk of a volume on disk."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workers.chunked.feature_tiles import feature_tiles
from workers.chunked.foreground_chunk import StoredForeground
from workers.chunked.local_pieces import local_pieces
from workers.chunked.stored_pieces import keep
from workers.runtime.box import BoxBounds
from workers.runtime.team import Team
from workers.slic.exact_sums import Rule, assign, assign_adding
from workers.slic.sums import round_to_fractions
from workers.slic.tiles import Tiles, join_tiles
from workers.storage.chunks import common, grow, is_empty, low_of, shape_of, slices
from workers.storage.foreign_zarr.array import image_at
from workers.storage.stored_array import open_array, raw_chunk
from workers.superpixels.intensities import rescale, times
from workers.superpixels.smoothing import radius, smooth


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
        Of an array of float32 for each channel, uncompressed; NaN outside the foreground.
    chunks, shape : tuple of int
        Of these arrays.
    box : BoxBounds
        Around the foreground.
    """

    paths: tuple[str, ...]
    chunks: tuple[int, int, int]
    shape: tuple[int, int, int]
    box: BoxBounds

    def read(self, chunk: BoxBounds) -> list[np.ndarray]:
        """Return what of a chunk lies in the box, for each channel; nothing if no voxel does."""
        inside = slices(common(chunk, self.box), low_of(chunk))
        read = (raw_chunk(path, chunk, self.chunks, np.float32) for path in self.paths)
        return [values[inside] for values in read if values is not None]


def write_features(
    ground: StoredForeground,
    channel: int,
    chunk: BoxBounds,
    limits: tuple[float, float],
    weight: float,
    widths: tuple[float, float, float],
    path: str,
) -> None:
    """Write a channel of a chunk as SLIC compares it: scaled, smoothed, in fixed steps.

    They are the very same as if the whole were smoothed at once: as many voxels around the chunk
    are read as the smoothing reaches.

    Parameters
    ----------
    ground : Ground
    channel : int
        From 0.
    chunk : BoxBounds
        In the volume.
    limits : tuple of float
        As `workers.superpixels.intensities.limits` returns them.
    weight : float
        What the scaled intensities are multiplied by.
    widths : (3,) tuple of float
        Of the smoothing along each axis, in voxels.
    path : str
        Of an array of float32 of the volume's shape; NaN is written where nothing takes part.
    """
    box = common(chunk, ground.box)
    if is_empty(box):
        return
    mask = open_array(ground.mask)[slices(box)].astype(bool)
    if not mask.any():
        return
    around = grow(box, tuple(radius(width) for width in widths), ground.box)
    with Team(1) as team:
        values = rescale(image_at(ground.images[channel])[slices(around)], limits, team)
        values = times(values, weight)
        values = smooth(values, widths, team)
    values = round_to_fractions(values[slices(box, low_of(around))])
    values[~mask] = np.nan
    whole = np.full(shape_of(chunk), np.nan, np.float32)
    whole[slices(box, low_of(chunk))] = values
    open_array(path, "r+")[slices(chunk)] = whole


def sums_of(features: Features, chunk: BoxBounds, centres: Centres, how: Rule) -> np.ndarray:
    """Return what the voxels of a chunk add to the sums of its centres; see `slic_sums.Sums`."""
    n = len(centres.numbers)
    if not (values := features.read(chunk)):
        return np.zeros((n, 4 + len(features.paths)), np.int64)
    with Team(1) as team:
        return assign_adding(_tiles(values, features, chunk), centres.places, how, team)


def keep_pieces(
    features: Features, chunk: BoxBounds, centres: Centres, how: Rule, pieces: tuple[str, int]
) -> None:
    """Keep the pieces of the clusters in a chunk: each under its number, counted from 1.

    Parameters
    ----------
    features, chunk, centres, how
        As elsewhere.
    pieces : tuple
        Where, and as which chunk; see `workers.chunked.stored_pieces.keep`.
    """
    ids, inside = np.zeros(shape_of(chunk), np.int32), np.zeros(shape_of(chunk), bool)
    if values := features.read(chunk):
        here = slices(common(chunk, features.box), low_of(chunk))
        inside[here] = ~np.isnan(values[0])
        tiles = _tiles(values, features, chunk)
        with Team(1) as team:
            assign(tiles, centres.places, how, team)
        ids[here] = np.r_[0, centres.numbers + 1].astype(np.int32)[join_tiles(tiles, 1)]
    keep(*pieces, chunk, local_pieces(ids, low_of(chunk), features.shape, inside, threads=1))


def _tiles(values, features: Features, chunk: BoxBounds) -> Tiles:
    corner = zip(low_of(common(chunk, features.box)), low_of(features.box), strict=True)
    i, j, k = (at - zero for at, zero in corner)
    return feature_tiles(values, (i, j, k))
