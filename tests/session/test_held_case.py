"""A case whose folder goes away under its page, or cannot be used from the start."""

from __future__ import annotations

import contextlib
import errno
import os
import queue
import shutil
import threading
import time

import pytest
from numpy.testing import assert_array_equal

from dashboard.cases import journal, journal_file, recovery
from dashboard.cases.case_store import Cases
from dashboard.cluster.read_executor import Reading
from dashboard.cluster.thread_executor import Threads
from dashboard.session.autosave import Saved
from dashboard.session.messages import Refused
from tests.conftest import Turns, draw_voxel, nifti_bytes, session_on


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    """What failed is tried again soon."""
    monkeypatch.setattr("dashboard.session.ids_writer.RETRY_S", 0.05)
    monkeypatch.setattr("dashboard.session.following.REST_S", 0.05)
    monkeypatch.setattr("dashboard.cases.case_store.DRAIN_S", 1.0)


class Place:
    """A data folder in which one volume is annotated; the test takes it away."""

    def __init__(self, root):
        self.root, self.servers = root, []

    def server(self):
        self.servers.append(Cases(self.root, beat_s=0.05, retry_s=0.05))
        return self.servers[-1]

    @property
    def folder(self):
        [folder] = (self.root / "cases").iterdir()
        return folder

    def remove(self):
        """Remove all, so that it cannot be made anew."""
        shutil.rmtree(self.root)
        self.root.write_text("in its place")

    def allow(self):
        self.root.unlink()


@pytest.fixture
def place(tmp_path):
    """A data folder."""
    place = Place(tmp_path / "data")
    yield place
    if place.root.is_file():
        place.allow()
    for cases in place.servers:
        cases.close()


@pytest.fixture
def open_page(place, two_tissues):
    """Open pages of one server, or of others."""
    first = place.server()

    def open_page(cases=first, **options):
        turns = Turns()
        page = session_on(two_tissues, cases=cases, schedule=turns, **options)
        page.turns = turns
        turns.until(lambda: page.superpixels is not None and page.job is None)
        return page

    return open_page


