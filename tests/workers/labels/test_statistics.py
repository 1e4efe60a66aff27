from __future__ import annotations

import warnings
from concurrent.futures import CancelledError

import numpy as np
import pytest
import SimpleITK
from numpy.testing import assert_allclose
from scipy import ndimage

from tests.conftest import slab
from tests.geometries import turned
from workers.labels import statistics as kernel
from workers.labels.statistics import measure_by_box, slabs, statistics

SHAPE = (9, 13, 6)
THICK = np.diag([-0.5, -0.5, 4.0, 1.0])
OBLIQUE = np.eye(4)
OBLIQUE[:3, :3] = turned(17) @ np.diag([0.9, 1.3, 2.6])
OBLIQUE[:3, 3] = -31.25, 12.5, 107.75
TURNED = np.array([[0, 0, 1.5, -9], [-0.7, 0, 0, 4], [0, -1.1, 0, 8], [0, 0, 0, 1.0]])
AFFINES = {"thick": THICK, "oblique": OBLIQUE, "turned": TURNED, "flipped": np.diag([1, -1, 1, 1])}
DTYPES = ["u1", "i2", "u2", "i4", "i8", "f4", "f8"]


def random_volume(dtype, seed=0):
    values = np.random.default_rng(seed).normal(40, 25, SHAPE)
    return np.clip(values, 0, 200).astype(dtype) if dtype[0] == "u" else values.astype(dtype)


def random_labels(seed=0):
    return np.random.default_rng(seed).choice([0, 0, 1, 2, 300], SHAPE).astype(np.uint16)


