from __future__ import annotations

from concurrent.futures import CancelledError

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage

from workers.labels.surface import outline, surface

COS, SIN = np.cos(np.radians(17)), np.sin(np.radians(17))
TURN = np.array([[COS, -SIN, 0, 3], [SIN, COS, 0, -5], [0, 0, 1, 20], [0, 0, 0, 1]])
AFFINES = {
    "RAS": np.diag([1.0, 1.0, 1.0, 1.0]),
    "LAS": np.diag([-1.0, 1.0, 1.0, 1.0]),
    "PIR": np.array([[0, 0, 1.2, -9], [-0.8, 0, 0, 4], [0, -1.0, 0, 8], [0, 0, 0, 1]]),
    "thick": np.diag([0.9, 0.9, 3.0, 1.0]),
    "oblique": TURN @ np.diag([0.9, -0.9, 2.0, 1.0]),
}


def ball(affine, radius=12.0, margin=2):
    """A ball in mm about the middle of a volume that just holds it, and the middle in mm."""
    edges = np.linalg.norm(affine[:3, :3], axis=0)
    shape = (2 * np.ceil(radius / edges) + 1 + 2 * margin).astype(int)
    from_middle = (np.indices(shape).T - (shape - 1) / 2) * edges
    distance = np.linalg.norm(from_middle, axis=-1).T
    return distance < radius, affine[:3] @ [*(shape - 1) / 2, 1]


def volume(made):
    """The volume in a closed surface; negative if it faces inward."""
    a, b, c = np.moveaxis(made.vertices[made.faces].astype(float), 1, 0)
    return (a * np.cross(b, c)).sum() / 6


def assert_closed(made):
    """Along each edge as many faces run one way as the other: two where voxels touch at no more."""
    f = made.faces
    edges = np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]])
    there, counts = np.unique(edges, axis=0, return_counts=True)
    back, counts_back = np.unique(edges[:, ::-1], axis=0, return_counts=True)
    assert counts.max() <= 2
    assert_array_equal(there, back)
    assert_array_equal(counts, counts_back)


@pytest.mark.parametrize("affine", AFFINES.values(), ids=AFFINES.keys())
def test_a_ball_has_a_balls_volume_and_place_and_faces_outward(affine):
    mask, middle = ball(affine)

    made = surface(mask, affine)

    assert volume(made) == pytest.approx(4 / 3 * np.pi * 12**3, rel=0.05)
    assert_allclose((made.vertices.min(0) + made.vertices.max(0)) / 2, middle, atol=0.1)
    assert_closed(made)
    assert made.vertices.dtype == np.float32
    assert made.faces.dtype == np.int32


@pytest.mark.parametrize("affine", AFFINES.values(), ids=AFFINES.keys())
def test_a_single_voxel_has_a_closed_surface_about_its_centre(affine):
    mask = np.zeros((3, 4, 5), bool)
    mask[2, 1, 3] = True

    made = surface(mask, affine)

    assert_closed(made)
    assert volume(made) == pytest.approx(abs(np.linalg.det(affine)), rel=1e-4)
    assert_allclose(made.vertices.mean(0), affine[:3] @ [2, 1, 3, 1], atol=1e-4)


THIN = {
    "disk": np.s_[5:11, 5:11, 5],
    "sheet across slices": np.s_[5, 5:11, 2:8],
    "plate at the rim": np.s_[4:12, 0, :],
    "voxel": np.s_[5, 5, 5],
}


@pytest.mark.parametrize("affine", AFFINES.values(), ids=AFFINES.keys())
@pytest.mark.parametrize("at", THIN.values(), ids=THIN.keys())
def test_what_is_thin_has_the_volume_and_the_extent_of_its_voxels(affine, at):
    mask = np.zeros((16, 14, 12), bool)
    mask[at] = True

    made = surface(mask, affine)

    assert volume(made) == pytest.approx(mask.sum() * abs(np.linalg.det(affine)), rel=1e-3)
    assert_closed(made)
    voxels = (made.vertices - affine[:3, 3]) @ np.linalg.inv(affine[:3, :3]).T
    set_voxels = np.argwhere(mask)
    assert_allclose(voxels.min(0), set_voxels.min(0) - 0.5, atol=1e-3)
    assert_allclose(voxels.max(0), set_voxels.max(0) + 0.5, atol=1e-3)


def line():
    mask = np.zeros((16, 14, 12), bool)
    mask[3:12, 6, 6] = True
    return mask


def shell():
    full = np.pad(ball(np.eye(4), radius=8)[0], 1)
    return full & ~ndimage.binary_erosion(full)


@pytest.mark.parametrize("affine", AFFINES.values(), ids=AFFINES.keys())
@pytest.mark.parametrize("mask", [line(), shell()], ids=["line", "shell"])
def test_what_is_one_voxel_thick_keeps_its_volume(affine, mask):
    made = surface(mask, affine)

    assert 0.8 <= volume(made) / mask.sum() / abs(np.linalg.det(affine)) < 1.001
    assert_closed(made)


