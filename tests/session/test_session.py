from __future__ import annotations

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from skimage.draw import line

from dashboard.annotation import change
from dashboard.annotation.change import Painted, Patched, Replaced
from dashboard.annotation.partition_settings import Settings
from dashboard.session.session import Refused, Session
from tests.conftest import (
    ByHand,
    Inline,
    Later,
    draw,
    draw_voxel,
    nifti_bytes,
    now,
    session_on,
    tissues,
)
from workers.formats.label_tables import tsv
from workers.formats.nifti import nifti
from workers.superpixels.partition import COUNT, partition, usual_sigma_mm

SHAPE = (5, 6, 4)
PIR = np.array([[0, 0, 1.5, -9], [-0.7, 0, 0, 4], [0, -1.1, 0, 8], [0, 0, 0, 1.0]])
SMALL = tissues(SHAPE, PIR, "small")
PLACE = st.tuples(*[st.floats(-2, 7)] * 2)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(
            st.just("stroke"),
            st.sampled_from(["axial", "coronal", "sagittal"]),
            st.lists(PLACE, min_size=1, max_size=3),
            st.integers(0, 3),
        ),
        st.tuples(st.sampled_from(["undo", "redo"])),
        st.tuples(st.just("partition"), st.integers(2, 12)),
        st.tuples(st.just("open"), st.integers(0, 2**32 - 1)),
    ),
    min_size=1,
    max_size=10,
)


class PlainCopy:
    """What a page has: a label map kept up to date by nothing but what it is told."""

    def __init__(self, session):
        self.session = session
        self.labels = session.labels.data.copy()
        self.revisions = []
        session.param.watch(self.hear, "change", onlychanged=False)

    def hear(self, event):
        told = event.new
        self.revisions.append(told.revision)
        if isinstance(told, Painted):
            self.labels[np.isin(self.session.superpixels.ids, told.ids)] = told.label
        elif isinstance(told, Patched):
            for box in told.boxes:
                self.labels[box] = self.session.labels.data[box]
        else:
            assert isinstance(told, Replaced)
            self.labels = self.session.labels.data.copy()


def small_session(**options):
    return session_on(SMALL, settings=Settings(count=12, threshold=None), **options)


def act(session, action):
    verb, *values = action
    if verb == "stroke":
        name, points, label = values
        session.paint(draw(session, name, 2, *points, label=label))
    elif verb == "partition":
        session.partition(Settings(count=values[0], threshold=None))
    elif verb == "open":
        labels = np.random.default_rng(values[0]).integers(0, 4, SHAPE, np.uint8)
        session.open_labels(nifti_bytes(labels, PIR), "labels.nii")
    else:
        getattr(session, verb)()


def watched(session, name):
    heard = []
    session.param.watch(lambda event: heard.append(event.new), name, onlychanged=False)
    return heard


# Strokes


@pytest.mark.parametrize("name", ["axial", "coronal", "sagittal"])
def test_a_stroke_labels_the_whole_superpixels_under_it(volume, name):
    session = session_on(volume)
    stroke = draw(session, name, 1, (1, 1), (3, 2), label=3)
    across = np.take(session.superpixels.ids, 1, stroke.plane.layout.axis)
    under = np.unique(across[line(*stroke.cells[0], *stroke.cells[1])])

    session.paint(stroke)

    expected = np.where(np.isin(session.superpixels.ids, under), 3, 0)
    assert expected.any()
    assert_array_equal(session.labels.data, expected)


def test_a_stroke_labels_the_voxel_it_was_drawn_on_and_not_its_mirror_image(volume):
    session = session_on(volume)

    session.paint(draw_voxel(session, (1, 2, 3), label=2))

    expected = session.superpixels.ids == session.superpixels.ids[1, 2, 3]
    assert_array_equal(session.labels.data == 2, expected)


def test_a_stroke_gives_its_own_label_whatever_is_chosen_meanwhile(session):
    stroke = draw_voxel(session, (1, 1, 1), label=2)
    session.choose(3)

    session.paint(stroke)

    assert session.labels.data[1, 1, 1] == 2
    assert session.label == 3


def test_label_zero_erases(session):
    session.paint(draw_voxel(session, (1, 1, 1), label=2))

    session.paint(draw_voxel(session, (1, 1, 1), label=0))

    assert not session.labels.data.any()
    assert session.history[0][1].startswith("erased 1 superpixel · axial 1")


