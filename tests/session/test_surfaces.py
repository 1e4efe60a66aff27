from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dashboard.annotation.label_map import LabelMap
from dashboard.session.surfaces import WHOLE, Surfaces, choose_strides
from tests.conftest import ByHand, Inline, Later, now, partitioned, tissues
from workers.labels import surface


class Scene:
    """A volume in eight blocks, its labels, and the surfaces of them that were built."""

    def __init__(self, volume, executor=None, schedule=now):
        self.surfaces = Surfaces(executor or Inline(), schedule, Inline())
        self.built = []
        self.surfaces.param.watch(lambda event: self.built.append(event.new), "built")
        self.open(volume)

    def open(self, volume):
        self.volume, self.labels = volume, LabelMap(volume.shape)
        halves = [np.arange(n) * 2 // n for n in volume.shape]
        ids = 1 + np.ravel_multi_index(np.ix_(*halves), (2, 2, 2)).astype(np.uint16)
        self.superpixels = partitioned(ids)
        self.surfaces.open(volume, self.labels)

    def give(self, label, *ids):
        edit = self.labels.assign(self.superpixels, np.array(ids), label, "given")
        self.surfaces.note(edit)
        return edit

    @property
    def names(self):
        return sorted(label for label, _, _ in self.built)


@pytest.fixture
def another():
    """Another volume, of 8 × 7 × 6 voxels."""
    return tissues((8, 7, 6), np.diag([1.0, -1.0, 1.5, 1.0]), "another")


def test_only_labels_that_were_touched_are_built_again(volume):
    scene = Scene(volume)
    scene.give(1, 1)
    scene.give(2, 5)
    scene.surfaces.build()
    scene.built.clear()

    scene.give(2, 6)
    scene.surfaces.build()
    scene.surfaces.build()

    assert scene.names == [2]


def test_a_label_that_lost_voxels_to_another_is_built_too(volume):
    scene = Scene(volume)
    scene.give(1, 1, 2)
    scene.surfaces.build()
    scene.built.clear()

    scene.give(2, 2)
    scene.surfaces.build()

    assert scene.names == [1, 2]


def test_what_is_undone_is_built_again(volume):
    scene = Scene(volume)
    scene.give(1, 1)
    edit = scene.give(1, 2)
    scene.surfaces.build()
    scene.built.clear()

    scene.labels.revert(edit)
    scene.surfaces.note(edit)
    scene.surfaces.build()

    assert scene.names == [1]
    assert_array_equal(scene.built[0][1], surface_of(scene, 1).vertices)


def test_a_label_without_voxels_has_an_empty_surface(volume):
    scene = Scene(volume)
    scene.give(1, 1)
    scene.surfaces.build()

    scene.give(0, 1)
    scene.surfaces.build()

    label, vertices, faces = scene.built[-1]
    assert (label, vertices.shape, faces.shape) == (1, (0, 3), (0, 3))
    assert scene.surfaces.busy == 0


def surface_of(scene, label):
    """The surface of a label, built from the whole map."""
    return surface.surface(scene.labels.data == label, scene.volume.affine)


@pytest.mark.parametrize("block", [1, 4, 8])
def test_a_surface_lies_where_its_label_lies_in_the_patient(volume, block):
    scene = Scene(volume)
    scene.give(3, block)
    voxels = np.argwhere(scene.superpixels.ids == block)
    centre = volume.affine[:3, :3] @ voxels.mean(axis=0) + volume.affine[:3, 3]

    scene.surfaces.build()

    _, vertices, faces = scene.built[-1]
    assert len(faces)
    middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    assert_allclose(middle, centre, atol=max(volume.spacing) / 4)
    assert_allclose(vertices, surface_of(scene, 3).vertices, atol=1e-4)


def test_labels_that_are_there_when_a_volume_is_opened_are_built(volume):
    scene = Scene(volume)
    scene.give(1, 1)
    scene.give(4, 2)

    scene.surfaces.open(volume, scene.labels)
    scene.surfaces.build()

    assert scene.names == [1, 4]


def test_a_surface_of_a_volume_that_is_no_longer_open_is_dropped(volume, another, by_hand):
    scene = Scene(volume, by_hand)
    scene.give(1, 1)
    scene.surfaces.build()

    scene.open(another)
    by_hand.finish()

    assert scene.built == []
    assert scene.surfaces.busy == 0


def test_a_label_is_built_while_the_last_volumes_is_still_under_way(volume, another, by_hand):
    scene = Scene(volume, by_hand)
    scene.give(1, 1)
    scene.surfaces.build()
    scene.open(another)
    scene.give(1, 8)

    scene.surfaces.build()
    by_hand.finish()
    by_hand.finish()

    assert scene.names == [1]
    assert_allclose(scene.built[0][1], surface_of(scene, 1).vertices, atol=1e-4)


def test_a_surface_that_a_stroke_has_overtaken_is_built_anew_after_it(volume, by_hand):
    scene = Scene(volume, by_hand)
    scene.give(1, 1)
    scene.surfaces.build()
    scene.give(1, 2)
    scene.surfaces.build()
    assert len(by_hand.waiting) == 1

    by_hand.finish()
    by_hand.finish()

    assert scene.names == [1, 1]
    assert_allclose(scene.built[-1][1], surface_of(scene, 1).vertices, atol=1e-4)


def test_later_strokes_do_not_reach_a_surface_under_way(volume, by_hand):
    scene = Scene(volume, by_hand)
    scene.give(1, 1)
    expected = surface_of(scene, 1).vertices
    scene.surfaces.build()

    scene.labels.assign(scene.superpixels, np.array([1]), 2, "given")
    by_hand.finish()

    assert_allclose(scene.built[0][1], expected, atol=1e-4)


def test_a_surface_is_shown_only_in_the_turn_of_the_page(volume):
    later = Later()
    scene = Scene(volume, schedule=later)
    scene.give(1, 1)

    scene.surfaces.build()
    assert scene.built == []
    later.happen()

    assert scene.names == [1]


def test_a_surface_that_fails_is_said(volume, monkeypatch):
    def fail(*_, **__):
        raise MemoryError("no room")

    monkeypatch.setattr(surface, "surface", fail)
    scene = Scene(volume)
    scene.give(1, 1)

    scene.surfaces.build()

    assert scene.surfaces.failure == "The 3D surface could not be made: no room"
    assert (scene.built, scene.surfaces.busy) == ([], 0)


# The whole


def whole(scene):
    """What is shown of the whole: the number of its faces."""
    return len(next((faces for label, _, faces in reversed(scene.built) if label == WHOLE), ()))


def test_the_whole_is_built_once_for_each_threshold(volume):
    scene = Scene(volume)

    scene.surfaces.outline(150.0)
    scene.surfaces.outline(150.0)

    assert scene.names == [WHOLE]
    assert whole(scene)


def test_without_a_threshold_there_is_no_whole(volume):
    scene = Scene(volume)
    scene.surfaces.outline(150.0)

    scene.surfaces.outline(None)

    assert whole(scene) == 0


def test_the_whole_comes_back_after_it_was_gone(volume):
    scene = Scene(volume)
    scene.surfaces.outline(150.0)
    scene.surfaces.outline(None)

    scene.surfaces.outline(150.0)

    assert whole(scene)


def test_a_whole_that_is_no_longer_wanted_is_dropped_when_it_comes(volume, by_hand):
    scene = Scene(volume, by_hand)
    scene.surfaces.outline(150.0)

    scene.surfaces.outline(None)
    by_hand.finish()

    assert whole(scene) == 0


@pytest.mark.parametrize("order", [(0, 0), (1, 0)])
def test_of_two_wholes_under_way_the_last_asked_for_is_shown(volume, order):
    executor = ByHand()
    scene = Scene(volume, executor)
    scene.surfaces.outline(150.0)
    scene.surfaces.outline(205.0)

    for which in order:
        executor.finish(which)

    expected = surface.outline(volume.data, volume.affine, 205.0)
    assert_array_equal(scene.built[-1][1], expected.vertices)
    assert scene.names == [WHOLE]


def test_many_labels_share_the_faces_that_one_message_holds(volume, monkeypatch):
    monkeypatch.setattr("dashboard.session.surfaces.MOST_FACES", 800)
    scene = Scene(volume)
    for block in range(1, 9):
        scene.give(block, block)
        scene.surfaces.build()

    latest = {label: len(faces) for label, _, faces in scene.built}

    assert sorted(latest) == list(range(1, 9))
    assert all(latest.values())
    assert sum(latest.values()) <= 800


def test_surfaces_that_hold_to_their_share_are_not_built_again(volume, monkeypatch):
    monkeypatch.setattr("dashboard.session.surfaces.MOST_FACES", 800)
    scene = Scene(volume)
    for block in range(1, 9):
        scene.give(block, block)
    scene.surfaces.build()
    scene.built.clear()

    scene.surfaces.build()

    assert scene.built == []


@pytest.mark.parametrize(
    ("sizes", "spacing", "most", "expected"),
    [
        ((10, 10, 10), (1, 1, 1), 1000, (1, 1, 1)),
        ((10, 10, 10), (1, 1, 1), 999, (2, 1, 1)),
        ((10, 10, 10), (0.5, 0.5, 4), 300, (2, 2, 1)),
        ((100, 100, 1), (1, 1, 1), 100, (16, 8, 1)),
        ((9, 9, 9), (1, 1, 1), 1, (16, 16, 16)),
    ],
)
def test_short_edges_are_joined_first_until_the_mask_fits(sizes, spacing, most, expected):
    box = tuple(slice(3, 3 + n) for n in sizes)

    assert choose_strides(box, spacing, most) == expected


def test_a_coarse_surface_lies_where_the_label_lies(volume, monkeypatch):
    scene = Scene(volume)
    scene.give(1, 8)
    monkeypatch.setattr("dashboard.session.surfaces.choose_strides", lambda *_: (2, 1, 2))

    scene.surfaces.build()

    found, fine = np.array(bounds(scene.built[-1][1:])), np.array(bounds(surface_of(scene, 1)))
    assert abs(found - fine).max() <= 2 * max(volume.spacing)


def bounds(made):
    """The lowest and the highest corner of a surface in mm."""
    return made[0].min(axis=0), made[0].max(axis=0)
