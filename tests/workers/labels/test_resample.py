from __future__ import annotations

from concurrent.futures import CancelledError

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from tests.conftest import slab
from tests.geometries import turned
from workers.labels import resample
from workers.labels.resample import outside, resample_labels

SHAPE, TARGET = (11, 9, 7), (13, 8, 10)


def placed(degrees, spacing, origin, flip=(1, 1, 1), order=(0, 1, 2)):
    affine = np.eye(4)
    affine[:3, :3] = turned(degrees)[:, order] @ np.diag(np.multiply(spacing, flip))
    affine[:3, 3] = origin
    return affine


PAIRS = {
    "oblique": (placed(17, (0.9, 1.3, 2.6), (-3, 2, 5)), placed(0, (0.7, 1.1, 1.9), (-2, 1, 6))),
    "anisotropic": (placed(0, (0.5, 0.5, 4), (0, 0, 0)), placed(0, (0.6, 0.45, 1.1), (0.1, 0, 1))),
    "flipped": (
        placed(0, (1, 1.2, 1.4), (10, 9, 0), (-1, -1, 1)),
        placed(31, (0.9, 1, 1.1), (1, 0, 1), (1, -1, 1)),
    ),
    "permuted": (
        placed(0, (1, 1.2, 1.4), (0, 0, 0), order=(2, 0, 1)),
        placed(44.9, (0.8, 1, 1.1), (1, -1, 1), order=(1, 2, 0)),
    ),
    "apart": (placed(0, (1, 1, 1), (0, 0, 0)), placed(5, (1, 1, 1), (500, 0, 0))),
}


def random_labels(seed=0, dtype=np.uint16):
    return np.random.default_rng(seed).integers(0, 200, SHAPE).astype(dtype)


def image_of(data, affine):
    """What SimpleITK makes of an array (I, J, K) that lies there."""
    image = SimpleITK.GetImageFromArray(data.transpose())
    to_lps = np.diag([-1, -1, 1, 1]) @ affine
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetOrigin(to_lps[:3, 3].tolist())
    image.SetDirection((to_lps[:3, :3] / spacing).ravel().tolist())
    return image


def by_simpleitk(labels, affine, shape, target_affine):
    grid = image_of(np.zeros(shape, np.uint8), target_affine)
    nearest = SimpleITK.sitkNearestNeighbor
    found = SimpleITK.Resample(image_of(labels, affine), grid, SimpleITK.Transform(), nearest, 0)
    return SimpleITK.GetArrayFromImage(found).transpose()


def has_tie(affine, shape, target_affine, near=1e-5):
    """Which voxels lie in the middle between two, on some axis."""
    ijk = np.moveaxis(np.indices(shape), 0, -1)
    to = np.linalg.inv(affine) @ target_affine
    places = ijk @ to[:3, :3].T + to[:3, 3] + 0.5
    return (abs(places - np.rint(places)) < near).any(axis=-1)


@pytest.mark.parametrize("name", PAIRS)
def test_it_is_what_simpleitk_finds_in_every_voxel(name, monkeypatch):
    monkeypatch.setattr(resample, "_SLAB_VOXELS", 170)
    affine, target = PAIRS[name]

    found = resample_labels(random_labels(), affine, TARGET, target)

    tie = has_tie(affine, TARGET, target)
    assert np.mean(tie) < 0.3
    assert_array_equal(found[~tie], by_simpleitk(random_labels(), affine, TARGET, target)[~tie])
    assert (found != 0).any() == (name != "apart")


@settings(max_examples=25)
@given(
    st.tuples(*[st.integers(1, 60)] * 2),
    st.tuples(*[st.floats(0.3, 3)] * 6),
    st.tuples(*[st.floats(-4, 4)] * 3),
    st.tuples(*[st.sampled_from([-1, 1])] * 3),
)
def test_on_any_two_grids_too(degrees, spacings, origin, flip):
    affine = placed(degrees[0], spacings[:3], (0, 0, 0))
    target = placed(degrees[1], spacings[3:], origin, flip)

    found = resample_labels(random_labels(), affine, TARGET, target)

    sure = ~has_tie(affine, TARGET, target)
    assert_array_equal(found[sure], by_simpleitk(random_labels(), affine, TARGET, target)[sure])


def test_a_tie_goes_to_the_higher_index_as_in_simpleitk():
    halves, ones = np.diag([2.0, 2, 2, 1]), np.eye(4)
    halves[:3, 3] = 0.0, 1.0, 0.0

    found = resample_labels(random_labels(), halves, TARGET, ones)

    assert has_tie(halves, TARGET, ones).any()
    assert_array_equal(found, by_simpleitk(random_labels(), halves, TARGET, ones))


def test_a_tie_that_is_one_but_for_rounding_goes_there_too():
    labels = slab("12")
    between = np.eye(4)
    between[1, 3] = 0.5 - 1e-9

    assert resample_labels(labels, np.eye(4), (1, 1, 1), between).item() == 2


def test_from_fine_to_coarse_and_to_the_side_it_can_be_drawn():
    fine = slab(
        "11220",
        "11220",
        "33000",
        "33000",
    )
    coarse = np.diag([2.0, 2, 1, 1])
    coarse[:2, 3] = 0.25, 0.25

    assert_array_equal(
        resample_labels(fine, np.eye(4), (3, 3, 1), coarse),
        slab(
            "120",
            "300",
            "000",
        ),
    )


def test_the_same_grid_gives_the_same_labels():
    affine, _ = PAIRS["oblique"]

    found = resample_labels(random_labels(), affine, SHAPE, affine)

    assert_array_equal(found, random_labels())


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32])
def test_the_numbers_stay_as_they_are(dtype):
    affine, target = PAIRS["oblique"]
    labels = random_labels(dtype=dtype)

    found = resample_labels(labels, affine, TARGET, target)

    assert found.dtype == dtype
    assert set(np.unique(found)) <= set(np.unique(labels)) | {0}


def test_a_box_of_the_grid_holds_what_the_whole_has_there():
    affine, target = PAIRS["flipped"]
    moved = target.copy()
    moved[:3, 3] += target[:3, :3] @ (3, 2, 4)

    part = resample_labels(random_labels(), affine, (5, 4, 3), moved)

    whole = resample_labels(random_labels(), affine, TARGET, target)
    assert_array_equal(part, whole[3:8, 2:6, 4:7])


def test_labels_outside_of_the_grid_are_counted():
    labels = slab(
        "1203",
        "1203",
        "0004",
    )

    found = outside(labels, np.eye(4), (2, 3, 1), np.eye(4))

    assert found == {3: 2, 4: 1}
    assert outside(labels, np.eye(4), (3, 4, 1), np.eye(4)) == {}


def test_what_is_no_integer_is_refused():
    with pytest.raises(ValueError, match="labels must be integers"):
        resample_labels(np.zeros(SHAPE), np.eye(4), TARGET, np.eye(4))


def test_it_tells_how_far_it_is_and_can_be_cancelled(monkeypatch):
    monkeypatch.setattr(resample, "_SLAB_VOXELS", 1)
    told = []

    def report(fraction):
        told.append(fraction)
        if len(told) == 3:
            raise CancelledError

    with pytest.raises(CancelledError):
        resample_labels(random_labels(), np.eye(4), TARGET, np.eye(4), report=report)
    assert told == [1 / 13, 2 / 13, 3 / 13]
