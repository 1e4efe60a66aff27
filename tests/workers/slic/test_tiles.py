from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from workers.runtime.team import Team
from workers.slic.tiles import NOBODY, OUTSIDE, TILE, TILE_VOXELS, Scale, join_tiles, make_tiles

SHAPE = (9, 17, 33)
PLAIN = Scale(np.float32(0), np.float32(1), np.float32(1))


@pytest.fixture
def volume():
    """Two channels of noise."""
    return np.random.default_rng(0).random((*SHAPE, 2), np.float32)


@pytest.fixture
def mask():
    """Half of the voxels."""
    return np.random.default_rng(1).random(SHAPE) < 0.5


def boxes():
    """The voxels of each tile, in the order of the tiles."""
    steps = [range(0, size, side) for size, side in zip(SHAPE, TILE, strict=True)]
    return [
        tuple(slice(a, a + side) for a, side in zip((i, j, k), TILE, strict=True))
        for i in steps[0]
        for j in steps[1]
        for k in steps[2]
    ]


@pytest.mark.parametrize("threads", [1, 3])
def test_a_tile_knows_how_many_voxels_take_part_and_between_which_values(volume, mask, threads):
    with Team(threads) as team:
        tiles = make_tiles(volume, mask, PLAIN, team)

    for tile, box in enumerate(boxes()):
        values = volume[box][mask[box]]
        assert tiles.inside[tile] == len(values)
        assert_array_equal(tiles.lowest[tile], values.min(0, initial=np.inf))
        assert_array_equal(tiles.highest[tile], values.max(0, initial=-np.inf))


def test_without_a_mask_every_voxel_takes_part(volume):
    with Team(1) as team:
        tiles = make_tiles(volume, None, PLAIN, team)

    assert tiles.inside.sum() == np.prod(SHAPE)
    assert tiles.inside[0] == TILE_VOXELS


def test_a_voxel_has_no_cluster_at_first_and_none_ever_outside(volume, mask):
    with Team(1) as team:
        tiles = make_tiles(volume, mask, PLAIN, team)

    assert (tiles.clusters == NOBODY).sum() == mask.sum()
    assert (tiles.clusters == OUTSIDE).sum() == tiles.clusters.size - mask.sum()
    assert (join_tiles(tiles, 1) == 0).all()


def test_clusters_come_back_where_their_voxels_lie(volume, mask):
    with Team(1) as team:
        tiles = make_tiles(volume, mask, PLAIN, team)
    taking_part = tiles.clusters == NOBODY
    tiles.clusters[taking_part] = np.arange(mask.sum())

    labels = join_tiles(tiles, 5)

    by_tile = np.concatenate([labels[box][mask[box]] for box in boxes()])
    assert_array_equal(by_tile, 5 + np.arange(mask.sum()))
    assert (labels[~mask] == 4).all()


def test_values_are_rounded_at_each_step_of_their_scale(volume):
    scale = Scale(np.float32(0.1), np.float32(0.3), np.float32(7))

    with Team(1) as team:
        tiles = make_tiles(volume, None, scale, team)

    scaled = (volume - scale.low) / scale.span * scale.factor
    assert tiles.highest.max() == scaled.max()
    assert tiles.values.dtype == np.float32
    laid_out = tiles.values.reshape(2, -1, *TILE)
    for tile, box in enumerate(boxes()):
        i, j, k, _ = scaled[box].shape
        assert_array_equal(np.moveaxis(laid_out[:, tile, :i, :j, :k], 0, -1), scaled[box])
