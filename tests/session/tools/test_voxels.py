"""Touch-up by voxel: brush, eraser, filled outlines and thick strokes, on drawn label maps."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard.annotation import change
from dashboard.annotation.change import Patched, Replaced
from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.slice_geometry import Plane, layouts
from dashboard.annotation.stroke import Stroke, Tip
from dashboard.session.session import Refused
from tests.conftest import ByHand, nifti_bytes, session_on, slab, tissues
from tests.session.test_stored_session import open_stored
from tests.stored import partition_stored, store_volume

AFFINE = np.diag([1.0, 1.0, 2.0, 1.0])
PARTITION = slab(
    "111122222",
    "111122222",
    "111122222",
    "333344444",
    "333344444",
)
BRUSH, BALL = Tip("voxels", 1.0), Tip("voxels", 2.0, is_ball=True)
WITHIN = Tip("voxels", 2.0, is_within=True)
OUTLINE = Tip("outline")


def volume():
    return tissues((5, 9, 3), AFFINE, "small")


def drawn(session, tip, *places, label=1, index=1, name="axial"):
    """A stroke through places (i, j) of an axial slice, or the like of another one."""
    layout = layouts(session.volume.affine, session.volume.shape)[name]
    columns = sorted((layout.x, layout.y), key=lambda axis: axis.index)
    at = dict(zip([axis.index for axis in columns], np.array(places, float).T, strict=True))
    xy = [axis.to_place(at[axis.index]) for axis in (layout.x, layout.y)]
    return Stroke(Plane(layout, index), np.column_stack(xy), label, tip)


def middle(session):
    """The labels of the axial slice 1, as one draws them."""
    return session.labels.data[:, :, 1:2]


@pytest.fixture
def session():
    """A session with the superpixels of PARTITION in each of three slices of 2 mm."""
    session = session_on(volume())
    ids = np.repeat(PARTITION, 3, axis=2)
    session.open_superpixels(nifti_bytes(ids, AFFINE), "ids.nii")
    return session


def changes(session):
    told = []
    session.param.watch(lambda event: told.append(event.new), "change", onlychanged=False)
    return told


def test_the_brush_labels_the_voxels_within_its_radius_on_its_slice_only(session):
    session.paint(drawn(session, BRUSH, (2, 2), (2, 5), label=3))

    assert_array_equal(
        middle(session),
        slab(
            "000000000",
            "003333000",
            "033333300",
            "003333000",
            "000000000",
        ),
    )
    assert not session.labels.data[:, :, [0, 2]].any()


def test_the_ball_reaches_into_the_slices_beside(session):
    session.paint(drawn(session, BALL, (2, 4)))

    assert_array_equal(session.labels.data[:, :, 0], session.labels.data[:, :, 2])
    assert session.labels.data[2, 4].tolist() == [1, 1, 1]
    assert session.labels.data[:, :, 0].sum() == 1


def test_the_eraser_takes_any_label_off_the_voxels(session):
    session.paint(drawn(session, BRUSH, (2, 2), (2, 5), label=3))

    session.paint(drawn(session, BRUSH, (2, 4), label=0))

    assert_array_equal(
        middle(session),
        slab(
            "000000000",
            "003303000",
            "033000300",
            "003303000",
            "000000000",
        ),
    )
    assert session.history[0][-1] == "erased 5 voxels · axial 1"


def test_a_brush_that_stays_in_its_superpixel_paints_no_other(session):
    session.paint(drawn(session, WITHIN, (1, 2), (1, 6)))

    assert_array_equal(
        middle(session),
        slab(
            "011100000",
            "111100000",
            "011100000",
            "000000000",
            "000000000",
        ),
    )


def test_voxels_of_locked_labels_keep_them(session):
    session.paint(drawn(session, BRUSH, (2, 4), label=2))
    session.lock_label(2, True)

    session.paint(drawn(session, BRUSH, (2, 5), label=1))

    assert_array_equal(
        middle(session),
        slab(
            "000000000",
            "000021000",
            "000222100",
            "000021000",
            "000000000",
        ),
    )
    assert session.history[0][-1] == "brushed 3 voxels → label 1 · axial 1"


def test_where_all_is_locked_that_is_said(session):
    session.paint(drawn(session, BRUSH, (2, 4), label=2))
    session.lock_label(2, True)

    session.paint(drawn(session, Tip("voxels"), (2, 4), label=0))

    assert session.notice.text == "Nothing has changed: what lies there is locked (label 2)."
    assert len(session.history[0]) == 1


@pytest.mark.parametrize("label", [0, 3])
def test_a_filled_outline_labels_what_the_line_encloses_and_the_line(session, label):
    session.paint(drawn(session, Tip("voxels", 9.0), (2, 4), label=1))
    corners = (1, 2), (1, 6), (3, 6), (3, 2)

    session.paint(drawn(session, OUTLINE, *corners, label=label))

    expected = slab(
        "111111111",
        "11xxxxx11".replace("x", str(label)),
        "11xxxxx11".replace("x", str(label)),
        "11xxxxx11".replace("x", str(label)),
        "111111111",
    )
    assert_array_equal(middle(session), expected)
    assert not session.labels.data[:, :, [0, 2]].any()


def test_history_says_what_was_done_and_where(session):
    session.paint(drawn(session, BRUSH, (2, 2), label=2))
    session.paint(drawn(session, OUTLINE, (0, 0), (0, 2), (2, 0), name="sagittal", index=4))

    assert session.history[0] == (
        "brushed 5 voxels → label 2 · axial 1",
        "filled 6 voxels → label 1 · sagittal 4",
    )


@pytest.mark.parametrize("tip", [BRUSH, BALL, WITHIN, OUTLINE])
def test_undo_takes_it_back_and_redo_does_it_again(session, tip):
    session.paint(drawn(session, Tip(), (4, 0), label=2))
    before = session.labels.data.copy()
    session.paint(drawn(session, tip, (1, 2), (3, 2), (3, 5)))
    after = session.labels.data.copy()

    session.undo()
    assert_array_equal(session.labels.data, before)

    session.redo()
    assert_array_equal(session.labels.data, after)
    assert (before != after).any()


def test_a_stroke_that_comes_twice_is_painted_once(session):
    stroke = drawn(session, BRUSH, (2, 2))

    session.paint(stroke, "page-1")
    session.undo()
    session.paint(stroke, "page-1")

    assert not session.labels.data.any()


def test_views_are_told_all_that_their_page_may_have_painted(session):
    session.paint(drawn(session, Tip("voxels", 9.0), (2, 4), label=2))
    session.lock_label(2, True)
    told = changes(session)

    session.paint(drawn(session, BRUSH, (2, 4)), "page-7")

    (patched,) = told
    assert isinstance(patched, Patched)
    assert (patched.revision, patched.stroke) == (session.revision, "page-7")
    reached = np.zeros(session.labels.shape, bool)
    for box in patched.boxes:
        reached[box] = True
    assert reached[1:4, 3:6, 1].all()


def test_very_large_strokes_are_told_as_all_labels(session, monkeypatch):
    monkeypatch.setattr(change, "MOST_VOXELS", 4)
    told = changes(session)

    session.paint(drawn(session, BRUSH, (2, 4)))

    assert told == [Replaced(1)]


def test_voxels_can_be_brushed_before_there_are_superpixels():
    session = session_on(volume(), executor=ByHand())

    session.paint(drawn(session, BRUSH, (2, 4)))

    assert session.labels.data.sum() == 5


def test_a_brush_that_is_to_stay_in_a_superpixel_needs_one():
    session = session_on(volume(), executor=ByHand())

    with pytest.raises(Refused, match="switch off “only in this superpixel”"):
        session.paint(drawn(session, WITHIN, (2, 4)))


def test_a_brush_that_begins_outside_the_superpixels_says_so(session):
    session.paint(drawn(session, WITHIN, (-2, 4), (2, 4)))

    assert "began outside the superpixels" in session.notice.text
    assert not session.labels.data.any()


def test_an_unknown_label_is_refused(session):
    with pytest.raises(Refused, match="There is no label 9"):
        session.paint(drawn(session, BRUSH, (2, 4), label=9))


def test_a_thick_stroke_labels_all_superpixels_within_its_radius(session):
    session.paint(drawn(session, Tip(), (0, 1), (1, 1), label=1))
    session.paint(drawn(session, Tip(radius_mm=2.0), (1, 1), label=2))

    assert_array_equal(middle(session)[[0, 4], [0, 0]], [[2], [2]])
    assert not session.labels.data[:, 5:].any()
    assert session.history[0][-1] == "2 superpixels → label 2 · axial 1"


@pytest.mark.parametrize(
    "tip", [BRUSH, BALL, WITHIN, OUTLINE, Tip(radius_mm=1.5), Tip("voxels", 0.0)]
)
def test_a_volume_on_disk_is_touched_up_as_one_in_memory(tip, tmp_path, monkeypatch):
    monkeypatch.setattr("dashboard.session.backing.disk.partition_stored", partition_stored)
    wish = Settings(count=8, sigma_mm=0.5, threshold=None)
    monkeypatch.setattr("tests.session.test_stored_session.WISH", wish)
    on_disk = open_stored(store_volume(volume(), tmp_path / "cache"))
    on_disk.partition()
    in_memory = session_on(volume(), settings=wish)

    for each in (on_disk, in_memory):
        each.paint(drawn(each, tip, (1, 2), (3, 2), (3, 6), label=2))

    everything = (slice(None),) * 3
    assert in_memory.labels.data.any()
    assert_array_equal(on_disk.labels.data[everything], in_memory.labels.data)
    assert on_disk.history == in_memory.history


def test_the_page_is_told_all_that_a_long_stroke_of_the_brush_may_have_changed():
    session = session_on(tissues((300, 9, 3), AFFINE, "long"))
    before, told = session.labels.data.copy(), changes(session)

    session.paint(drawn(session, BRUSH, (2, 4), (297, 4), label=3))

    assert len(told[-1].boxes) > 1
    missed = session.labels.data != before
    assert missed[2:298, 4, 1].all()
    for box in told[-1].boxes:
        missed[box] = False
    assert not missed.any()
