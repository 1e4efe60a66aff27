"""Volumes of a few voxels, and wishes far beyond them: done in memory as on disk, or refused."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from tests.workers.chunked.stored_cutting import Inline
from workers.chunked.stored_partition import partition_stored
from workers.storage import stored_array
from workers.superpixels.partition import partition, weights_of
from workers.superpixels.smoothing import widths

SPACING = (1.0, 1.0, 2.0)
SHAPES = sorted({
    turned
    for shape in ((1, 1, 1), (1, 1, 2), (1, 1, 3), (1, 2, 2), (1, 1, 40))
    for turned in itertools.permutations(shape)
})  # fmt: skip


def volumes(shape):
    """Volumes by what is odd in them."""
    ramp = np.arange(np.prod(shape)).reshape(shape) * 61 + 600
    alone = np.full(shape, np.nan, np.float32)
    alone.flat[0] = 3
    other = np.full(shape, 7, np.uint8)
    other.flat[-1] = 9
    huge = np.where(ramp == 600, 1e300, -1e300)
    return {
        "ramp": ramp.astype(np.int16),
        "constant": np.full(shape, 5, np.int16),
        "all NaN but one": alone,
        "all equal but one": other,
        "huge": huge,
    }


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_tiniest_volumes_have_superpixels(shape):
    for what, image in volumes(shape).items():
        for wish in ({}, {"count": 10**6}, {"count": 1}, {"sigma_mm": 0}, {"threshold": None}):
            made = partition(image, SPACING, **wish)

            assert 1 <= made.count <= image.size, what
            assert made.ids.max() == made.count


@pytest.mark.parametrize("shape", [(2, 1, 1), (1, 2, 1), (1, 1, 2), (1, 1, 1), (3, 1, 1)], ids=str)
def test_the_tiniest_volumes_have_the_same_superpixels_on_disk(shape, tmp_path):
    for n, (what, image) in enumerate(volumes(shape).items()):
        place, ids = tmp_path / f"image{n}", tmp_path / f"ids{n}"
        stored_array.create(place, shape, image.dtype)[:] = image

        found = partition_stored(
            str(place), str(ids), SPACING, Inline(), work=tmp_path / f"work{n}", count=9
        )

        expected = partition(image, SPACING, count=9)
        assert found.count == expected.count, what
        np.testing.assert_array_equal(stored_array.open_array(str(ids))[:], expected.ids)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_what_is_nowhere_finite_is_refused_in_a_sentence(shape):
    with pytest.raises(ValueError, match="no voxel is in the foreground"):
        partition(np.full(shape, np.nan, np.float32), SPACING)


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"sigma_mm": 100_000}, "sigma_mm must be at most 45, the length of the volume in mm"),
        ({"sigma_mm": 1e300}, "sigma_mm must be at most 45"),
        ({"compactness": 1e308}, "compactness must be from 1e-09 to"),
        ({"compactness": 1e-308}, "compactness must be from 1e-09 to"),
    ],
)
def test_what_no_volume_can_have_is_refused_at_once(wish, sentence, tmp_path):
    image = np.zeros((20, 25, 30), np.float32)
    stored_array.create(tmp_path / "image", image.shape, image.dtype)[:] = image
    there = str(tmp_path / "image"), str(tmp_path / "ids"), (1, 1, 1.5), Inline()

    begun = time.process_time()
    with pytest.raises(ValueError, match=sentence):
        partition(image, (1, 1, 1.5), **wish)
    with pytest.raises(ValueError, match=sentence):
        partition_stored(*there, work=tmp_path / "work", **wish)

    assert time.process_time() - begun < 2


def test_a_weight_beyond_all_is_refused():
    with pytest.raises(ValueError, match="weights must be at most 1000; got 1e"):
        weights_of([None, None], (1, 1e300))


def test_a_smoothing_is_no_wider_than_four_times_an_axis():
    assert widths(2, (0.5, 1, 4), (20, 30, 40)) == (4, 2, 0.5)
    assert widths(40, (1e-3, 1, 1), (2, 30, 40)) == (8, 40, 40)
