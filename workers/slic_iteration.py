"""SLIC's iterations: each voxel to its nearest centre, the centres to their means, and again."""

from __future__ import annotations

import math

import numpy as np
from skimage.util import regular_grid

from workers.progress import Report, silent
from workers.slic_assign import assign
from workers.slic_candidates import BLOCK, Clusters, Metric, by_block, by_tile
from workers.slic_update import move
from workers.team import Team
from workers.tiles import Tiles


def iterate(
    tiles: Tiles,
    centres: np.ndarray,
    step: float,
    spacing: np.ndarray,
    *,
    max_num_iter: int = 10,
    ignore_color: bool = False,
    wide: bool = False,
    team: Team,
    report: Report | None = None,
) -> None:
    """Assign each voxel to its nearest centre, move the centres to their means, and again.

    Unless `wide`, clusters and centres are scikit-image's in every bit; they are the same for any
    number of threads in either case.

    Parameters
    ----------
    tiles : Tiles
        Intensities already divided by the compactness; finite where they take part. The clusters
        are written here. A voxel that no cluster's window covers keeps the one it had.
    centres : (n, 3 + C) ndarray of the same float
        Voxel coordinates and channels; changed in place. A cluster without voxels becomes NaN. At
        equal distance the lower one wins.
    step : float
        Distance, in units of `spacing`, that counts like a channel's difference of 1.
    spacing : (3,) ndarray of the same float
        Edges of a voxel. The window of a cluster is ±2 steps of scikit-image's cubic grid.
    max_num_iter : int, optional
        Number of iterations.
    ignore_color : bool, optional
        Whether distance alone decides.
    wide : bool, optional
        Whether the means are better than scikit-image's where clusters are huge; see `move`.
    team : Team
        The threads that do it.
    report : callable, optional
        Told the fraction that is done after each iteration; may raise CancelledError.

    References
    ----------
    Achanta et al., "SLIC Superpixels Compared to State-of-the-art Superpixel Methods",
    TPAMI 2012, doi:10.1109/TPAMI.2012.120
    """
    report = report or silent
    reach = _reach(tiles.shape, len(centres))
    metric = metric_of(tiles, centres, step, spacing, ignore_color=ignore_color)
    blocks = tuple(-(-size // side) for size, side in zip(tiles.shape, BLOCK, strict=True))
    for i in range(max_num_iter):
        windows = _windows(centres, reach, tiles.shape)
        found = (*by_block(windows, blocks), blocks)
        missed = assign_near(found, tiles, Clusters(centres, windows), metric, team)
        # Where a voxel kept a cluster whose window has gone, the windows no longer tell the rows.
        rows = np.full((len(centres), 2), (0, tiles.shape[0])) if missed else windows[:, :2]
        move(centres, tiles, np.ascontiguousarray(rows, np.int32), team, wide=wide)
        report((i + 1) / max_num_iter)


def assign_near(found: tuple, tiles: Tiles, clusters: Clusters, metric: Metric, team: Team) -> int:
    """Assign each voxel to the nearest of the clusters that are listed for its block.

    Parameters
    ----------
    found : tuple
        What `by_block` returns, and the number of blocks along each axis.
    tiles : Tiles
        Whose `clusters` are written.
    clusters, metric, team
        As elsewhere.

    Returns
    -------
    missed : int
        How many voxels that take part lie in no window; they keep what they had.
    """

    def part(begin, end):
        return assign(
            *by_tile(begin, end, *found, tiles, clusters, metric), tiles, clusters, metric
        )

    return sum(team.share(part, math.prod(found[-1])))


def metric_of(
    tiles: Tiles,
    centres: np.ndarray,
    step: float,
    spacing: np.ndarray,
    *,
    ignore_color: bool = False,
) -> Metric:
    """Return how far a step is; the parameters are those of `iterate`."""
    dtype = centres.dtype
    square = np.float32(step) * np.float32(step)  # scikit-image's step is float32 in any case
    channels = centres.shape[1] - 3
    roundings = 4 * (9 + channels)  # twice what measuring has, for each of two
    longest = max(*(side + max(BLOCK) for side in tiles.shape), len(centres))
    return Metric(
        spacing,
        dtype.type(1.0 / float(square)) if square else dtype.type(np.inf),
        0 if ignore_color else channels,
        roundings * float(np.finfo(dtype).eps),
        np.arange(longest, dtype=dtype),
    )


def _reach(shape, n):
    """Return scikit-image's window along each axis: two steps of its grid of n seeds."""
    return np.array([2 * int(s.step or 1) for s in regular_grid(shape, n)])


def _windows(centres, reach, shape):
    """Return the (n, 6) windows, rounded as scikit-image does; empty for what is NaN."""
    places, reach = centres[:, :3], reach.astype(centres.dtype)
    low = np.maximum(places - reach, 0)
    high = np.minimum(places + reach + centres.dtype.type(1), np.asarray(shape, centres.dtype))
    gone = np.isnan(places).any(1)
    low[gone] = high[gone] = 0
    return np.stack([low, high], -1).reshape(-1, 6).astype(np.int32)