def until(page, condition, seconds=30):
    """Let a page go on, and ping, until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        ping(page)


def ping(page):
    """Let a page look, and do what waits for its turn."""
    page.look()
    with contextlib.suppress(queue.Empty):
        page.turns.waiting.get(timeout=0.02)()


def exported(page):
    """The labels as they are downloaded."""
    done = page.export_labels()
    until(page, done.done)
    return done.result()


def until_saved(page):
    until(page, lambda: page.saved == Saved())


def annotate(page):
    """A name, two strokes, the second undone."""
    page.rename(2, "liver")
    page.paint(draw_voxel(page, (1, 1, 1), label=2), "a-1")
    page.paint(draw_voxel(page, (9, 9, 4), label=3), "a-2")
    page.undo()


def assert_same(page, other):
    assert_array_equal(page.labels.data, other.labels.data)
    assert_array_equal(page.superpixels.ids, other.superpixels.ids)
    assert (page.history, page.table) == (other.history, other.table)


def test_a_folder_that_goes_away_is_told_and_all_is_written_anew(open_page, place):
    page = open_page()
    annotate(page)
    until_saved(page)

    place.remove()
    until(page, lambda: page.saved.trouble)
    told = page.notice.text
    page.paint(draw_voxel(page, (6, 6, 3), label=1))
    assert page.labels.data[6, 6, 3] == 1
    until(page, lambda: page.saved.pending == 1)
    assert page.held
    assert exported(page)
    place.allow()
    until_saved(page)

    assert "Download the labels" in told
    page.close()
    again = open_page(place.server())
    until(again, lambda: again.held)  # the first has given it back
    assert_same(again, page)
    assert recovery.journals(place.folder)


def test_a_stroke_is_not_acknowledged_while_the_folder_is_away(open_page, place):
    page, acknowledged = open_page(), []
    annotate(page)
    until_saved(page)
    place.remove()
    until(page, lambda: page.saved.trouble)

    page.paint(draw_voxel(page, (6, 6, 3)), "again")
    page.when_saved(lambda: acknowledged.append("new"))
    page.paint(draw_voxel(page, (1, 1, 1)), "a-1")  # known already
    page.when_saved(lambda: acknowledged.append("old"))
    until(page, lambda: page.saved.pending)

    assert not acknowledged
    place.allow()
    until(page, lambda: acknowledged == ["new", "old"])


@pytest.mark.parametrize("hindrance", ["a file", "not creatable"])
def test_where_nothing_can_be_kept_from_the_start_one_annotates_all_the_same(
    open_page, place, hindrance, monkeypatch
):
    if hindrance == "a file":
        place.root.write_text("in its place")
        mend = place.allow
    else:
        read_only = OSError(errno.EROFS, os.strerror(errno.EROFS))
        patched = monkeypatch.context()
        patched.__enter__().setattr(
            "dashboard.cases.begin_anew.make", lambda _: (_ for _ in ()).throw(read_only)
        )
        mend = lambda: patched.__exit__(None, None, None)  # noqa: E731

    page = open_page()
    annotate(page)
    until(page, lambda: page.saved.trouble)
    assert (page.held, page.labels.data[1, 1, 1]) == (True, 2)
    assert page.saved.pending > 0
    mend()
    until_saved(page)

    page.close()
    again = open_page(place.server())
    assert_same(again, page)
    assert again.settings == page.settings


def test_a_case_of_somebody_else_in_its_place_is_told_and_not_touched(
    open_page, place, tmp_path, two_tissues
):
    page = open_page()
    annotate(page)
    until_saved(page)
    shutil.copytree(place.root, tmp_path / "empty", ignore=lambda *_: ["cases"])
    place.remove()
    until(page, lambda: page.saved.trouble)
    elsewhere = Place(tmp_path / "elsewhere")
    other = open_page(elsewhere.server())
    other.paint(draw_voxel(other, (6, 6, 3), label=4))
    until_saved(other)
    kept = recovery.recover(elsewhere.folder).payloads

    place.allow()
    elsewhere.root.rename(place.root)
    elsewhere.root.symlink_to(place.root)
    until(page, lambda: not page.held)

    assert page.saved.trouble
    assert (page.labels.data[1, 1, 1], page.history[1]) == (2, 2)
    assert exported(page)
    assert recovery.recover(place.folder).payloads == kept
    other.close()
    elsewhere.servers[0].close()
    for _ in range(9):  # it is free now, and never taken unasked
        ping(page)
    assert (page.held, page.labels.data[1, 1, 1]) == (False, 2)
    page.take_over()
    page.turns.until(lambda: page.job is None)
    assert "Download the labels to keep these" in page.notice.text
    assert (page.held, page.labels.data[1, 1, 1]) == (False, 2)
    page.take_over()
    page.turns.until(lambda: page.held)
    assert (page.labels.data[1, 1, 1], page.labels.data[6, 6, 3]) == (0, 4)


def test_who_only_reads_keeps_what_it_sees_when_the_folder_goes(open_page, place):
    writer = open_page()
    annotate(writer)
    until_saved(writer)
    reader = open_page(place.server())
    writer.close()
    shutil.rmtree(place.root)

    for _ in range(9):
        ping(reader)

    assert not reader.held
    assert_array_equal(reader.labels.data, writer.labels.data)
    reader.take_over()
    reader.turns.until(lambda: reader.held)
    assert_array_equal(reader.labels.data, writer.labels.data)
    until_saved(reader)
    assert recovery.recover(place.folder).payloads


def test_a_disk_that_does_not_answer_is_told_and_nothing_freezes(open_page, monkeypatch):
    page, go_on = open_page(), threading.Event()
    until_saved(page)
    monkeypatch.setattr(journal, "STUCK_S", 0.1)
    sound = journal_file.JournalFile.is_sound
    monkeypatch.setattr(
        journal_file.JournalFile, "is_sound", lambda self: go_on.wait(20) and sound(self)
    )

    until(page, lambda: page.saved.trouble == journal.STUCK)
    page.paint(draw_voxel(page, (1, 1, 1), label=2))
    assert page.labels.data[1, 1, 1] == 2
    assert page.saved.pending == 1
    go_on.set()
    until_saved(page)


def test_files_that_hang_hold_up_nobodys_case(place, two_tissues):
    """Files are read that never come; volumes and cases have threads of their own."""
    hang, files, turns = threading.Event(), Reading(), Turns()
    for _ in range(4):
        files.submit(hang.wait)
    try:
        on = {"files": files, "threads": Threads(), "keeping": Threads()}
        page = session_on(two_tissues, cases=place.server(), schedule=turns, **on)
        page.turns = turns
        turns.until(lambda: page.superpixels is not None)
        annotate(page)
        until_saved(page)
        page.open(nifti_bytes(two_tissues.data * 2, two_tissues.affine), "other.nii")
        turns.until(lambda: page.volume.name == "other")
        until_saved(page)
    finally:
        hang.set()


def test_take_over_is_refused_in_a_sentence_where_nothing_is_open(open_page):
    page = open_page()
    page.end()

    with pytest.raises(Refused, match="No volume is open"):
        page.take_over()
