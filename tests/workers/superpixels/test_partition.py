from __future__ import annotations

from concurrent.futures import CancelledError
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import ndimage

import dashboard
from workers.formats.nifti import nifti
from workers.slic.seeds import centres_on_grid, filling, grid, relative_spacing
from workers.superpixels.partition import partition

SHAPE = (40, 52, 36)


def ball(shape=SHAPE, spacing=(1, 1, 1), radius=0.8):
    """A ball in mm, as large as the shortest edge of the volume allows."""
    edges = np.multiply(shape, spacing)
    mm = [(np.arange(n) - (n - 1) / 2) * s for n, s in zip(shape, spacing, strict=True)]
    return np.hypot(np.hypot(*np.ix_(*mm)[:2]), np.ix_(*mm)[2]) < radius * edges.min() / 2


def head(shape=SHAPE, spacing=(1, 1, 1), seed=0):
    """Two tissues with noise in a ball, on exactly 0."""
    rng = np.random.default_rng(seed)
    tissue = np.where(ball(shape, spacing, 0.4), 160, 100) + rng.normal(0, 3, shape)
    return np.where(ball(shape, spacing), tissue, 0)


@pytest.fixture(scope="module")
def demo():
    """The demo's volume, every second voxel: 2 mm."""
    path = Path(dashboard.__file__).parent / "demo" / "mni152_simtumour_flair.nii.gz"
    return nifti.read(path).data[::2, ::2, ::2]


def assert_is_partition_of(result, mask):
    assert_array_equal(result.ids > 0, mask)
    assert_array_equal(np.unique(result.ids[mask]), np.arange(1, result.count + 1))
    for n, box in enumerate(ndimage.find_objects(result.ids), 1):
        assert ndimage.label(result.ids[box] == n)[1] == 1


@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "f4", "f8"])
def test_each_foreground_voxel_has_one_connected_superpixel_and_the_air_none(dtype):
    image = head().astype(dtype)

    result = partition(image, (1, 1, 1), count=60)

    assert_is_partition_of(result, ball())
    assert result.ids.dtype == np.uint16
    assert result.threshold == 0
    assert not result.ids.flags.writeable


@pytest.mark.parametrize("count", [30, 300, 2500])
def test_there_are_about_as_many_superpixels_as_asked_for(demo, count):
    result = partition(demo, (2, 2, 2), count=count)

    assert 0.7 * count <= result.count <= 1.3 * count
    assert_is_partition_of(result, demo > 0)


def test_superpixels_are_about_as_large_as_asked_for(demo):
    result = partition(demo, (2, 2, 2), size_mm3=2000)

    assert np.count_nonzero(demo) * 8 / result.count == pytest.approx(2000, rel=0.3)


def test_without_a_wish_there_are_about_2500(demo):
    assert 1750 <= partition(demo, (2, 2, 2)).count <= 3250


@pytest.mark.parametrize(
    ("shape", "spacing"),
    [((64, 64, 12), (0.9, 0.9, 5.5)), ((20, 70, 40), (3.0, 1.0, 1.5))],
)
def test_superpixels_are_about_as_long_in_mm_along_each_axis(shape, spacing):
    image = 100 + np.random.default_rng(0).normal(0, 1, shape)

    result = partition(image, spacing, size_mm3=1000, compactness=1, threshold=None)

    extents = [
        [(s.stop - s.start) * mm for s, mm in zip(box, spacing, strict=True)]
        for box in ndimage.find_objects(result.ids)
    ]
    extents = np.median(extents, axis=0)
    assert extents.max() / extents.min() < 1.7
    assert 7 < extents.min() < extents.max() < 17


@pytest.mark.parametrize("factor", [1e-3, 1e3, 0.1])
@pytest.mark.parametrize("spacing", [(1, 1, 1), (0.9, 0.9, 5.5), (0.7, 1.3, 2.1)])
def test_the_unit_of_the_spacing_does_not_change_the_superpixels(spacing, factor):
    image = head()

    first = partition(image, spacing, count=80)
    second = partition(image, np.multiply(spacing, factor), count=80)

    assert_array_equal(first.ids, second.ids)


