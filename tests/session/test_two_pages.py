"""A case that is kept: resumed by the next page, written by one at a time."""

from __future__ import annotations

import pytest
from numpy.testing import assert_array_equal

from dashboard.annotation.partition_settings import Settings
from dashboard.cases.case_store import Cases
from dashboard.cases.recovery import journals
from dashboard.session.autosave import Saved
from dashboard.session.session import Refused
from tests.conftest import ByHand, Inline, Turns, draw_voxel, nifti_bytes, session_on, tissues


class Watched:
    """Whether a browser shows a page; the test closes it."""

    def __init__(self):
        self.open = True

    def __call__(self):
        return self.open


@pytest.fixture
def cases(tmp_path):
    """A data folder."""
    kept = Cases(tmp_path / "data")
    yield kept
    kept.close()


@pytest.fixture
def open_page(cases, two_tissues):
    """Open pages on the two tissues; what they hear happens when a test waits."""

    def open_page(volume=two_tissues, **options):
        turns, watched = Turns(), Watched()
        options = {"cases": cases, "schedule": turns, "is_watched": watched} | options
        page = session_on(volume, **options)
        page.turns, page.watched = turns, watched
        turns.until(lambda: is_at_rest(page))
        return page

    return open_page


def is_at_rest(page):
    """Whether a page has opened and partitioned its volume, and the superpixels are on disk."""
    if page.volume is None or page.job is not None:
        return False
    return not page.held or (page.state.case.partitioned.file != "" and page.saved == Saved())


def saved(page):
    """Wait until all that a page did is on disk."""
    done = []
    page.when_saved(lambda: done.append(True))
    page.turns.until(lambda: done)


def annotate(page):
    """A name, two strokes, the second undone, a cursor."""
    page.rename(2, "liver")
    page.paint(draw_voxel(page, (1, 1, 1), label=2), "a-1")
    page.paint(draw_voxel(page, (9, 9, 4), label=3), "a-2")
    page.undo()
    page.choose(3)
    page.move((2, 3, 4))
    saved(page)


def assert_same(page, other):
    assert_array_equal(page.labels.data, other.labels.data)
    assert_array_equal(page.superpixels.ids, other.superpixels.ids)
    assert page.history == other.history
    assert page.table == other.table
    assert (page.cursor, page.label) == (other.cursor, other.label)
    assert page.settings == other.settings
    assert page.foreground_threshold == other.foreground_threshold


# Coming back


def test_a_page_that_is_loaded_again_goes_on_where_it_was(open_page):
    first = open_page()
    annotate(first)
    first.watched.open = False

    second = open_page()

    assert second.held
    assert_same(second, first)
    assert "Resumed with 3 edits" in second.notice.text
    second.redo()
    assert second.labels.data[9, 9, 4] == 3


def test_a_server_that_is_started_anew_goes_on_where_it_was(open_page, cases, tmp_path):
    first = open_page()
    annotate(first)
    cases.close()

    second = open_page(cases=Cases(tmp_path / "data"))

    assert_same(second, first)


def test_the_same_volume_is_known_under_another_name(open_page, two_tissues):
    first = open_page()
    annotate(first)
    first.close()

    renamed = tissues(two_tissues.shape, two_tissues.affine, "renamed")

    assert_array_equal(open_page(renamed).labels.data, first.labels.data)


def test_another_affine_is_another_volume(open_page, two_tissues):
    annotate(open_page())
    moved = two_tissues.affine.copy()
    moved[0, 3] += 1

    assert not open_page(tissues(two_tissues.shape, moved)).labels.data.any()


def test_another_user_has_labels_of_their_own(open_page):
    first = open_page(user="ada")
    annotate(first)

    second = open_page(user="bob/../ada")

    assert not second.labels.data.any()
    assert first.held
    assert second.held


def test_labels_of_a_volume_wait_while_another_is_open(open_page, two_tissues, anisotropic):
    page = open_page()
    annotate(page)
    for volume in (anisotropic, two_tissues):
        page.open(nifti_bytes(volume.data, volume.affine), f"{volume.name}.nii")
        page.turns.until(lambda name=volume.name: page.volume.name == name and is_at_rest(page))

    assert page.labels.data[1, 1, 1] == 2
    assert page.held


