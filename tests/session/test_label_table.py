"""The table of labels: what is done to it is undone like a stroke."""

from __future__ import annotations

from concurrent.futures import Future

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from dashboard.annotation import relabel
from dashboard.annotation.label_map import LabelMap
from dashboard.annotation.label_table import Label
from dashboard.session import label_table as labelling
from dashboard.session.session import Refused
from tests.conftest import ByHand, draw_voxel, nifti_bytes, session_on, slab
from workers.formats.label_tables import label_table

MAP = slab(
    "112200",
    "112200",
    "003311",
    "003311",
)
ITKSNAP = b"""
0   0   0   0  0 0 0 "Clear Label"
2 255 128   0  1 0 0 "left \\"lung"
700 0   0 255  1 1 1 "a <b>new</b> one"
"""


@pytest.fixture
def labelled(session):
    """A session whose volume has the labels of `MAP` on each slice."""
    whole = np.zeros(session.volume.shape, np.uint16)
    whole[:4, :6] = MAP
    session.open_labels(nifti_bytes(whole, session.volume.affine), "map.nii")
    return session


def drawn(session):
    return session.labels.data[:4, :6, :1]


def undone_and_done_again(session, verb):
    """Do `verb`, and see that undo takes it back and redo does it again."""
    before = session.labels.data.copy(), session.table
    edits = session.history[1]
    verb()
    after = session.labels.data.copy(), session.table
    session.undo()
    assert_array_equal(session.labels.data, before[0])
    assert session.table == before[1]
    session.redo()
    assert_array_equal(session.labels.data, after[0])
    assert session.table == after[1]
    assert session.history[1] == edits + 1


def test_a_removed_label_leaves_its_voxels_unlabelled(labelled):
    undone_and_done_again(labelled, lambda: labelled.remove_label(1))

    assert_array_equal(
        drawn(labelled),
        slab(
            "002200",
            "002200",
            "003300",
            "003300",
        ),
    )
    assert [label.value for label in labelled.table] == [2, 3, 4]
    assert labelled.history[0][-1] == "removed label 1"


def test_a_label_is_merged_into_another(labelled):
    undone_and_done_again(labelled, lambda: labelled.merge_label(1, 3))

    assert_array_equal(
        drawn(labelled),
        slab(
            "332200",
            "332200",
            "003333",
            "003333",
        ),
    )
    assert [label.value for label in labelled.table] == [2, 3, 4]


def test_a_label_without_voxels_is_removed_too(labelled):
    undone_and_done_again(labelled, lambda: labelled.remove_label(4))

    assert [label.value for label in labelled.table] == [1, 2, 3]


def test_of_a_chosen_label_that_goes_the_next_is_chosen(labelled):
    labelled.choose(2)

    labelled.remove_label(2)

    assert labelled.label == 3
    labelled.remove_label(4)
    labelled.remove_label(3)
    assert labelled.label == 1


def test_without_any_label_one_is_told_to_add_one(labelled):
    for value in (1, 2, 3, 4):
        labelled.remove_label(value)

    with pytest.raises(Refused, match="add it with"):
        labelled.paint(draw_voxel(labelled, (1, 1, 1), label=1))

    labelled.add_label()
    assert [label.value for label in labelled.table] == [1]


@pytest.mark.parametrize(
    "verb", [lambda s: s.remove_label(2), lambda s: s.merge_label(2, 1)], ids=["remove", "merge"]
)
def test_a_locked_label_is_neither_removed_nor_merged(labelled, verb):
    labelled.lock_label(2, locked=True)
    before = labelled.labels.data.copy()

    with pytest.raises(Refused, match="label 2 is locked: unlock it first"):
        verb(labelled)

    assert_array_equal(labelled.labels.data, before)


def test_a_label_is_not_merged_into_itself(labelled):
    with pytest.raises(Refused, match="another label for label 2"):
        labelled.merge_label(2, 2)