def test_borders_follow_the_intensities():
    image, core = head(), ball(radius=0.4)

    result = partition(image, (1, 1, 1), count=100, sigma_mm=0)

    inside = np.bincount(result.ids.ravel(), core.ravel())[1:]
    sizes = np.bincount(result.ids.ravel())[1:]
    best = inside > sizes / 2
    assert 2 * inside[best].sum() / (sizes[best].sum() + core.sum()) > 0.95


def test_neither_scale_nor_offset_of_the_intensities_matters():
    image = np.round(head())
    first = partition(image, (1, 1, 1), count=80, threshold=0)

    second = partition(image * 4 - 1024, (1, 1, 1), count=80, threshold=-1024)

    assert_array_equal(first.ids, second.ids)


def test_an_outlier_does_not_blind_the_partition():
    image = head()
    image[20, 26, 18] = 1e30

    result = partition(image, (1, 1, 1), count=60)

    assert_is_partition_of(result, ball())
    assert result.count > 40


def test_what_is_not_finite_is_outside():
    image = np.where(ball(), head(), np.nan)
    image[20, 26, 18] = np.inf

    result = partition(image, (1, 1, 1), count=60)

    assert_is_partition_of(result, np.isfinite(image))


def test_noisy_air_leaves_no_specks():
    rng = np.random.default_rng(0)
    air = np.hypot(rng.normal(0, 6, SHAPE), rng.normal(0, 6, SHAPE))
    image = np.where(ball(), head(), air)

    result = partition(image, (1, 1, 1), count=60)

    far = ndimage.binary_dilation(ball(), iterations=3)
    assert not result.ids[~far].any()
    assert (result.ids[ball()] > 0).all()


def test_a_threshold_that_is_given_is_taken_literally():
    image = head()
    image[0, 0, 0] = 50

    result = partition(image, (1, 1, 1), count=60, threshold=40)

    assert_is_partition_of(result, image > 40)
    assert result.threshold == 40


def test_lungs_and_body_of_a_ct_are_in_and_air_and_padding_are_out():
    rng = np.random.default_rng(0)
    body, lung = ball(radius=0.95), ball(radius=0.5)
    image = np.select([lung, body], [-850, 40], -1000) + rng.normal(0, 10, SHAPE)
    image[:, :3] = image[:, -3:] = -3024

    result = partition(image.astype("i2"), (1, 1, 1), count=60)

    assert (result.ids > 0)[body].mean() > 0.999
    assert (result.ids > 0)[~body].mean() < 0.02


def test_without_a_threshold_the_whole_volume_is_partitioned():
    result = partition(head(), (1, 1, 1), count=60, threshold=None)

    assert (result.ids > 0).all()
    assert result.threshold is None


def test_a_volume_without_contrast_falls_into_boxes():
    result = partition(np.full((20, 20, 20), 7, "u1"), (1, 1, 1), count=8)

    assert_array_equal(np.bincount(result.ids.ravel())[1:], [1000] * 8)


def test_a_size_beyond_the_whole_gives_one_superpixel():
    assert partition(head(), (1, 1, 1), size_mm3=1e9).count == 1


def test_more_superpixels_than_voxels_gives_each_voxel_its_own():
    image = np.arange(24).reshape(2, 3, 4)

    assert partition(image, (1, 1, 1), count=1000, threshold=None).count == 24


@pytest.mark.parametrize("shape", [(40, 52, 1), (1, 1, 30), (1, 1, 1)])
def test_thin_volumes_have_superpixels_too(shape):
    image = np.random.default_rng(0).random(shape)

    result = partition(image, (1, 1, 4), count=10, threshold=None)

    assert_is_partition_of(result, np.ones(shape, bool))


def test_many_superpixels_need_wider_ids():
    image = np.random.default_rng(0).random((50, 50, 40))

    result = partition(image, (1, 1, 1), count=100_000, threshold=None)

    assert result.ids.dtype == np.uint32
    assert result.count > 65_535


def test_smoothing_makes_noise_matter_less():
    image = ball(radius=0.4) * 10 + np.random.default_rng(0).normal(0, 10, SHAPE)

    rough, smooth = (
        partition(image, (1, 1, 1), count=60, threshold=None, sigma_mm=sigma).ids
        for sigma in (0.0, 2.0)
    )

    assert border_faces(smooth) < 0.8 * border_faces(rough)


