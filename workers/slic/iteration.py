"""SLIC's iterations: each voxel to its nearest centre, the centres to their means, and again."""

from __future__ import annotations

import math

import numpy as np

from workers.runtime.progress import Report, silent
from workers.runtime.team import Team
from workers.slic.assign import assign
from workers.slic.blocks import Clusters, Lists, by_block, reach_of, windows_of
from workers.slic.candidates import by_tile
from workers.slic.metric import Metric, metric_of
from workers.slic.sums import Sums
from workers.slic.tiles import NOBODY, Tiles
from workers.slic.update import move


def iterate(
    tiles: Tiles,
    centres: np.ndarray,
    step: float,
    spacing: np.ndarray,
    *,
    max_num_iter: int = 10,
    ignore_color: bool = False,
    team: Team,
    report: Report | None = None,
) -> None:
    """Assign each voxel to its nearest centre, move the centres to their means, and again.

    Clusters and centres are scikit-image's in every bit, for any number of threads.

    Parameters
    ----------
    tiles : Tiles
        Intensities already divided by the compactness; finite where they take part. The clusters
        are written here, those from before are forgotten. A voxel that no cluster's window covers
        keeps the one of the last iteration.
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
    reach = reach_of(tiles.shape, len(centres))
    metric = metric_of(tiles, centres, step, spacing, ignore_color=ignore_color)
    np.minimum(tiles.clusters, NOBODY, out=tiles.clusters)
    voxels = tiles.inside.sum()
    for i in range(max_num_iter):
        windows = windows_of(centres, reach, tiles.shape)
        lists = by_block(windows, tiles.shape)
        missed = assign_near(lists, tiles, Clusters(centres, windows), metric, team)
        if missed == voxels:  # scikit-image leaves the centres then, and stops
            return
        # Where a voxel kept a cluster whose window has gone, the windows no longer tell the rows.
        rows = np.full((len(centres), 2), (0, tiles.shape[0])) if missed else windows[:, :2]
        move(centres, tiles, np.ascontiguousarray(rows, np.int32), team)
        report((i + 1) / max_num_iter)


def assign_near(
    lists: Lists,
    tiles: Tiles,
    clusters: Clusters,
    metric: Metric,
    team: Team,
    *,
    keeps: bool = True,
    sums: Sums | None = None,
) -> int:
    """Assign each voxel to the nearest of the clusters that are listed for its block.

    Parameters
    ----------
    lists : Lists
    tiles : Tiles
        Whose `clusters` are written.
    clusters, metric, team
        As elsewhere.
    keeps : bool, optional
        Whether voxels in no window keep what they had; else they are nobody's.
    sums : Sums, optional
        To which the voxels are added, if given.

    Returns
    -------
    missed : int
        How many voxels that take part lie in no window.
    """
    sums = sums or Sums(0, 0)

    def part(begin, end):
        near = by_tile(begin, end, lists, tiles, clusters, metric)
        return assign(*near, tiles, clusters, metric, keeps, sums.own())

    return sum(team.share(part, math.prod(lists.blocks)))
