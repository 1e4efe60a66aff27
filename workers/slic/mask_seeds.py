"""Where superpixels begin inside a mask: scikit-image's own seeds, without comparing all with all.

scikit-image spreads random voxels of the mask by five rounds of k-means, in which each voxel is
compared with each seed. That is SLIC without intensities and without windows; so are the ties.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from workers.runtime.team import Team
from workers.slic.blocks import BLOCK, Clusters, Lists, blocks_of
from workers.slic.iteration import assign_near
from workers.slic.metric import metric_of
from workers.slic.tiles import Scale, make_tiles
from workers.slic.update import move

_SEED = 123  # scikit-image's
_ROUNDS = 5
_DENSE = 10  # times as many samples as seeds, along each axis
_ROUNDING = 1 + 1e-9
_AT_ONCE = 1_000_000  # distances


def seeds_in_mask(
    mask: np.ndarray, n_segments: int, multichannel: bool, team: Team
) -> tuple[np.ndarray, np.ndarray]:
    """Spread seeds over a mask, as scikit-image 0.26 does.

    Parameters
    ----------
    mask : (I, J, K) ndarray of bool
        Some voxels set.
    n_segments : int
        How many seeds; all voxels of the mask, if it has fewer.
    multichannel : bool
        scikit-image then takes 100 instead of 1000 samples a seed.
    team : Team
        The threads that do it.

    Returns
    -------
    seeds : (n, 3) ndarray of float64
        Voxel coordinates, in C order of the voxels from which they were spread.
    steps : (3,) ndarray of float64
        Mean distance along each axis to the nearest other seed.

    References
    ----------
    Irving, "maskSLIC: Regional Superpixel Generation with Application to Local Pathology
    Characterisation in Medical Images", 2016, arXiv:1606.09518
    """
    inside = np.flatnonzero(mask)
    random = np.random.RandomState(_SEED)  # scikit-image takes its seeds from this one
    chosen = np.sort(random.choice(inside.size, min(n_segments, inside.size), replace=False))
    seeds = np.stack(np.unravel_index(inside[chosen], mask.shape), 1).astype(np.float64)
    samples = _DENSE ** (mask.ndim - multichannel) * n_segments
    sampled = mask
    if inside.size > samples:
        sampled = np.zeros(mask.shape, bool)
        sampled.flat[inside[random.choice(inside.size, samples, replace=False)]] = True
    del inside, chosen
    seeds = _spread(seeds, sampled, team)
    return seeds, abs(seeds - seeds[_nearest_other(seeds)]).mean(0)


def _spread(seeds, sampled, team):
    """Move the seeds to the means of the samples that are nearest to them, and again."""
    tiles = make_tiles(np.zeros((*sampled.shape, 0)), sampled, Scale(0.0, 1.0, 1.0), team)
    spacing = np.ones(3)
    metric = metric_of(tiles, seeds, 1.0, spacing)
    everywhere = np.tile(np.stack([np.zeros(3), sampled.shape], 1).ravel(), (len(seeds), 1))
    windows = everywhere.astype(np.int32)
    for _ in range(_ROUNDS):
        clusters = Clusters(seeds, windows)
        assign_near(_by_block(seeds, sampled.shape), tiles, clusters, metric, team)
        means = np.empty_like(seeds)
        move(means, tiles, np.ascontiguousarray(windows[:, :2]), team)
        seeds = np.where(np.isnan(means), seeds, means)
    return seeds


def _by_block(seeds, shape):
    """List the seeds that may be nearest to a voxel of each block, as `by_block` does."""
    blocks = blocks_of(shape)
    corners = np.stack(np.indices(blocks), -1).reshape(-1, 3) * BLOCK
    centres = corners + (np.array(BLOCK) - 1) / 2
    tree = cKDTree(seeds)
    reach = (tree.query(centres)[0] + np.linalg.norm(BLOCK)) * _ROUNDING
    lists = tree.query_ball_point(centres, reach, return_sorted=True)
    start = np.cumsum([0, *map(len, lists)])
    return Lists(start, np.concatenate(lists).astype(np.int32), blocks)


def _nearest_other(seeds):
    """Return which other seed is nearest to each, of those at equal distance the lowest."""
    n = len(seeds)
    nearest = np.empty(n, np.int64)
    rows = max(1, _AT_ONCE // n)
    for first in range(0, n, rows):
        some = np.arange(first, min(first + rows, n))
        distances = cdist(seeds[some], seeds)
        distances[some - first, some] = np.inf
        nearest[some] = distances.argmin(1)
    return nearest
