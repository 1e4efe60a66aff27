from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from skimage.segmentation._slic import _slic_cython

from workers.runtime.team import Team
from workers.slic.iteration import iterate
from workers.slic.tiles import Scale, join_tiles, make_tiles

ONES = np.ones(3, "f4")
PLAIN = Scale(np.float32(0), np.float32(1), np.float32(1))


def ours(image, mask, centres, *, threads=1, **options):
    with Team(threads) as team:
        tiles = make_tiles(image, mask, PLAIN, team)
        iterate(tiles, centres, spacing=ONES, team=team, **options)
    return join_tiles(tiles, 1)


def theirs(image, mask, centres, *, step, max_num_iter):
    return _slic_cython(image, mask, centres, step, max_num_iter, ONES, False)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_centres_are_those_of_scikit_image_in_every_bit(threads):
    rng = np.random.default_rng(0)
    image = rng.random((30, 20, 40, 1), np.float32) * 4
    seeds = np.c_[rng.random((50, 3)) * (30, 20, 40), np.zeros(50)].astype("f4")
    mine, reference = seeds.copy(), seeds.copy()
    whole = np.ones(image.shape[:3], "u1")

    labels = ours(image, whole, mine, threads=threads, step=7.0, max_num_iter=6)

    assert_array_equal(labels, theirs(image, whole, reference, step=7.0, max_num_iter=6))
    assert_array_equal(mine.view("u4"), reference.view("u4"))


@pytest.mark.parametrize("threads", [1, 2])
def test_a_voxel_that_no_window_reaches_any_more_keeps_its_label_as_in_scikit_image(threads):
    """One cluster takes a corner and a voxel far away, and then moves to the corner."""
    mask = np.zeros((40, 40, 40), "u1")
    mask[:10, :10, :10] = mask[39, 39, 39] = 1
    seeds = np.array([[20, 20, 20, 0]] + 29 * [[20, 20, 20, 9]], "f4")
    image = np.zeros((*mask.shape, 1), "f4")
    mine, reference, once = seeds.copy(), seeds.copy(), seeds.copy()

    labels = ours(image, mask, mine, threads=threads, step=4.0, max_num_iter=3)

    assert_array_equal(labels, theirs(image, mask, reference, step=4.0, max_num_iter=3))
    assert_array_equal(mine, reference)
    assert labels[39, 39, 39] == 1
    theirs(image, mask, once, step=4.0, max_num_iter=1)
    assert theirs(image, mask, once, step=4.0, max_num_iter=1)[39, 39, 39] == 0


def test_at_equal_distance_the_lower_cluster_wins():
    centres = np.array([[0, 0, 3, 0], [0, 0, 3, 0], [0, 0, 9, 0]], "f4")

    labels = ours(np.zeros((1, 1, 13, 1), "f4"), None, centres, step=1.0, max_num_iter=1)

    assert_array_equal(labels, [[7 * [1] + 6 * [3]]])
    assert np.isnan(centres[1]).all()