def test_what_is_asked_for_while_a_large_label_is_looked_for_waits(two_tissues, monkeypatch):
    monkeypatch.setattr(labelling, "AT_ONCE_VOXELS", 0)
    threads = ByHand()
    session = session_on(two_tissues, threads=None)
    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    session.executors.threads = threads

    session.remove_label(2)
    session.paint(draw_voxel(session, (9, 9, 4), label=3))

    assert session.job.title.startswith("Looking for label 2")
    assert session.labels.voxels[2]
    assert not session.labels.voxels[3]
    threads.finish()
    assert not session.labels.voxels[2]
    assert session.labels.voxels[3]
    assert [title.split(" · ")[0] for title in session.history[0]][1:] == [
        "removed label 2",
        "1 superpixel → label 3",
    ]


def test_a_search_that_is_cancelled_changes_nothing_and_holds_up_nothing(two_tissues, monkeypatch):
    monkeypatch.setattr(labelling, "AT_ONCE_VOXELS", 0)
    threads = ByHand()
    session = session_on(two_tissues)
    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    session.executors.threads = threads
    session.remove_label(2)
    session.paint(draw_voxel(session, (9, 9, 4), label=3))

    session.cancel()

    assert "cancelled; nothing has changed" in session.notice.text
    assert 2 in {label.value for label in session.table}
    assert session.labels.voxels[2]
    assert session.labels.voxels[3]


@given(
    st.lists(st.integers(0, 3), min_size=24, max_size=24),
    st.integers(1, 3),
    st.integers(0, 3),
)
def test_patches_change_exactly_the_voxels_of_a_label(values, label, other):
    data = np.array(values, np.uint16).reshape(2, 3, 4)
    labels = LabelMap(data.shape)
    labels.replace(data, "as given")

    patches = relabel.changed(labels, label, other)

    masks = np.zeros(data.shape, int)
    for patch in patches:
        masks[patch.box] += patch.mask
    assert_array_equal(masks, data == label)
    assert all(patch[2:] == (label, other) for patch in patches)


def test_a_label_that_is_all_over_a_large_volume_is_looked_for_in_parts(monkeypatch):
    monkeypatch.setattr(relabel, "_SIDE", 2)
    data = slab("1000001", "0000000", "1000001")
    labels = LabelMap(data.shape)
    labels.replace(data, "as given")

    patches = relabel.changed(labels, 1, 0)

    assert [patch.mask.size for patch in patches] == [1, 1, 1, 1]
    monkeypatch.setattr(relabel, "MOST_VOXELS", 3)
    with pytest.raises(ValueError, match=r"at most 3 voxels .* hide it instead"):
        relabel.changed(labels, 1, 0)


# The table alone


def test_there_may_be_more_labels_than_keys(session):
    for _ in range(30):
        session.add_label()

    assert len(session.table) == 34
    assert len({label.color for label in session.table}) == 34


def test_a_label_is_added_with_a_value_and_a_name(session):
    undone_and_done_again(session, lambda: session.add_label(700, " the \n spleen "))

    assert session.table[-1][:2] == (700, "the spleen")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (0, "from 1 to 65535; got 0"),
        (65536, "from 1 to 65535; got 65536"),
        (2, "label 2 has the value 2 already; the next free one is 5"),
    ],
)
def test_a_value_that_cannot_be_is_refused(session, value, sentence):
    with pytest.raises(Refused, match=sentence):
        session.add_label(value)

    assert len(session.table) == 4


def test_an_added_label_that_is_taken_back_is_not_chosen(session):
    session.add_label()

    session.undo()

    assert session.label in {label.value for label in session.table}


def test_another_colour_is_undone_like_a_stroke(session):
    undone_and_done_again(session, lambda: session.recolour(2, "#ABCDEF"))

    assert session.table[1].color == "#abcdef"


@pytest.mark.parametrize("color", ["red", "#12", "#gggggg", "", "#ff0000;background:url(x)"])
def test_what_is_no_colour_is_refused(session, color):
    with pytest.raises(Refused, match="Expected a colour like #ff8800"):
        session.recolour(2, color)


