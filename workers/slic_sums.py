"""Where clusters move to, whatever the order in which their voxels are added up.

Intensities are whole multiples of 1 / `FRACTIONS`, coordinates are whole numbers: sums of both in
64-bit integers have no rounding. Those of the chunks of a volume, added up in any order by whoever
computes them, are therefore those of the volume.
"""

from __future__ import annotations

import numpy as np

from workers.compiled import compiled
from workers.team import Team
from workers.tiles import TILE_J, TILE_K, Tiles

FRACTIONS = 2**16
"""Steps in an intensity of 1; float32 counts them exactly up to 256."""


def fixed(values: np.ndarray) -> np.ndarray:
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


def add_up(tiles: Tiles, n: int, team: Team) -> np.ndarray:
    """Return the sums over the voxels of each cluster.

    Parameters
    ----------
    tiles : Tiles
        Whose values are whole multiples of 1 / `FRACTIONS`.
    n : int
        Number of clusters.
    team : Team
        The threads that do it, each with sums of its own.

    Returns
    -------
    sums : (n, 4 + C) ndarray of int64
        Number of voxels; their i, j and k, counted from where `Tiles.origin` is; and the
        intensities in steps of 1 / `FRACTIONS`.
    """
    channels = tiles.lowest.shape[1]

    def part(begin, end):
        sums = np.zeros((n, 4 + channels), np.int64)
        _add_up(begin, end, sums, tiles, np.float32(FRACTIONS))
        return sums

    return sum(team.share(part, tiles.shape[0], parts_each=1), np.zeros((n, 1), np.int64))


def means(sums: np.ndarray) -> np.ndarray:
    """Return the centres of clusters.

    Parameters
    ----------
    sums : (n, 4 + C) ndarray of int64
        As `add_up` returns them, of all chunks together.

    Returns
    -------
    centres : (n, 3 + C) ndarray of float32
        Voxel coordinates and channels; NaN where a cluster has no voxel.
    """
    with np.errstate(invalid="ignore"):
        centres = sums[:, 1:] / sums[:, :1]
    centres[:, 3:] /= FRACTIONS
    return centres.astype(np.float32)


@compiled
def _add_up(begin, end, sums, tiles, steps):  # noqa: C901  (a call in it would double it)
    """Add up the slices `begin` … `end`, run by run of voxels with the same cluster."""
    for i in range(begin, end):
        for j in range(tiles.shape[1]):
            first = np.uint64((i * tiles.grid[1] * TILE_J + j) * tiles.grid[2] * TILE_K)
            stop = first + np.uint64(tiles.shape[2])
            at = first
            while at < stop:
                n, run = tiles.clusters[at], at
                if n < 0:
                    while at < stop and tiles.clusters[at] < 0:
                        at += np.uint64(1)
                    continue
                total = np.int64(0)
                while at < stop and tiles.clusters[at] == n:
                    total += np.int64(tiles.values[at] * steps)
                    at += np.uint64(1)
                sums[n, 4] += total
                for c in range(1, tiles.lowest.shape[1]):
                    shift = np.uint64(c * tiles.clusters.size)
                    for x in range(run, at):
                        sums[n, 4 + c] += np.int64(tiles.values[shift + x] * steps)
                k, length = tiles.origin[2] + np.int64(run - first), np.int64(at - run)
                sums[n, 0] += length
                sums[n, 1] += length * (tiles.origin[0] + i)
                sums[n, 2] += length * (tiles.origin[1] + j)
                sums[n, 3] += length * (2 * k + length - 1) // 2
