from __future__ import annotations

import numpy as np
import pytest

from benchmarks.torso import torso
from dashboard.volumes.memory_volume import Volume

THICK = np.diag([0.5, 0.5, 4.0, 1.0])


def holding(data, affine=THICK):
    return Volume(np.array(data).reshape(-1, 1, 1), affine)


def test_spacing_is_measured_along_the_voxel_axes_of_a_tilted_volume(oblique):
    assert oblique.spacing == pytest.approx((0.9, 1.1, 2.5))
    assert oblique.voxel_mm3 == pytest.approx(0.9 * 1.1 * 2.5)


def test_the_directions_and_the_tilt_of_each_volume(volume):
    expected = {"two": ("RAS", 0), "thick": ("LPS", 0), "flat": ("PIR", 0), "tilted": ("RAS", 17)}

    axcodes, degrees = expected[volume.name]

    assert volume.axcodes == axcodes
    assert volume.obliqueness_degrees == pytest.approx(degrees, abs=1e-4)


def test_a_mirrored_volume_has_a_positive_size(anisotropic):
    mirrored = Volume(anisotropic.data, np.diag([-0.5, 0.5, 4.0, 1.0]))

    assert mirrored.voxel_mm3 == pytest.approx(1.0)


def test_intensities_may_not_be_written_to(volume):
    with pytest.raises(ValueError, match="read-only"):
        volume.data[0, 0, 0] = 1


@pytest.mark.parametrize("shape", [(4, 4), (2, 2, 2, 2)])
def test_an_array_of_other_than_three_axes_is_refused(shape):
    with pytest.raises(ValueError, match="must have 3 axes"):
        Volume(np.zeros(shape), THICK)


def test_an_affine_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"must be \(4, 4\); got \(3, 4\)"):
        Volume(np.zeros((2, 2, 2)), THICK[:3])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([np.nan, -3.0, np.inf, 8.0, -np.inf], (-3, 8)),
        ([np.nan, np.inf], (0, 0)),
        (np.array([7, 200], np.uint8), (7, 200)),
        (np.array([-(2**15), 2**15 - 1], np.int16), (-(2**15), 2**15 - 1)),
    ],
)
def test_the_range_is_that_of_the_finite_intensities(values, expected):
    assert holding(values).finite_range == expected


def test_the_window_cuts_a_thousandth_at_both_ends():
    assert holding(np.arange(10_001.0)).window == pytest.approx((10, 9990), abs=0.1)


def test_what_was_cut_away_around_a_brain_does_not_darken_the_window():
    brain = np.linspace(500, 1000, 1001)

    low, high = holding(np.concatenate([np.zeros(1_000_000), brain])).window

    assert low == 0
    assert high > 990


def test_a_ct_is_first_seen_in_the_window_of_soft_tissue():
    ct = torso("CT", (75, 65, 30), (5.4, 5.4, 10))
    padded = torso("CT", (75, 65, 30), (5.4, 5.4, 10), padding=-3024)

    assert holding(ct.image.ravel()).window == (-150, 250)
    assert holding(padded.image.ravel().astype("f4")).window == (-150, 250)
    assert holding(ct.image.ravel() + np.int16(1024)).window != (-150, 250)


def test_the_same_place_is_recognized_to_a_twentieth_of_a_voxel(volume):
    step = min(volume.spacing)
    for shift, same in ((0.04, True), (0.06, False)):
        moved = volume.affine.copy()
        moved[1, 3] += shift * step
        assert volume.lies_on(moved) is same


def test_a_turn_shows_at_the_far_corner(volume):
    turned = volume.affine.copy()
    turned[:3, 0] *= 1 + 0.2 / volume.shape[0]

    assert not volume.lies_on(turned)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_flip_is_another_place_however_small_the_voxels(volume, axis):
    tiny = Volume(volume.data, np.diag([1e-4, 1e-4, 1e-4, 1]) @ volume.affine)
    flipped = tiny.affine.copy()
    flipped[:3, axis] *= -1

    assert tiny.lies_on(tiny.affine)
    assert not tiny.lies_on(flipped)


def test_a_single_bright_voxel_does_not_darken_the_window():
    data = np.linspace(0, 1, 5000)
    data[77] = 1e6

    assert holding(data).window[1] < 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [([5.0] * 9, (5, 5)), ([np.nan] * 9, (0, 0)), ([0] * 5000 + [9], (0, 9))],
)
def test_without_contrast_the_window_is_the_range(values, expected):
    assert holding(values).window == expected


def test_the_digest_tells_volumes_apart_by_intensities_type_shape_and_place():
    data = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    moved, changed = THICK.copy(), data.copy()
    moved[0, 3] = 1
    changed[1, 2, 3] = 0
    others = [
        Volume(changed, THICK),
        Volume(data.astype(np.int32), THICK),
        Volume(data.reshape(4, 3, 2), THICK),
        Volume(data, moved),
    ]

    digests = {Volume(data, THICK).digest, *(other.digest for other in others)}

    assert len(digests) == 5


def test_the_digest_does_not_depend_on_the_name_nor_on_the_memory(non_cubic):
    other = Volume(np.asfortranarray(non_cubic.data), non_cubic.affine, "another name")

    assert other.digest == non_cubic.digest