@pytest.mark.parametrize("affine", AFFINES.values(), ids=AFFINES.keys())
def test_what_is_thick_is_smooth_as_ever(affine):
    made = surface(ball(affine)[0], affine)

    across = (made.vertices - affine[:3, 3]) @ np.linalg.inv(affine[:3, :3]).T
    at_corners = np.all(np.abs(across % 1 - 0.5) < 1e-3, axis=1)
    assert not at_corners.any()


@pytest.mark.parametrize("smoothing_mm", [0.0, 1.0, 4.0])
def test_no_object_is_lost_beside_a_large_one(smoothing_mm):
    mask, _ = ball(np.eye(4))
    mask = np.pad(mask, ((0, 20), (0, 0), (0, 0)))
    mask[-3, 5, 5] = mask[-3:, 20, 20] = True

    made = surface(mask, np.eye(4), smoothing_mm=smoothing_mm)

    assert_closed(made)
    small = made.vertices[made.vertices[:, 0] > 35]
    assert np.any(small[:, 1] < 10)
    assert np.any(small[:, 1] > 15)


def test_an_object_that_touches_the_crop_on_all_sides_is_closed():
    made = surface(np.ones((4, 6, 5), bool), np.diag([1.0, 2.0, 3.0, 1.0]))

    assert_closed(made)
    assert volume(made) == pytest.approx(4 * 12 * 15, rel=0.12)


def test_the_crop_does_not_move_the_surface():
    whole = np.zeros((20, 22, 24), bool)
    whole[5:12, 8:16, 3:9] = True
    affine = AFFINES["oblique"]
    cropped = affine.copy()
    cropped[:3, 3] += affine[:3, :3] @ [5, 8, 3]

    from_crop = surface(whole[5:12, 8:16, 3:9], cropped)

    assert_allclose(from_crop.vertices, surface(whole, affine).vertices, atol=1e-4)


def test_stairs_are_smoothed():
    mask, _ = ball(np.eye(4), radius=15)

    rough, smooth = surface(mask, np.eye(4), smoothing_mm=0), surface(mask, np.eye(4))

    assert spread_of_radii(smooth) < 0.6 * spread_of_radii(rough)


def spread_of_radii(made):
    middle = (made.vertices.min(0) + made.vertices.max(0)) / 2
    return np.linalg.norm(made.vertices - middle, axis=1).std()


@pytest.mark.parametrize("affine", [np.eye(4), AFFINES["thick"]], ids=["cubic", "thick"])
def test_a_surface_of_too_many_faces_is_made_coarser(affine):
    mask, middle = ball(affine, radius=20)

    made = surface(mask, affine, max_faces=3000)

    assert 500 < len(made.faces) <= 3000
    assert_closed(made)
    assert_allclose((made.vertices.min(0) + made.vertices.max(0)) / 2, middle, atol=1)
    assert volume(made) == pytest.approx(4 / 3 * np.pi * 20**3, rel=0.35)


def test_a_sponge_is_closed_and_does_not_exceed_the_faces():
    mask = np.random.default_rng(0).random((40, 40, 40)) < 0.3

    assert_closed(surface(mask, np.eye(4)))
    assert len(surface(mask, np.eye(4), max_faces=5000).faces) <= 5000


def test_nothing_has_no_surface():
    made = surface(np.zeros((3, 4, 5), bool), np.eye(4))

    assert made.vertices.shape == made.faces.shape == (0, 3)
    assert made.vertices.dtype == np.float32


@pytest.mark.parametrize("affine", AFFINES.values(), ids=AFFINES.keys())
def test_the_outline_is_the_surface_of_the_foreground(affine):
    mask, middle = ball(affine, radius=30)
    image = np.where(mask, 100, 0).astype("u1")

    made = outline(image, affine, 10.0, max_edge=32)

    assert volume(made) == pytest.approx(4 / 3 * np.pi * 30**3, rel=0.05)
    assert_allclose((made.vertices.min(0) + made.vertices.max(0)) / 2, middle, atol=0.5)
    assert_closed(made)
    assert len(made.faces) < 6 * 32**2


def test_the_outline_has_no_specks():
    mask, _ = ball(np.eye(4), radius=20)
    image = mask | (np.random.default_rng(0).random(mask.shape) < 0.01)

    made = outline(image, np.eye(4), 0.5, max_edge=24)

    assert np.linalg.norm(made.vertices - 22, axis=1).max() < 22


def test_an_outline_of_nothing_is_empty():
    assert not outline(np.zeros((9, 9, 9)), np.eye(4), 1.0).faces.size


def test_an_outline_without_threshold_is_the_volumes_box():
    made = outline(np.zeros((30, 20, 10)), np.eye(4), None)

    assert_allclose(made.vertices.min(0), -0.5, atol=0.1)
    assert_allclose(made.vertices.max(0), [29.5, 19.5, 9.5], atol=0.1)


@pytest.mark.parametrize(
    "kernel", [lambda report: surface(np.ones((3, 3, 3), bool), np.eye(4), report=report),
               lambda report: outline(np.ones((3, 3, 3)), np.eye(4), 0.0, report=report)]
)  # fmt: skip
def test_progress_runs_to_1_and_may_cancel(kernel):
    told = []

    kernel(told.append)

    assert told == sorted(told)
    assert told[-1] == 1

    def cancel(fraction):
        raise CancelledError

    with pytest.raises(CancelledError):
        kernel(cancel)