def test_the_history_says_what_where_and_how_much(session):
    session.rename(2, "tumour")

    session.paint(draw(session, "axial", 1, (0, 0), (11, 11), label=2))

    count = len(session.change.ids)
    assert count > 1
    said = "label 2 → called tumour", f"{count} superpixels → tumour · axial 1"
    assert session.history == (said, 2)


@pytest.mark.parametrize("points", [[(-5, -5), (-2, -3)], [(np.nan, 1)], []])
def test_a_stroke_on_nothing_labels_nothing_and_says_so(session, points):
    session.paint(draw(session, "axial", 1, *points))

    assert not session.labels.data.any()
    assert (session.revision, session.history) == (0, ((), 0))
    assert session.notice.text == "Nothing to label there: no superpixel lies under the stroke."


def test_a_stroke_on_the_background_labels_nothing_and_says_so(two_tissues):
    session = session_on(two_tissues, settings=Settings(count=10, threshold=150.0))

    session.paint(draw_voxel(session, (2, 2, 2)))

    assert not session.labels.data.any()
    assert "Nothing to label there" in session.notice.text


def test_painting_twice_is_painting_once(session):
    session.paint(draw(session, "axial", 1, (1, 1), (5, 5), label=2))
    after, revision = session.labels.data.copy(), session.revision

    session.paint(draw(session, "axial", 1, (1, 1), (5, 5), label=2))

    assert_array_equal(session.labels.data, after)
    assert (session.revision, len(session.history[0])) == (revision, 1)


def test_a_label_that_a_map_cannot_hold_is_refused_and_changes_nothing(session):
    with pytest.raises((ValueError, OverflowError)):
        session.paint(draw_voxel(session, (1, 1, 1), label=70_000))

    assert not session.labels.data.any()
    assert session.history == ((), 0)


def test_without_superpixels_a_stroke_is_refused_with_the_way_out(two_tissues):
    session = session_on(two_tissues, executor=ByHand())

    with pytest.raises(Refused, match="press Partition"):
        session.paint(draw_voxel(session, (1, 1, 1)))


@pytest.mark.parametrize("verb", ["undo", "redo", "add_label", "export_labels", "partition"])
def test_without_a_volume_a_verb_is_refused_with_the_way_out(verb):
    session = Session(Inline(), Inline(), now)

    with pytest.raises(Refused, match="No volume is open: press Open"):
        getattr(session, verb)()


# Undo and redo


def test_a_new_stroke_forgets_what_was_undone(session):
    session.paint(draw_voxel(session, (1, 1, 1)))
    session.undo()
    session.paint(draw_voxel(session, (9, 9, 4), label=2))
    after = session.labels.data.copy()

    session.redo()

    assert_array_equal(session.labels.data, after)
    assert len(session.history[0]) == 1


def test_undo_and_redo_at_the_ends_do_nothing(session):
    heard = watched(session, "change")

    session.undo()
    session.redo()

    assert heard == []


def test_undo_brings_back_what_a_partition_meanwhile_has_cut_elsewhere(session):
    session.paint(draw(session, "axial", 1, (1, 1), (9, 9), label=2))
    session.partition(Settings(count=5, threshold=None))

    session.undo()

    assert not session.labels.data.any()


@given(ACTIONS)
def test_undo_of_everything_leaves_no_label_and_redo_brings_all_back(actions):
    session = small_session()
    for action in actions:
        act(session, action)
    while session.history[1] < len(session.history[0]):
        session.redo()
    after, edits = session.labels.data.copy(), len(session.history[0])

    for _ in range(edits):
        session.undo()
    assert not session.labels.data.any()
    assert not +session.labels.voxels

    for _ in range(edits):
        session.redo()
    assert_array_equal(session.labels.data, after)


@pytest.mark.parametrize("most", [change.MOST_VOXELS, 20])
@given(actions=ACTIONS)
def test_a_page_that_follows_what_it_is_told_has_the_same_labels_and_their_counts(most, actions):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(change, "MOST_VOXELS", most)
        session = small_session()
        page = PlainCopy(session)

        for action in actions:
            act(session, action)

    assert_array_equal(page.labels, session.labels.data)
    assert page.revisions == list(range(1, session.revision + 1))
    counts = np.bincount(session.labels.data.ravel())
    expected = {n: int(count) for n, count in enumerate(counts) if n and count}
    assert dict(+session.labels.voxels) == expected