def test_a_volume_that_is_open_is_not_opened_twice(open_page, two_tissues):
    page = open_page()
    annotate(page)

    page.open(nifti_bytes(two_tissues.data, two_tissues.affine), "two.nii")

    page.turns.until(lambda: "open already" in page.notice.text)
    assert page.held
    page.undo()
    saved(page)


def test_a_stroke_that_is_sent_again_after_a_crash_is_painted_once(open_page):
    first = open_page()
    annotate(first)
    first.watched.open = False
    second = open_page()

    second.paint(draw_voxel(second, (1, 1, 1), label=4), "a-1")

    assert second.history == first.history
    assert second.labels.data[1, 1, 1] == 2


def test_a_volume_that_was_only_looked_at_leaves_nothing_behind(open_page, tmp_path):
    page = open_page()
    [folder] = (tmp_path / "data" / "cases").iterdir()
    assert journals(folder)

    page.close()

    assert journals(folder) == []


def test_superpixels_that_cannot_be_read_back_do_not_keep_the_labels(open_page, tmp_path):
    first = open_page()
    annotate(first)
    first.watched.open = False
    for path in (tmp_path / "data").rglob("*.ids"):
        path.write_bytes(path.read_bytes()[:-1])

    second = open_page()

    assert_array_equal(second.labels.data, first.labels.data)
    assert second.superpixels is not None  # made anew
    assert second.history == first.history


# When it is saved


def test_a_stroke_is_acknowledged_only_when_it_is_on_disk(open_page, tmp_path):
    page = open_page()
    acknowledged = []

    page.paint(draw_voxel(page, (1, 1, 1), label=2))
    page.when_saved(lambda: acknowledged.append(True))

    assert page.saved.pending == 1
    assert not acknowledged
    page.turns.until(lambda: acknowledged)
    assert page.saved == Saved()


def test_a_full_disk_is_told_and_what_was_done_is_kept(open_page, monkeypatch):
    page = open_page()
    full = OSError(28, "No space left on device")
    with monkeypatch.context() as patched:
        patched.setattr("os.pwrite", lambda *_: (_ for _ in ()).throw(full))

        page.paint(draw_voxel(page, (1, 1, 1), label=2))

        page.turns.until(lambda: page.saved == Saved(1, "No space left on device"))
        assert page.labels.data[1, 1, 1] == 2

    page.turns.until(lambda: page.saved == Saved())


def test_without_a_data_folder_all_counts_as_saved(session):
    acknowledged = []

    session.paint(draw_voxel(session, (1, 1, 1)))
    session.when_saved(lambda: acknowledged.append(True))

    assert acknowledged == [True]


# Two at one case


def test_the_second_page_only_reads_and_is_told_who_writes(open_page):
    first = open_page()
    annotate(first)

    second = open_page()

    assert not second.held
    assert_array_equal(second.labels.data, first.labels.data)
    assert "is writing to this volume’s labels" in second.notice.text
    for change_it in (
        lambda: second.paint(draw_voxel(second, (6, 6, 3))),
        second.undo,
        second.redo,
        second.partition,
        second.add_label,
        lambda: second.rename(1, "mine"),
        lambda: second.open_labels(b"", "labels.nii"),
        lambda: second.open_superpixels(b"", "ids.nii"),
    ):
        with pytest.raises(Refused, match="press Take over"):
            change_it()
    exported = second.export_labels()
    second.turns.until(exported.done)
    assert exported.result()
    first.paint(draw_voxel(first, (6, 6, 3)))
    saved(first)


def test_who_takes_over_has_all_that_was_saved_and_the_other_is_told(open_page):
    first, second = open_page(), open_page()
    annotate(first)

    second.take_over()
    second.turns.until(lambda: second.held)

    assert_same(second, first)
    first.turns.until(lambda: not first.held)
    assert "opened elsewhere" in first.notice.text
    with pytest.raises(Refused, match="press Take over"):
        first.paint(draw_voxel(first, (6, 6, 3)))
    second.paint(draw_voxel(second, (6, 6, 3)))
    saved(second)


