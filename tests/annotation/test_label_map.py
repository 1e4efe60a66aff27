from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from dashboard.annotation.label_map import LabelMap
from dashboard.cases.history import History
from dashboard.cases.journal_entry import pack_edit
from tests.conftest import partitioned, slab

PARTITION = slab(
    "1122",
    "1122",
    "3344",
)
SHAPE = (3, 5, 2)
PARTITIONS = arrays(np.uint16, SHAPE, elements=st.integers(0, 6))
MAPS = arrays(np.uint16, SHAPE, elements=st.sampled_from([0, 1, 2, 3, 300, 65535]))
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.sets(st.integers(1, 6)), st.sampled_from([0, 1, 2, 65535])),
        st.tuples(st.just("partition"), PARTITIONS),
        st.tuples(st.just("replace"), MAPS),
    ),
    max_size=12,
)


class Annotator:
    """Does actions on a label map, as a session does them."""

    def __init__(self, ids):
        self.labels, self.history = LabelMap(SHAPE), History()
        self.partition(ids)

    def do(self, actions):
        for verb, *values in actions:
            getattr(self, verb)(*values)

    def give(self, ids, label):
        there = np.intersect1d(sorted(ids), self.superpixels.ids)
        self.record(self.labels.assign(self.superpixels, there, label, "given"))

    def replace(self, whole):
        self.record(self.labels.replace(whole, "opened"))

    def record(self, edit):
        if edit.patches:
            self.history.record(edit.title, pack_edit(edit))

    def partition(self, ids):
        self.superpixels = partitioned(ids)

    def undo(self):
        if edit := self.history.step_back():
            self.labels.revert(edit)
        return edit is not None

    def redo(self):
        if edit := self.history.step_forward():
            self.labels.apply(edit)
        return edit is not None


def counted(data):
    """How many voxels have each label, the slow way."""
    return {n: int(count) for n, count in enumerate(np.bincount(data.ravel())) if n and count}


def remembered(labels):
    return labels.data.copy(), dict(+labels.voxels)


def assert_equal(labels, memory):
    assert_array_equal(labels.data, memory[0])
    assert dict(+labels.voxels) == memory[1]


def painted():
    labels = LabelMap((3, 4, 1))
    return partitioned(PARTITION), labels


def test_whole_superpixels_are_labelled():
    superpixels, labels = painted()

    labels.assign(superpixels, np.array([1, 2]), 7, "given")

    assert_array_equal(labels.data, slab("7777", "7777", "0000"))


def test_revert_brings_back_what_lay_under_the_stroke():
    superpixels, labels = painted()
    labels.assign(superpixels, np.array([1]), 5, "first")
    over = labels.assign(superpixels, np.array([1, 3]), 7, "second")

    labels.revert(over)

    assert_array_equal(labels.data, slab("5500", "5500", "0000"))


def test_revert_brings_back_several_labels_under_one_superpixel():
    superpixels, labels = painted()
    labels.replace(slab("1300", "2200", "0009"), "opened")
    over = labels.assign(superpixels, np.array([1]), 7, "given")

    labels.revert(over)

    assert_array_equal(labels.data, slab("1300", "2200", "0009"))


def test_label_zero_erases():
    superpixels, labels = painted()
    labels.assign(superpixels, np.array([1, 2, 3]), 5, "given")

    labels.assign(superpixels, np.array([2]), 0, "erased")

    assert_array_equal(labels.data, slab("5500", "5500", "5500"))


def test_what_has_the_label_already_is_no_part_of_the_edit():
    superpixels, labels = painted()
    labels.assign(superpixels, np.array([1]), 5, "first")

    edit = labels.assign(superpixels, np.array([1, 4]), 5, "second")

    assert [patch.box for patch in edit.patches] == [superpixels.box(4)]


def test_painting_twice_makes_an_empty_edit():
    superpixels, labels = painted()
    labels.assign(superpixels, np.array([1, 3]), 5, "first")

    again = labels.assign(superpixels, np.array([1, 3]), 5, "second")

    assert again.patches == ()
    assert_array_equal(labels.data, slab("5500", "5500", "5500"))


def test_replacing_a_map_by_itself_makes_an_empty_edit():
    superpixels, labels = painted()
    labels.assign(superpixels, np.array([1]), 5, "given")

    assert labels.replace(labels.data.copy(), "opened").patches == ()


def test_a_replaced_map_is_remembered_only_where_it_changed():
    _, labels = painted()

    edit = labels.replace(slab("0000", "0340", "0000"), "opened")

    assert edit.patches[0].box == (slice(1, 2), slice(1, 3), slice(0, 1))