# Superpixels


def test_a_volume_that_is_opened_is_partitioned_at_once(session):
    assert session.superpixels.count > 1
    assert session.job is None
    assert session.notice == (f"{session.superpixels.count:,} superpixels.", "success")


def test_a_partition_that_fails_keeps_the_last_one_and_says_why(session):
    last = session.superpixels

    session.partition(Settings(threshold=1e6))

    assert session.superpixels is last
    assert session.notice.kind == "error"
    assert session.notice.text == (
        "Partitioning failed: no voxel is in the foreground; choose a lower threshold."
    )


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_partition_that_is_cancelled_keeps_the_last_one_and_says_so(two_tissues, stubborn):
    by_hand = ByHand(stubborn=stubborn)
    session = session_on(two_tissues, executor=by_hand)
    by_hand.finish()
    last = session.superpixels
    session.partition()

    session.cancel()
    by_hand.finish()

    assert session.superpixels is last
    assert session.job is None
    assert session.notice == ("Partitioning was cancelled; nothing has changed.", "info")


def test_a_partition_shows_how_far_it_is_and_then_nothing(two_tissues):
    session = session_on(two_tissues)
    jobs = watched(session, "job")

    session.partition()

    fractions = [job.fraction for job in jobs if job is not None]
    assert {job.title for job in jobs if job is not None} == {"Partitioning"}
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert jobs[-1] is None


@pytest.mark.parametrize("stubborn", [False, True])
@pytest.mark.parametrize("order", [(0, 0), (1, 0)])
def test_a_partition_that_a_later_request_has_overtaken_is_dropped(two_tissues, order, stubborn):
    by_hand, later = ByHand(stubborn=stubborn), Later()
    session = session_on(two_tissues, executor=by_hand, schedule=later)
    later.happen()
    seen = watched(session, "superpixels")
    wish = Settings(count=4, threshold=None)
    session.partition(wish)

    for which in order:
        by_hand.finish(which)
        later.happen()

    expected = partition(two_tissues.data, two_tissues.spacing, **wish._asdict())
    assert len(seen) == 1
    assert_array_equal(session.superpixels.ids, expected.ids)
    assert session.job is None


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_partition_of_a_volume_that_is_no_longer_open_is_dropped(two_tissues, stubborn):
    by_hand, later = ByHand(stubborn=stubborn), Later()
    session = session_on(two_tissues, executor=by_hand, schedule=later)
    later.happen()
    session.open(nifti_bytes(SMALL.data, SMALL.affine), "small.nii")
    later.happen()

    by_hand.finish()
    later.happen()
    assert session.superpixels is None
    by_hand.finish()
    later.happen()

    assert session.superpixels.ids.shape == SHAPE


def test_strokes_go_on_while_a_partition_runs(two_tissues, by_hand):
    session = session_on(two_tissues, executor=by_hand)
    by_hand.finish()
    session.partition()

    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    by_hand.finish()

    assert session.labels.data[1, 1, 1] == 2


# Labels


def test_a_label_that_is_not_there_cannot_be_chosen(session):
    with pytest.raises(Refused, match="There is no label 7 yet"):
        session.choose(7)

    assert session.label == 1


def test_an_added_label_is_chosen(session):
    session.add_label()

    assert session.label == 5
    assert session.table[-1][:2] == (5, "label 5")


def test_beside_a_large_label_from_a_file_one_may_still_add_others(session):
    labels = np.full(session.volume.shape, 300, np.uint16)
    session.open_labels(nifti_bytes(labels, session.volume.affine), "labels.nii")

    session.add_label()

    assert [label.value for label in session.table] == [1, 2, 3, 4, 5, 300]


def test_a_name_is_one_line_and_a_blank_one_changes_nothing(session):
    session.rename(2, "  left \n <b>lung</b>\t")
    session.rename(3, " \n ")
    session.rename(4, "x" * 1000)

    assert [label.name for label in session.table] == [
        "label 1",
        "left <b>lung</b>",
        "label 3",
        "x" * 80,
    ]


