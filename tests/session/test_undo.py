"""Back and forth through the history of a session."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from dashboard.annotation import change
from dashboard.cases.case_store import Cases
from dashboard.session import undo
from dashboard.session.messages import Refused
from tests.conftest import draw_voxel, session_on
from tests.session.test_session import PlainCopy, small_session, watched

VOXELS = [(1, 1, 1), (9, 9, 4), (1, 9, 2), (1, 1, 1)]


def strokes(session, labels=(1, 2, 3, 4)):
    """A stroke a label; returns the label maps before the first and after each."""
    maps = [session.labels.data.copy()]
    for voxel, label in zip(VOXELS, labels, strict=True):
        session.paint(draw_voxel(session, voxel, label=label))
        maps.append(session.labels.data.copy())
    return maps


@pytest.fixture
def slow(two_tissues, later, monkeypatch):
    """A session with four edits that makes one step a turn, when the test lets it."""
    session = session_on(two_tissues, schedule=later)
    while session.superpixels is None:
        later.happen()
    monkeypatch.setattr(undo, "TURN_S", 0.0)
    return session


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.sampled_from([10**6, 20]))
def test_wherever_one_goes_the_labels_are_as_they_were_there(ways, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(change, "MOST_VOXELS", most)
        session = small_session()
        maps = [session.labels.data.copy()]
        for n in range(4):
            session.paint(draw_voxel(session, (n, n, n % 4), label=n + 1))
            maps.append(session.labels.data.copy())
        page = PlainCopy(session)

        for done in ways:
            session.go_to(done)

    assert_array_equal(session.labels.data, maps[ways[-1]])
    assert_array_equal(page.labels, maps[ways[-1]])
    assert session.history[1] == ways[-1]


def test_a_long_way_is_told_once_and_is_one_record_of_the_journal(session):
    strokes(session)
    heard, written = watched(session, "change"), []
    session.autosave.write = written.append

    session.go_to(0)

    assert (len(heard), len(written)) == (1, 1)
    assert not session.labels.data.any()
    assert not +session.labels.voxels


def test_where_one_went_comes_back_after_a_reload(two_tissues, tmp_path):
    cases = Cases(tmp_path)
    session = session_on(two_tissues, cases=cases)
    maps = strokes(session)
    session.go_to(2)
    history = session.history
    session.close()
    cases.close()

    cases = Cases(tmp_path)
    again = session_on(two_tissues, cases=cases)

    assert again.history == history
    assert_array_equal(again.labels.data, maps[2])
    again.close()
    cases.close()


@pytest.mark.parametrize(
    ("verb", "place"), [("undo", VOXELS[3]), ("redo", None), ("go_to", VOXELS[1])]
)
def test_it_is_told_where_it_happened(session, verb, place):
    strokes(session)
    heard = watched(session, "place")

    getattr(session, verb)(*([2] if verb == "go_to" else []))

    assert heard == [place] * (place is not None)


def test_going_to_where_one_is_changes_nothing_and_shows_where_it_was_done(session):
    strokes(session)
    heard, places = watched(session, "change"), watched(session, "place")

    session.go_to(4)

    assert (heard, places) == ([], [VOXELS[3]])


@pytest.mark.parametrize("done", [-1, 5])
def test_an_edit_that_is_not_there_is_refused(session, done):
    strokes(session)

    with pytest.raises(Refused, match="There are 4 edits"):
        session.go_to(done)

    session.undo()
    assert session.history[1] == 3


def test_the_table_goes_the_same_way(session):
    session.rename(2, "tumour")
    strokes(session)

    session.go_to(0)

    assert {label.name for label in session.table} >= {"label 2"}
    session.go_to(1)
    assert "tumour" in {label.name for label in session.table}


# A way that takes more than one turn


def test_what_is_asked_for_on_the_way_waits_for_its_end(slow, later):
    maps = strokes(slow)
    slow.go_to(1)
    slow.redo()
    assert 1 < slow.history[1] < 4

    later.happen()

    assert slow.history[1] == 2
    assert_array_equal(slow.labels.data, maps[2])


def test_a_long_way_shows_how_far_it_is_and_then_nothing(slow, later):
    strokes(slow)
    later.happen()
    jobs = watched(slow, "job")

    slow.go_to(0)
    later.happen()

    assert [job and job.fraction for job in jobs] == [0.25, 0.5, 0.75, None]


def test_who_cancels_stays_where_the_way_had_come(slow, later):
    maps = strokes(slow)
    page = PlainCopy(slow)
    slow.go_to(0)
    slow.cancel()

    later.happen()

    assert slow.history[1] == 3
    assert slow.job is None
    assert_array_equal(slow.labels.data, maps[3])
    assert_array_equal(page.labels, maps[3])


def test_a_page_that_loses_the_case_on_the_way_shows_what_it_holds(slow, later):
    strokes(slow)
    page = PlainCopy(slow)
    slow.go_to(0)
    slow.edits.queue.clear("taken over")

    later.happen()

    assert slow.history[1] == 3
    assert_array_equal(page.labels, slow.labels.data)
    assert slow.job is None


def test_surfaces_of_all_labels_on_the_way_are_stale(session):
    strokes(session)
    session.surfaces.build()
    built = watched(session.surfaces, "built")

    session.go_to(0)
    session.surfaces.build()

    assert {label for label, *_ in built} == {1, 2, 3, 4}
    assert not np.any([len(faces) for *_, faces in built])
