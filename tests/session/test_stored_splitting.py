"""Superpixels on disk are cut into finer ones as those in memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.stroke import Stroke, Tip
from dashboard.cases.case_store import Cases
from dashboard.session.tools.split import MOST_VOXELS
from dashboard.volumes.slice_reader import Slice, Slices
from tests.conftest import draw, now, session_on, tissues
from tests.session.test_stored_session import (
    PIR,
    SHAPE,
    WISH,
    driver,  # noqa: F401 - a fixture for all of these
    open_stored,
)
from tests.stored import store_volume
from workers.formats.nifti import nifti

ALL = (slice(None),) * 3
POINTS = st.lists(st.tuples(*[st.integers(0, 8)] * 2), min_size=1, max_size=3)
LINE = st.tuples(st.sampled_from(["split", "draw", "brush"]), st.integers(0, 6), POINTS)
ACTIONS = st.lists(st.one_of(LINE, LINE, st.tuples(st.sampled_from(["undo", "redo"]))), max_size=8)
TIPS = {"split": Tip("split"), "draw": Tip(), "brush": Tip("voxels", 2.0, is_within=True)}


@pytest.fixture
def on_disk(tmp_path):
    """A volume on disk, of 9 × 11 × 7 voxels, as a file gives it."""
    plain = session_on(tissues(SHAPE, PIR, "small"), settings=WISH).volume
    return store_volume(plain, tmp_path / "cache")


@pytest.fixture
def session(on_disk):
    """A session on it."""
    return open_stored(on_disk)


def act(session, action):
    verb, *values = action
    if verb in TIPS:
        index, points = values
        drawn = draw(session, "axial", index, *points)
        session.paint(Stroke(drawn.plane, drawn.xy, 0 if verb == "split" else 2, TIPS[verb]))
    else:
        getattr(session, verb)()


def split(session, *points, index=3):
    act(session, ("split", index, points))


def ids_of(session):
    return session.superpixels.ids_array()[ALL]


def assert_same(stored, session):
    ids = session.superpixels.ids
    assert_array_equal(ids_of(stored), ids)
    assert_array_equal(stored.superpixels.boxes, session.superpixels.boxes)
    assert stored.superpixels.count == session.superpixels.count
    assert_array_equal(stored.superpixels.sizes(), np.bincount(ids.ravel())[1:])
    assert_array_equal(stored.labels.read(ALL), session.labels.data)
    assert stored.history == session.history


@settings(max_examples=15)
@given(actions=ACTIONS)
def test_what_is_split_and_painted_is_what_it_is_in_memory(tmp_path_factory, actions):
    plain = tissues(SHAPE, PIR, "small")
    stored = open_stored(store_volume(plain, tmp_path_factory.mktemp("cache")))
    session = session_on(plain, settings=WISH)

    for action in [("split", 3, [(4, 4)]), *actions, ("draw", 3, [(4, 4)])]:
        act(stored, action)
        act(session, action)

    assert_same(stored, session)
    stored.go_to(0)
    session.go_to(0)
    assert_same(stored, session)


def test_ids_on_disk_stay_as_they_are_and_undo_brings_back_the_very_same(session):
    whole, before = session.superpixels, ids_of(session)

    split(session, (2, 2), (6, 6))
    split(session, (2, 2))

    assert_array_equal(whole.ids_array()[ALL], before)
    assert session.superpixels.count > whole.count
    session.go_to(0)
    assert session.superpixels is whole


def test_slices_have_the_pieces(session, on_disk):
    split(session, (2, 2), (6, 6))
    slices = Slices(on_disk, session.labels, now)

    slices.take_superpixels(session.superpixels)

    for axis, size in enumerate(SHAPE):
        for index in range(size):
            seen = slices.read(Slice(axis, index), "ids")
            assert_array_equal(seen, np.take(ids_of(session), index, axis))
    slices.close()


def test_what_is_downloaded_has_the_pieces(session):
    split(session, (2, 2), (6, 6))

    content = session.export_superpixels().result()

    assert_array_equal(nifti.read(content).data, ids_of(session))


def test_splits_come_back_after_a_reload(on_disk, tmp_path):
    cases = Cases(tmp_path / "data")
    session = open_stored(on_disk, cases=cases)
    split(session, (2, 2), (6, 6))
    split(session, (2, 2))
    session.undo()
    after, history = ids_of(session), session.history
    session.close()

    again = open_stored(on_disk, cases=cases)

    assert_array_equal(ids_of(again), after)
    assert again.history == history
    assert again.superpixels.divisions
    again.close()
    cases.close()


def test_another_partition_is_whole_and_the_same_one_again_has_its_pieces(session):
    split(session, (2, 2), (6, 6))
    after = ids_of(session)

    session.partition(Settings(count=5, threshold=None))
    assert session.superpixels.divisions == ()
    session.partition(WISH)

    assert_array_equal(ids_of(session), after)


def test_more_than_can_be_split_at_once_is_refused_with_the_way_out(session, monkeypatch):
    assert MOST_VOXELS == 2**22
    monkeypatch.setattr("dashboard.session.tools.split.MOST_VOXELS", 20)

    with pytest.raises(ValueError, match=r"at most 20 are taken at once: draw a shorter line"):
        split(session, (2, 2), (6, 6))

    assert session.history == ((), 0)
