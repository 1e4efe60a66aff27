"""Superpixels that are cut into finer ones, as an edit like any other."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.stroke import Tip
from dashboard.cases.case_store import Cases
from dashboard.session.messages import Refused
from tests.conftest import ByHand, draw, draw_voxel, session_on
from tests.session.test_session import watched
from workers.runtime.boxes import boxes

SPLIT = Tip("split")


def splits(session, *points):
    """A stroke of the split tool over canvas points on an axial slice."""
    stroke = draw(session, "axial", 1, *points)
    return type(stroke)(stroke.plane, stroke.xy, 0, SPLIT)


def split_at(session, ijk):
    stroke = draw_voxel(session, ijk)
    session.paint(type(stroke)(stroke.plane, stroke.xy, 0, SPLIT))


def ids_of(session):
    return session.superpixels.ids.copy()


def assert_sound(superpixels):
    """Boxes and count say what the ids say."""
    assert_array_equal(superpixels.boxes, boxes(superpixels.ids, superpixels.largest))
    assert superpixels.count == np.count_nonzero(np.unique(superpixels.ids))
    assert superpixels.largest == superpixels.ids.max()


@pytest.fixture
def cases(tmp_path):
    """A data folder."""
    kept = Cases(tmp_path)
    yield kept
    kept.close()


def test_a_split_cuts_the_superpixel_under_it_and_no_other(session):
    before = ids_of(session)
    here = before == before[1, 1, 1]

    split_at(session, (1, 1, 1))

    after = session.superpixels.ids
    assert_array_equal(after[~here], before[~here])
    assert 2 <= len(np.unique(after[here])) <= 20
    assert before[1, 1, 1] in after[here]
    assert after.max() == before.max() + len(np.unique(after[here])) - 1
    assert_sound(session.superpixels)


def test_every_superpixel_that_the_line_touches_is_split(session):
    before = ids_of(session)

    session.paint(splits(session, (1, 1), (10, 10)))

    many = sum(len(np.unique(session.superpixels.ids[before == n])) > 1 for n in range(1, 99))
    assert many > 1
    pieces = session.superpixels.count - len(np.unique(before)) + many
    said = f"split {many} superpixels into {pieces} · axial 1"
    assert session.history == ((said,), 1)


def test_labels_stay_as_they_are(session):
    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    before = session.labels.data.copy()

    split_at(session, (1, 1, 1))

    assert_array_equal(session.labels.data, before)
    assert session.table[1].locked is False


def test_a_piece_is_painted_alone(session):
    here = ids_of(session) == session.superpixels.ids[1, 1, 1]
    split_at(session, (1, 1, 1))

    session.paint(draw_voxel(session, (1, 1, 1), label=3))

    painted = session.labels.data == 3
    assert_array_equal(painted, session.superpixels.ids == session.superpixels.ids[1, 1, 1])
    assert painted.sum() < here.sum()


def test_undo_joins_the_pieces_and_redo_splits_them_alike(session):
    before = ids_of(session)
    split_at(session, (1, 1, 1))
    split_at(session, (1, 1, 1))  # a piece again
    after = ids_of(session)

    session.undo()
    session.undo()
    assert_array_equal(session.superpixels.ids, before)
    assert_sound(session.superpixels)

    session.go_to(2)
    assert_array_equal(session.superpixels.ids, after)
    assert_sound(session.superpixels)


def test_after_an_undo_new_pieces_get_the_ids_that_are_free(session):
    split_at(session, (1, 1, 1))
    first = session.superpixels.largest
    session.undo()

    split_at(session, (1, 1, 1))

    assert session.superpixels.largest == first


def test_another_partition_is_not_changed_by_a_split_of_the_last_one(session):
    split_at(session, (1, 1, 1))
    session.partition(Settings(count=10, threshold=None))
    fresh = ids_of(session)

    session.undo()
    assert_array_equal(session.superpixels.ids, fresh)
    session.redo()
    assert_array_equal(session.superpixels.ids, fresh)
    assert session.history[1] == 1


def test_views_are_told_the_difference_alone(session):
    heard, before = watched(session, "division"), session.superpixels

    split_at(session, (1, 1, 1))
    session.undo()

    assert [(len(told.divisions)) for told in heard] == [1, 1]
    assert heard[0].before is before
    assert heard[1].after is session.superpixels


def test_splits_come_back_after_a_reload_and_can_be_undone(two_tissues, cases):
    session = session_on(two_tissues, cases=cases)
    before = ids_of(session)
    split_at(session, (1, 1, 1))
    split_at(session, (9, 9, 4))
    split_at(session, (9, 9, 4))
    session.undo()
    after, history = ids_of(session), session.history
    session.close()

    again = session_on(two_tissues, cases=cases)

    assert_array_equal(again.superpixels.ids, after)
    assert_sound(again.superpixels)
    assert again.history == history
    again.go_to(0)
    assert_array_equal(again.superpixels.ids, before)
    again.close()


def test_a_reload_after_another_partition_has_that_one(two_tissues, cases):
    session = session_on(two_tissues, cases=cases)
    split_at(session, (1, 1, 1))
    session.partition(Settings(count=10, threshold=None))
    fresh = ids_of(session)
    session.close()

    again = session_on(two_tissues, cases=cases)

    assert_array_equal(again.superpixels.ids, fresh)
    again.close()


@pytest.mark.parametrize("voxel", [(1, 1, 1), (11, 0, 3)])
def test_a_single_voxel_cannot_be_split_and_that_is_said(two_tissues, voxel):
    session = session_on(two_tissues)
    for _ in range(12):
        split_at(session, voxel)

    assert "a single voxel is as small" in session.notice.text
    assert len(session.history[0]) < 12


def test_beside_the_superpixels_nothing_is_split_and_that_is_said(session):
    session.paint(splits(session, (-5, -5), (-2, -3)))

    assert session.notice.text == "Nothing to split there: no superpixel lies under the stroke."
    assert session.history == ((), 0)


def test_without_superpixels_a_split_is_refused_with_the_way_out(two_tissues):
    session = session_on(two_tissues, executor=ByHand())

    with pytest.raises(Refused, match="press Partition"):
        split_at(session, (1, 1, 1))


def test_a_second_split_waits_for_the_first_and_cuts_its_pieces(two_tissues):
    by_hand = ByHand()
    session = session_on(two_tissues, executor=by_hand)
    by_hand.finish()
    while by_hand.waiting:  # the surface of the whole
        by_hand.finish()
    split_at(session, (1, 1, 1))
    split_at(session, (1, 1, 1))
    session.paint(draw_voxel(session, (9, 9, 4), label=2))
    assert session.history == ((), 0)

    by_hand.finish()
    by_hand.finish()

    assert [title.split(" into")[0] for title in session.history[0]] == [
        "split 1 superpixel", "split 1 superpixel", "1 superpixel → label 2 · axial 4",
    ]  # fmt: skip
    assert_sound(session.superpixels)


def test_superpixels_that_came_meanwhile_are_not_split(two_tissues):
    by_hand = ByHand()
    session = session_on(two_tissues, executor=by_hand)
    while by_hand.waiting:
        by_hand.finish()
    split_at(session, (1, 1, 1))
    session.partition(Settings(count=10, threshold=None))
    by_hand.finish(1)
    fresh = ids_of(session)

    by_hand.finish(0)

    assert_array_equal(session.superpixels.ids, fresh)
    assert "other superpixels meanwhile" in session.notice.text


def test_what_is_downloaded_has_the_pieces(session):
    split_at(session, (1, 1, 1))

    content = session.export_superpixels().result()

    assert content
    assert session.superpixels.ids is not None


def test_the_superpixels_are_known_as_they_were_before_any_was_split(session):
    before = ids_of(session)
    split_at(session, (1, 1, 1))
    split_at(session, (9, 9, 4))
    session.undo()

    assert_array_equal(session.state.case.first_superpixels.ids, before)