def test_the_usual_smoothing_is_a_part_of_the_shortest_edge():
    image = head()
    told, untold = (
        partition(image, (0.02, 0.01, 0.04), count=60, **given).ids
        for given in ({"sigma_mm": 0.0075}, {})
    )

    assert_array_equal(untold, told)
    assert not np.array_equal(
        untold, partition(image, (0.02, 0.01, 0.04), count=60, sigma_mm=0).ids
    )


def border_faces(ids):
    return sum(np.count_nonzero(np.diff(ids.astype(int), axis=axis)) for axis in range(3))


def test_an_empty_foreground_says_what_to_do():
    with pytest.raises(ValueError, match="choose a lower threshold"):
        partition(head(), (1, 1, 1), threshold=1e6)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"count": 10, "size_mm3": 10}, "exclude each other"),
        ({"count": 0}, "count must be positive"),
        ({"size_mm3": -1}, "size_mm3 must be positive"),
        ({"compactness": 0}, "compactness must be positive"),
        ({"sigma_mm": -1}, "sigma_mm must be 0 or more"),
        ({"threshold": "otsu"}, "threshold must be"),
        ({"spacing": (1, 0, 1)}, "spacing must be positive"),
        ({"spacing": (1, 1)}, "as many spacings"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_in_a_sentence(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        partition(**{"image": head(), "spacing": (1, 1, 1), **options})


def test_progress_runs_from_0_to_1():
    told = []

    partition(head(), (1, 1, 1), count=60, report=told.append)

    assert told == sorted(told)
    assert told[0] == 0
    assert told[-1] == 1
    assert len(told) > 12


@pytest.mark.parametrize("moment", range(8))
def test_it_can_be_cancelled_at_each_report(moment):
    told = []

    def cancel(fraction):
        told.append(fraction)
        if len(told) > moment:
            raise CancelledError

    with pytest.raises(CancelledError):
        partition(head(), (1, 1, 1), count=60, report=cancel)

    assert len(told) == moment + 1


def test_the_volume_is_left_as_it_was():
    image = head().astype("f4")
    before = image.copy()
    image.flags.writeable = False

    partition(image, (1, 1, 1), count=60, sigma_mm=1)

    assert_array_equal(image, before)


def test_the_grid_is_cubic_in_mm():
    numbers, edge = grid((60, 60, 20), np.array([1.0, 1.0, 3.0]), 1000 / 3)

    assert_array_equal(numbers, [6, 6, 6])
    assert edge == pytest.approx(10)


def test_the_grid_makes_up_for_voxels_longer_than_its_cubes():
    numbers, edge = grid((60, 60, 20), np.array([1.0, 1.0, 8.0]), 9)

    assert_array_equal(numbers, [20, 20, 20])
    assert edge == pytest.approx(3)


def test_seeds_lie_in_the_middles_of_their_cells():
    seeds = centres_on_grid((4, 6, 1), np.array([2, 2, 1]))

    assert_array_equal(seeds, [[0.5, 1, 0], [0.5, 4, 0], [2.5, 1, 0], [2.5, 4, 0]])


def test_the_share_of_each_cell_in_the_mask_is_known():
    mask = np.zeros((4, 5, 1), bool)
    mask[:2, :2] = mask[3, 4] = True

    assert_array_equal(filling(mask, np.array([2, 2, 1]))[..., 0], [[1, 0], [0, 1 / 6]])


def test_a_thin_shell_is_partitioned_too():
    shell = ball() & ~ndimage.binary_erosion(ball(), iterations=2)
    image = np.where(shell, head(), 0)

    result = partition(image, (1, 1, 1), count=20)

    assert_is_partition_of(result, shell)
    assert result.count >= 14


def test_the_unit_leaves_no_trace_in_the_relative_spacing():
    assert_array_equal(
        relative_spacing((0.9e-3, 0.9e-3, 5.5e-3)), relative_spacing((0.9, 0.9, 5.5))
    )
    assert_array_equal(relative_spacing((1, 2, 100)), [1, 2, 8])


def test_the_order_of_an_image_in_memory_does_not_matter():
    image = np.random.default_rng(0).normal(100, 20, (14, 12, 10)).astype(np.float32)

    found = partition(np.asfortranarray(image), (1, 1, 1), count=20, threshold=None)

    assert_array_equal(found.ids, partition(image, (1, 1, 1), count=20, threshold=None).ids)