def test_all_labels_are_hidden_and_shown_again(session):
    session.show_labels(visible=False)
    assert not any(label.visible for label in session.table)

    session.show_labels(visible=True)

    assert all(label.visible for label in session.table)
    assert session.history == ((), 0)


# Tables from files


def test_a_table_from_a_file_is_one_edit(session):
    before = session.table

    session.open_table(ITKSNAP, "labels.txt")

    table = {label.value: label for label in session.table}
    assert sorted(table) == [1, 2, 3, 4, 700]
    assert table[2] == Label(2, 'left \\"lung', "#ff8000", visible=False)
    assert table[700] == Label(700, "a <b>new</b> one", "#0000ff")
    assert session.history == (("opened labels.txt",), 1)
    session.undo()
    assert [label[:3] for label in session.table] == [label[:3] for label in before]


def test_a_table_that_gives_no_colour_or_name_leaves_the_labels_theirs(session):
    session.rename(2, "liver")

    session.open_table(b"index\tname\n2\t\n9\tspleen\n", "x_dseg.tsv")

    assert session.table[1][:3] == (2, "liver", "#eb5c0a")
    assert session.table[-1][:2] == (9, "spleen")


def test_a_table_that_is_in_force_already_is_no_edit_and_says_so(session):
    session.open_table(label_table.encode((row[:3] for row in session.table), "bids"), "x.tsv")

    assert session.history == ((), 0)
    assert "are here already" in session.notice.text


def test_values_that_no_label_map_holds_are_left_out_and_told(session):
    session.open_table(b"5 five 1 2 3 0\n70000 large 1 2 3 0\n", "LUT.txt")

    assert session.table[-1][:2] == (5, "five")
    assert "no value above 65535: 1 of them" in session.notice.text


@pytest.mark.parametrize("content", [b"hello", b"70000 large 1 2 3 0\n", b"\xff\xfe\x00"])
def test_what_is_no_table_changes_nothing(session, content):
    before = session.table

    session.open_table(content, "x.txt")

    assert session.table == before
    assert session.notice.kind == "error"


@pytest.mark.parametrize("form", label_table.FORMS)
def test_a_table_comes_back_through_its_file(session, two_tissues, form):
    session.open_table(ITKSNAP, "labels.txt")
    content = session.export_table(form).result()
    other = session_on(two_tissues)

    other.open_table(content, "again")

    assert [label[2] for label in other.table] == [label[2] for label in session.table]
    again = other.export_table(form).result()
    assert label_table.decode(again) == label_table.decode(content)


# In their turn


def test_a_lock_stops_no_stroke_that_was_drawn_before_it(session):
    session.paint(draw_voxel(session, (1, 1, 1), label=3))
    held_up = Future()
    session.edits.queue.do(lambda: None, held_up)
    session.paint(draw_voxel(session, (1, 1, 1), label=2))

    session.lock_label(3, True)
    session.paint(draw_voxel(session, (1, 1, 1), label=3))
    session.lock_label(2, True)
    session.paint(draw_voxel(session, (1, 1, 1), label=1))
    held_up.set_result(None)

    assert session.labels.data[1, 1, 1] == 3
    assert session.locked == (2, 3)


@pytest.mark.parametrize(
    "act",
    [
        lambda session: session.choose(5),
        lambda session: session.show_label(5, False),
        lambda session: session.lock_label(5, True),
        lambda session: session.rename(5, "liver"),
        lambda session: session.recolour(5, "#123456"),
        lambda session: session.remove_label(5),
        lambda session: session.merge_label(5, 1),
    ],
)
def test_what_is_done_with_a_label_waits_until_it_was_added(session, act):
    held_up, told = Future(), []
    session.param.watch(lambda event: told.append(event.new.text), "notice", onlychanged=False)
    session.edits.queue.do(lambda: None, held_up)
    session.add_label(5)

    act(session)
    held_up.set_result(None)

    assert told == []
    assert session.history[0][0] == "added label 5"
