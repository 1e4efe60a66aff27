from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.runtime.team import Team
from workers.slic.blocks import Clusters, by_block
from workers.slic.candidates import by_tile
from workers.slic.metric import metric_of
from workers.slic.tiles import TILE, Scale, make_tiles

SHAPE = (20, 18, 37)
PLAIN = Scale(np.float64(0), np.float64(1), np.float64(1))


def random_clusters(rng, n, reach, levels):
    """Clusters anywhere, with windows around them and one of few intensities."""
    centres = (
        rng.random((n, 4)) * (*SHAPE, 0) + np.c_[np.zeros((n, 3)), rng.integers(levels, size=n)]
    )
    low = np.clip(centres[:, :3] - reach, 0, None).astype(np.int32)
    high = np.minimum(centres[:, :3] + reach + 1, SHAPE).astype(np.int32)
    return Clusters(centres, np.stack([low, high], -1).reshape(-1, 6))


def listed_for(clusters, image, weight_of, threads=1):
    """The candidates of each tile, and what was measured with."""
    with Team(threads) as team:
        tiles = make_tiles(image[..., None], None, PLAIN, team)
    metric = metric_of(tiles, clusters.centres, weight_of, np.array([1.0, 2.0, 0.5]))
    lists = by_block(clusters.windows, SHAPE)
    rows, candidates = by_tile(0, int(np.prod(lists.blocks)), lists, tiles, clusters, metric)
    return {row[0]: candidates[row[1] : row[2]] for row in rows}, metric


def distances(clusters, image, metric):
    """The distance of each voxel to each cluster, infinite outside its window."""
    ijk = np.stack(np.indices(SHAPE), -1)[..., None, :]
    offset = (ijk - clusters.centres[:, :3]) * metric.spacing
    square = (offset**2).sum(-1) * metric.weight + (image[..., None] - clusters.centres[:, 3]) ** 2
    low, high = clusters.windows[:, ::2], clusters.windows[:, 1::2]
    within = ((ijk >= low) & (ijk < high)).all(-1)
    return np.where(within, square, np.inf)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 99), st.integers(1, 60), st.floats(1, 40), st.integers(1, 4), st.floats(0.5, 30)
)
def test_no_cluster_is_left_out_that_is_nearest_to_a_voxel_of_the_tile(
    seed, n, reach, levels, step
):
    rng = np.random.default_rng(seed)
    clusters = random_clusters(rng, n, reach, levels)
    image = rng.integers(levels, size=SHAPE).astype(float)

    listed, metric = listed_for(clusters, image, step)

    measured = distances(clusters, image, metric)
    least = measured.min(-1, keepdims=True)
    nearest = (measured == least) & np.isfinite(least)
    grid = [-(-size // side) for size, side in zip(SHAPE, TILE, strict=True)]
    for tile, candidates in listed.items():
        corner = np.array(np.unravel_index(tile, grid)) * TILE
        box = tuple(slice(a, a + side) for a, side in zip(corner, TILE, strict=True))
        assert set(np.flatnonzero(nearest[box].any((0, 1, 2)))) <= set(candidates.tolist())
        assert (np.diff(candidates) > 0).all()


@pytest.mark.slow
def test_most_clusters_are_left_out_of_a_tile_of_one_intensity():
    clusters = random_clusters(np.random.default_rng(0), 300, 100, 1)

    listed, _ = listed_for(clusters, np.zeros(SHAPE), 3.0)

    assert np.mean([len(candidates) for candidates in listed.values()]) < 60