def test_the_cursor_stays_inside_the_volume(session):
    session.move((-3, 5, 1000))

    assert session.cursor == (0, 5, 5)


# Downloads


def test_downloaded_labels_lie_exactly_where_the_volume_lies(volume):
    session = session_on(volume)
    session.paint(draw(session, "axial", 1, (1, 1), (4, 4), label=3))

    found = nifti.read(session.export_labels().result())

    assert_array_equal(found.data, session.labels.data)
    assert_array_equal(found.affine, session.volume.affine)


def test_an_unlabelled_volume_has_no_labels_to_download(session):
    session.paint(draw_voxel(session, (1, 1, 1)))
    session.undo()

    with pytest.raises(Refused, match="Nothing is labelled yet: draw a stroke first"):
        session.export_labels()


def test_a_download_holds_the_labels_of_the_moment_it_was_asked_for(two_tissues, by_hand):
    session = session_on(two_tissues, executor=by_hand)
    by_hand.finish()
    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    asked = session.labels.data.copy()
    future = session.export_labels()
    session.undo()

    by_hand.finish(-1)

    assert_array_equal(nifti.read(future.result()).data, asked)


def test_superpixels_that_were_downloaded_open_again(volume):
    session = session_on(volume)
    ids = session.superpixels.ids
    content = session.export_superpixels().result()
    session.partition(Settings(count=3, threshold=None))

    session.open_superpixels(content, "ids.nii.gz")

    assert_array_equal(session.superpixels.ids, ids)


def test_labels_that_were_downloaded_open_again(volume):
    session = session_on(volume)
    session.paint(draw(session, "coronal", 1, (1, 1), (4, 3), label=3))
    labels, content = session.labels.data.copy(), session.export_labels().result()
    session.undo()

    session.open_labels(content, "labels.nii.gz")

    assert_array_equal(session.labels.data, labels)


def test_the_volume_comes_back_as_it_was(volume):
    session = session_on(volume)

    found = nifti.read(session.export_volume().result())

    assert_array_equal(found.data, volume.data)
    assert_array_equal(found.affine, session.volume.affine)


def test_the_label_table_holds_value_name_and_colour(session):
    session.rename(2, "tumour")

    rows = tsv.decode(session.export_table().result().decode())

    assert rows == tuple(tuple(label[:3]) for label in session.table)


def test_a_locked_label_is_never_painted_over(session):
    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    guarded = session.labels.data == 2
    session.lock_label(2, locked=True)

    session.paint(draw(session, "axial", 1, (0, 0), (11, 11), label=1))

    assert_array_equal(session.labels.data == 2, guarded)
    assert (session.labels.data == 1).any()
    assert isinstance(session.change, Patched)  # a page that knows no lock must not paint ids


@pytest.mark.parametrize("label", [0, 1])
def test_a_stroke_over_locked_superpixels_alone_says_so(session, label):
    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    session.lock_label(2, locked=True)

    session.paint(draw_voxel(session, (1, 1, 1), label=label))

    assert session.notice.text == "Nothing has changed: what lies there is locked (label 2)."
    assert len(session.history[0]) == 1


def test_what_is_hidden_or_locked_comes_with_the_table_and_is_no_edit(session):
    session.show_label(1, visible=False)
    session.lock_label(3, locked=True)

    assert [label.visible for label in session.table] == [False, True, True, True]
    assert [label.locked for label in session.table] == [False, False, True, False]
    assert session.history == ((), 0)


def test_a_new_name_is_undone_like_a_stroke(session):
    session.rename(2, "tumour")

    session.undo()

    assert session.table[1].name == "label 2"
    session.redo()
    assert session.table[1].name == "tumour"


def test_without_superpixels_there_are_none_to_download(two_tissues):
    session = session_on(two_tissues, executor=ByHand())

    with pytest.raises(Refused, match="press Partition first"):
        session.export_superpixels()


def test_where_nothing_is_said_the_page_cuts_as_the_kernel_does():
    said = {name: p.default for name, p in inspect.signature(partition).parameters.items()}

    assert Settings() == (COUNT, said["compactness"], said["sigma_mm"], said["threshold"])


def test_the_page_shows_the_smoothing_that_is_usual_for_the_voxels(session):
    assert session.settings.sigma_mm == usual_sigma_mm(session.volume.spacing)