def test_the_label_that_a_reader_has_chosen_is_chosen_when_it_takes_over(open_page):
    first, second = open_page(), open_page()
    first.choose(3)

    second.choose(2)
    second.take_over()
    second.turns.until(lambda: second.held)

    assert second.label == 2
    first.turns.until(lambda: not first.held)
    saved(second)
    second.watched.open = False
    assert open_page().label == 2


def when_told_of_the_volume(page):
    """Whether a page may write, each time that it is told of its volume anew."""
    may_write = []
    page.param.watch(lambda _: may_write.append(page.held), "volume", onlychanged=False)
    return may_write


def test_who_takes_over_may_write_once_it_was_told_what_there_is(open_page):
    first, second = open_page(), open_page()
    may_write = when_told_of_the_volume(second)

    second.take_over()
    second.turns.until(lambda: second.held)

    assert may_write == [False]
    first.turns.until(lambda: not first.held)


def test_who_opens_what_nobody_writes_may_write_at_once(open_page, two_tissues):
    page = open_page(tissues((6, 5, 4), two_tissues.affine, "other"))
    may_write = when_told_of_the_volume(page)

    page.open(nifti_bytes(two_tissues.data, two_tissues.affine), "tissues.nii")
    page.turns.until(lambda: may_write)

    assert may_write == [True]


def test_who_opens_what_another_writes_may_not_write_before_it_is_told_so(open_page, two_tissues):
    _, second = open_page(), open_page(tissues((6, 5, 4), two_tissues.affine, "other"))
    may_write = when_told_of_the_volume(second)
    assert second.held

    second.open(nifti_bytes(two_tissues.data, two_tissues.affine), "tissues.nii")
    second.turns.until(lambda: not second.held)

    assert may_write == [False]


def test_what_a_late_writer_does_is_not_acknowledged(open_page, tmp_path):
    first = open_page()
    annotate(first)
    elsewhere = open_page(cases=Cases(tmp_path / "data"))  # another server
    assert not elsewhere.held
    elsewhere.take_over()
    elsewhere.turns.until(lambda: elsewhere.held)
    acknowledged = []

    first.paint(draw_voxel(first, (6, 6, 3), label=4))
    first.when_saved(lambda: acknowledged.append(True))

    first.turns.until(lambda: not first.held)
    assert not acknowledged
    assert elsewhere.labels.data[6, 6, 3] == 0


def test_a_page_that_only_read_takes_over_when_the_writer_has_gone(open_page):
    first, second = open_page(), open_page()
    first.close()

    def held():
        second.look()
        return second.held and is_at_rest(second)

    second.turns.until(held)
    second.paint(draw_voxel(second, (6, 6, 3)))
    saved(second)


def test_a_partition_that_ends_after_the_case_was_lost_changes_nothing(open_page, by_hand):
    first = open_page()
    annotate(first)
    superpixels = first.superpixels
    first.executors.kernels = by_hand
    first.partition(Settings(count=4, threshold=0.0))
    second = open_page()
    second.take_over()
    second.turns.until(lambda: second.held)
    first.turns.until(lambda: not first.held)

    by_hand.finish()

    first.turns.until(lambda: first.job is None)
    assert first.superpixels is superpixels
    assert_array_equal(second.superpixels.ids, superpixels.ids)


def test_a_page_that_goes_while_it_opens_holds_nothing(cases, two_tissues, tmp_path):
    files, turns = ByHand(stubborn=True), Turns()
    page = session_on(two_tissues, cases=cases, schedule=turns, files=files)
    files.finish()
    turns.until(lambda: files.waiting)  # the volume is read, its case is next
    page.close()

    files.finish()

    cases.close()  # waits for what is being let go
    other = session_on(two_tissues, cases=Cases(tmp_path / "data"), files=Inline())
    assert other.held


def test_one_who_comes_back_finds_the_intensity_under_each_label(open_page):
    page = open_page()
    annotate(page)
    known = page.intensity(2)
    page.close()

    again = open_page()

    assert again.intensity(2) == pytest.approx(known)
    assert known.mean > 0
    assert again.intensity(3) is None