@pytest.mark.parametrize("affine", AFFINES.values(), ids=AFFINES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_they_are_what_numpy_and_scipy_find_voxel_by_voxel(dtype, affine, monkeypatch):
    monkeypatch.setattr(kernel, "slabs", lambda shape: slabs(shape, 2 * 13 * 6))
    volume, labels = random_volume(dtype), random_labels()

    found = statistics(volume, labels, affine)

    assert [row.value for row in found] == [1, 2, 300]
    for row in found:
        values, places = volume[labels == row.value], np.argwhere(labels == row.value)
        assert row.voxels == len(values)
        assert row.volume_mm3 == pytest.approx(len(values) * abs(np.linalg.det(affine[:3, :3])))
        assert_allclose(row.mean, ndimage.mean(volume, labels, row.value), rtol=1e-6)
        assert_allclose(row.sd, values.astype(float).std(), rtol=1e-9)
        assert (row.min, row.max) == (values.min(), values.max())
        assert_allclose(row.median, np.median(values), rtol=1e-7)
        centre = ndimage.center_of_mass(labels == row.value)
        assert_allclose(row.centroid_mm, (affine @ [*centre, 1])[:3], rtol=1e-9)
        assert row.box[::2] == tuple(places.min(axis=0))
        assert row.box[1::2] == tuple(places.max(axis=0))
        assert row.not_finite == 0


@pytest.mark.parametrize("affine", [THICK, OBLIQUE, np.diag([0.7, 0.7, 3, 1])])
def test_they_are_what_simpleitk_finds(affine):
    volume, labels = random_volume("f4"), random_labels()
    image, mask = (SimpleITK.GetImageFromArray(each.transpose()) for each in (volume, labels))
    to_lps = np.diag([-1, -1, 1, 1]) @ affine
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    for each in (image, mask):
        each.SetSpacing(spacing.tolist())
        each.SetOrigin(to_lps[:3, 3].tolist())
        each.SetDirection((to_lps[:3, :3] / spacing).ravel().tolist())
    shapes = SimpleITK.LabelShapeStatisticsImageFilter()
    shapes.Execute(mask)
    intensities = SimpleITK.LabelStatisticsImageFilter()
    intensities.Execute(image, mask)

    found = statistics(volume, labels, affine)

    assert [row.value for row in found] == list(shapes.GetLabels())
    for row in found:
        n = row.value
        assert row.voxels == intensities.GetCount(n)
        assert row.volume_mm3 == pytest.approx(shapes.GetPhysicalSize(n))
        assert_allclose(np.array([-1, -1, 1]) * shapes.GetCentroid(n), row.centroid_mm, rtol=1e-9)
        assert_allclose(row.mean, intensities.GetMean(n))
        bessel = np.sqrt(row.voxels / (row.voxels - 1))  # SimpleITK divides by n - 1
        assert_allclose(row.sd * bessel, intensities.GetSigma(n))
        assert (row.min, row.max) == (intensities.GetMinimum(n), intensities.GetMaximum(n))
        assert row.box == intensities.GetBoundingBox(n)


def test_of_a_drawing_they_can_be_counted_by_hand():
    labels = slab(
        "1100",
        "1022",
    )
    volume = slab(
        "2700",
        "3054",
    )

    one, two = statistics(volume, labels, np.diag([1, 2, 3, 1.0]))

    assert one[:3] == (1, 3, 18)
    assert (one.mean, one.min, one.max, one.median) == (4, 2, 7, 3)
    assert one.sd == pytest.approx(np.sqrt(14 / 3))
    assert one.centroid_mm == pytest.approx((1 / 3, 2 / 3, 0))
    assert one.box == (0, 1, 0, 1, 0, 0)
    assert (two.median, two.sd, two.centroid_mm) == (4.5, 0.5, (1, 5, 0))


def test_what_is_not_finite_counts_as_a_voxel_but_not_as_an_intensity():
    labels = slab("1112223")
    volume = np.array([1, np.nan, 3, np.inf, 8, -np.inf, np.nan], np.float32).reshape(1, 7, 1)

    one, two, three = statistics(volume, labels, np.eye(4))

    assert (one.voxels, one.not_finite, one.mean, one.median) == (3, 1, 2, 2)
    assert (two.voxels, two.not_finite, two.min, two.max, two.sd) == (3, 2, 8, 8, 0)
    assert (three.voxels, three.not_finite) == (1, 1)
    assert np.isnan([three.mean, three.sd, three.min, three.max, three.median]).all()
    assert three.centroid_mm == (0, 6, 0)


def test_of_intensities_far_from_zero_the_spread_is_not_lost():
    volume = np.array([1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3]).reshape(4, 1, 1)
    each = [(slice(n, n + 1), slice(0, 1), slice(0, 1)) for n in range(4)]
    ones = np.ones_like(volume, int)

    (row,) = measure_by_box(lambda box: (volume[box], ones[box]), each, volume.dtype, np.eye(4))

    assert row.sd == pytest.approx(np.sqrt(1.25), rel=1e-12)


def test_where_nothing_is_labelled_there_are_none():
    nothing = np.zeros(SHAPE, np.uint8)

    assert statistics(random_volume("f4"), nothing, np.eye(4)) == ()
    assert measure_by_box(lambda _: None, slabs(SHAPE), np.dtype("f4"), np.eye(4)) == ()


def test_intensities_near_the_largest_number_do_not_fail():
    volume = np.full((2, 1, 1), 1.6e308)
    volume[0] *= -1

    with warnings.catch_warnings(action="error"):
        (row,) = statistics(volume, np.ones((2, 1, 1), int), np.eye(4))

    assert (row.median, row.max) == (0, 1.6e308)


@pytest.mark.parametrize(
    ("labels", "said"),
    [(np.ones((2, 3, 5), int), "must have the shape"), (np.ones((2, 3, 4)), "must be integers")],
)
def test_what_is_no_label_map_of_the_volume_is_refused(labels, said):
    with pytest.raises(ValueError, match=said):
        statistics(np.zeros((2, 3, 4)), labels, np.eye(4))


def test_it_tells_how_far_it_is_and_can_be_cancelled():
    told = []

    def report(fraction):
        told.append(fraction)
        if fraction > 0.6:
            raise CancelledError

    with pytest.raises(CancelledError):
        measure_by_box(
            lambda box: (random_volume("f4")[box], random_labels()[box]),
            slabs(SHAPE, 1),
            np.dtype("f4"),
            np.eye(4),
            report,
        )

    assert told == sorted(told)
    assert len(told) > 9
