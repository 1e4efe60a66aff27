from __future__ import annotations

from concurrent.futures import CancelledError

import numpy as np
import pytest
import SimpleITK
from numpy.testing import assert_allclose, assert_array_equal

from workers.labels.resample_linear import resample_linear

LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def tilted(degrees, spacing, start):
    turn = np.deg2rad(degrees)
    affine = np.eye(4)
    affine[:2, :2] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    affine = affine @ np.diag([*spacing, 1.0])
    affine[:3, 3] = start
    return affine


def itk(data, affine):
    """The same in SimpleITK, whose arrays have k first and whose world is LPS."""
    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(data.T))
    place = LPS @ affine
    spacing = np.linalg.norm(place[:3, :3], axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((place[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(place[:3, 3].tolist())
    return image


@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.float64])
def test_a_volume_on_an_oblique_grid_is_seen_as_simpleitk_sees_it(dtype):
    data = np.random.default_rng(1).integers(0, 200, (14, 11, 7)).astype(dtype)
    affine = tilted(17, (0.9, 1.1, 2.5), (3, -5, 2))
    shape, onto = (20, 17, 16), tilted(-8, (0.7, 0.9, 1.3), (1, -4, -1))
    reference = itk(np.zeros(shape, np.float32), onto)

    resampled = resample_linear(data, affine, shape, onto)

    linear = SimpleITK.Transform(), SimpleITK.sitkLinear, -1.0, SimpleITK.sitkFloat32
    found = SimpleITK.Resample(itk(data, affine), reference, *linear)
    expected = SimpleITK.GetArrayFromImage(found).T
    outside = np.isnan(resampled)
    assert 0.1 < outside.mean() < 0.9
    assert_array_equal(outside, expected == -1)
    assert_allclose(resampled[~outside], expected[~outside], atol=1e-3)


def test_a_volume_on_its_own_grid_stays_as_it_is():
    data = np.random.default_rng(2).normal(size=(5, 6, 7)).astype(np.float32)
    affine = tilted(17, (0.9, 1.1, 2.5), (3, -5, 2))

    assert_allclose(resample_linear(data, affine, data.shape, affine), data, atol=1e-5)


def test_what_is_nowhere_near_is_not_a_number():
    far = np.eye(4)
    far[:3, 3] = 100

    assert np.isnan(resample_linear(np.ones((3, 3, 3)), far, (4, 4, 4), np.eye(4))).all()


def test_slabs_make_no_difference(monkeypatch):
    data = np.random.default_rng(3).normal(size=(5, 6, 7)).astype(np.float32)
    given = data, tilted(17, (1, 1, 2), (0, 0, 0)), (9, 8, 7), tilted(3, (0.6, 1, 2), (1, 1, 0))
    whole = resample_linear(*given)
    monkeypatch.setattr("workers.labels.resample_linear._SLAB_VOXELS", 1)

    assert_allclose(resample_linear(*given), whole, rtol=1e-6)


def test_it_can_be_cancelled(monkeypatch):
    monkeypatch.setattr("workers.labels.resample_linear._SLAB_VOXELS", 1)
    told = []

    def report(fraction):
        told.append(fraction)
        if len(told) == 3:
            raise CancelledError

    with pytest.raises(CancelledError):
        resample_linear(np.ones((9, 2, 2)), np.eye(4), (9, 2, 2), np.eye(4), report=report)
    assert told[-1] < 1


def test_an_affine_onto_a_plane_is_refused():
    with pytest.raises(ValueError, match="invertible"):
        resample_linear(np.ones((2, 2, 2)), np.zeros((4, 4)), (2, 2, 2), np.eye(4))