def test_a_map_of_another_shape_is_refused():
    _, labels = painted()

    with pytest.raises(ValueError, match=r"shape \(3, 4, 1\) of the map; got \(4, 3, 1\)"):
        labels.replace(np.zeros((4, 3, 1), np.uint16), "opened")


def test_an_edit_names_the_labels_it_touched():
    superpixels, labels = painted()
    labels.replace(slab("1300", "0000", "0000"), "opened")

    edit = labels.assign(superpixels, np.array([1, 4]), 7, "given")

    assert edit.touched == {1, 3, 7}


def test_the_highest_label_is_kept_exactly():
    superpixels, labels = painted()

    labels.assign(superpixels, np.array([4]), 65535, "given")

    assert labels.data[2, 3, 0] == 65535
    assert labels.voxels[65535] == 2


@pytest.mark.parametrize("label", [-1, 65536])
def test_a_label_that_the_map_cannot_hold_changes_nothing(label):
    superpixels, labels = painted()

    with pytest.raises((ValueError, OverflowError)):
        labels.assign(superpixels, np.array([1]), label, "given")

    assert not labels.data.any()
    assert not +labels.voxels


@given(PARTITIONS, ACTIONS, ACTIONS)
def test_undo_of_all_that_was_done_is_identity(ids, before, after):
    annotator = Annotator(ids)
    annotator.do(before)
    memory, done = remembered(annotator.labels), annotator.history.done
    annotator.do(after)

    while annotator.history.done > done:
        annotator.undo()

    assert_equal(annotator.labels, memory)


@given(PARTITIONS, ACTIONS, st.integers(0, 12))
def test_redo_of_what_was_undone_is_identity(ids, actions, steps):
    annotator = Annotator(ids)
    annotator.do(actions)
    memory = remembered(annotator.labels)
    undone = sum(annotator.undo() for _ in range(steps))

    redone = sum(annotator.redo() for _ in range(steps))

    assert redone == undone
    assert_equal(annotator.labels, memory)


@given(PARTITIONS, ACTIONS, st.integers(0, 4))
def test_voxels_are_those_of_the_map_at_every_moment(ids, actions, steps):
    annotator = Annotator(ids)
    for action in actions:
        annotator.do([action])
        assert dict(+annotator.labels.voxels) == counted(annotator.labels.data)

    for _ in range(steps):
        annotator.undo()
        assert dict(+annotator.labels.voxels) == counted(annotator.labels.data)


@given(PARTITIONS, ACTIONS, st.integers(0, 12))
def test_extents_enclose_every_voxel_of_each_label(ids, actions, steps):
    annotator = Annotator(ids)
    annotator.do(actions)
    for _ in range(steps):
        annotator.undo()

    data, extents = annotator.labels.data, annotator.labels.extents
    for label, voxels in counted(data).items():
        assert np.count_nonzero(data[extents[label]] == label) == voxels


@given(PARTITIONS, ACTIONS, st.sets(st.integers(1, 6)), st.integers(0, 3))
def test_labels_are_given_as_the_slow_way_gives_them(ids, actions, chosen, label):
    annotator = Annotator(ids)
    annotator.do(actions)
    expected = annotator.labels.data.copy()
    expected[np.isin(annotator.superpixels.ids, list(chosen))] = label

    annotator.give(chosen, label)

    assert_array_equal(annotator.labels.data, expected)


def test_a_plane_is_a_copy_of_a_slice():
    superpixels, labels = painted()
    labels.assign(superpixels, [3], 5, "given")

    labels.plane(0, 2)[:] = 9

    assert_array_equal(labels.plane(0, 2).ravel(), [5, 5, 0, 0])
    assert_array_equal(labels.plane(1, 1).ravel(), [0, 0, 5])
    assert_array_equal(labels.plane(2, 0), labels.data[:, :, 0])


@given(
    data=MAPS,
    label=st.sampled_from([1, 2, 65535]),
    strides=st.tuples(*[st.integers(1, 6)] * 3),
    ends=st.tuples(*[st.tuples(st.integers(0, n - 1), st.integers(1, n)) for n in SHAPE]),
)
def test_a_coarse_mask_is_set_where_any_of_its_voxels_has_the_label(data, label, strides, ends):
    box = tuple(slice(min(low, high - 1), high) for low, high in ends)
    labels = LabelMap(SHAPE)
    labels.replace(data, "opened")

    mask = labels.mask(label, box, strides)

    expected = np.zeros_like(mask)
    for voxel in np.argwhere(data[box] == label):
        expected[tuple(voxel // strides)] = True
    assert_array_equal(mask, expected)
