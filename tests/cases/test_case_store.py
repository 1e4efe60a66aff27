from __future__ import annotations

import errno
import gc
import os
import shutil
import stat
import threading
import time
import weakref

import numpy as np
import pytest

from dashboard.cases import case_store as module
from dashboard.cases import ids_file, record_file, recovery
from dashboard.cases.case_store import Cases
from dashboard.cases.held_edits import Fewer, HeldEdits
from dashboard.cases.journal_entry import Begin, Partitioned, Stepped, pack
from dashboard.cases.lease import Lease, LeaseWatch, status
from dashboard.cases.process_id import this_process
from tests.cases.annotating import KEY, SHAPE, SUPERPIXELS, Annotator, fresh, memory

OTHERS = {
    "user": KEY._replace(user="bob"),
    "no user": KEY._replace(user=""),
    "volume": KEY._replace(digest="decaf"),
    "a user with an odd name": KEY._replace(user="../ada/…"),
}


class Page:
    """Whoever opens cases: what it was told, and whether it is still there."""

    def __init__(self, cases):
        self.cases, self.told, self.there = cases, [], True
        self.changed = threading.Condition()

    def open(self, key=KEY, **options):
        self.opened = self.cases.open(
            key, fresh, self.hear, is_watched=lambda journal: self.there, **options
        )
        return self.opened

    def hear(self, journal, progress):
        with self.changed:
            self.told.append(progress)
            self.changed.notify_all()

    def act(self, *numbers):
        annotator = Annotator(self.opened.case)
        last = [self.opened.journal.append(annotator.act(n)) for n in numbers][-1]
        with self.changed:
            assert self.changed.wait_for(lambda: self.told and self.told[-1].saved >= last, 20)
        return memory(self.opened.case)

    def leave(self):
        self.cases.leave(self.opened)
        self.opened.journal.join(20)

    def wait_until_lost(self):
        self.wait_for(lambda progress: progress.lost)

    def wait_for(self, wanted):
        with self.changed:
            assert self.changed.wait_for(lambda: any(map(wanted, self.told)), 20), self.told[-9:]

    @property
    def lost(self):
        return any(progress.lost for progress in self.told)


@pytest.fixture
def root(tmp_path):
    """The data folder, which nobody has made yet."""
    return tmp_path / "data" / "supervox"


@pytest.fixture
def server(root):
    """Starts servers on the same data folder; they all are ended."""
    started = []

    def server():
        started.append(Cases(root))
        return started[-1]

    yield server
    for cases in started:
        cases.close()


@pytest.fixture
def page(server):
    """A page of the first server."""
    return Page(server())


@pytest.fixture
def other(server):
    """A page of another server."""
    return Page(server())


@pytest.fixture
def tab(page):
    """Another page of the first server."""
    return Page(page.cases)


def kept(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# Resuming


def test_a_case_comes_back_as_it_was_left(page, other):
    page.open()
    left = page.act(*range(40))
    page.leave()

    opened = other.open()

    assert memory(opened.case) == left
    assert (opened.writes, opened.found.dropped) == (True, 0)


def test_a_case_comes_back_however_often_it_is_opened(page):
    for n in range(6):
        page.open()
        left = page.act(*range(5 * n, 5 * n + 5))
        page.leave()

    assert memory(page.open().case) == left


def test_what_was_undone_can_still_be_done_again(page):
    page.open()
    annotator = Annotator(page.opened.case)
    for n in range(3):
        page.opened.journal.append(annotator.paint(n, np.random.default_rng(n)))
    painted = page.opened.case.labels.data.copy()
    for _ in range(2):
        page.opened.journal.append(annotator.undo(0, None))
    page.leave()

    case = page.open().case

    assert (len(case.history.titles), case.history.done) == (3, 1)
    for _ in range(2):
        case.step_forward()
    assert (case.labels.data == painted).all()


def test_a_stroke_that_was_kept_is_known_again(page):
    page.open()
    page.opened.journal.append(page.opened.case.record(*named_edit(page.opened.case)))
    page.leave()

    assert list(page.open().case.taken) == ["its name"]


def named_edit(case):
    return case.labels.replace(np.ones(SHAPE, np.uint16), "all"), "its name"


@pytest.mark.parametrize("key", OTHERS.values(), ids=OTHERS)
def test_another_user_or_volume_has_a_case_of_its_own(page, tab, root, key):
    page.open()
    page.act(*range(9))

    opened = tab.open(key)

    assert memory(opened.case) == memory(fresh())
    assert opened.folder.parent.parent == root
    assert not page.lost


@pytest.mark.parametrize("user", [".", "..", "/", "", "a/b"])
def test_no_name_of_a_user_leads_out_of_the_data_folder(page, root, user):
    opened = page.open(KEY._replace(user=user))

    assert opened.folder.resolve().parent.parent == root


def test_a_case_that_was_only_looked_at_leaves_no_journal(page):
    opened = page.open()
    opened.journal.append(opened.case.note_view((2, 2, 1), 3))
    ids_file.write(opened.folder / "1-1.ids", SUPERPIXELS)
    page.leave()

    page.open()

    assert {path.suffix for path in opened.folder.iterdir()} == {".claim", ".beat", ".journal", ""}
    assert page.opened.case.cursor == fresh().cursor


def test_without_a_data_folder_nothing_is_kept():
    cases = Cases()

    opened = cases.open(KEY, fresh, lambda *_: None)
    cases.leave(opened)
    cases.close()

    assert (opened.journal, opened.folder, opened.writes) == (None, None, True)


# Two at one case


def test_a_second_server_reads_what_the_first_one_writes(page, other):
    page.open()
    left = page.act(*range(9))

    opened = other.open()

    assert memory(opened.case) == left
    assert (opened.writes, opened.journal) == (False, None)
    assert opened.holder == f"{this_process().user} on {this_process().host}"
    assert not page.lost


def test_a_second_page_of_the_same_server_only_reads_too(page, tab):
    page.open()
    left = page.act(*range(9))

    opened = tab.open()

    assert (memory(opened.case), opened.writes) == (left, False)


def test_who_reads_beside_somebody_who_writes_is_told_of_no_damage(page, other):
    page.open()
    stop = threading.Event()

    def write():
        annotator, n = Annotator(page.opened.case), 0
        while not stop.is_set():
            page.opened.journal.append(annotator.paint(n, np.random.default_rng(n)))
            n += 1
            time.sleep(0.001)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        seen = [other.open() for _ in range(15)]
    finally:
        stop.set()
        thread.join()

    edits = [len(opened.case.history.titles) for opened in seen]
    assert edits == sorted(edits)
    assert not any(opened.found.is_damaged or opened.writes for opened in seen)


@pytest.mark.parametrize("which", ["tab", "other"])
def test_a_case_is_taken_over_by_force_with_all_that_was_saved(page, request, which):
    second = request.getfixturevalue(which)
    page.open()
    left = page.act(*range(9))

    opened = second.open(by_force=True)
    page.opened.journal.append(b"late")
    page.wait_until_lost()

    assert (memory(opened.case), opened.writes) == (left, True)
    assert page.told[-1].saved == 9
    assert page.lost
    assert not second.lost


def test_what_waits_is_written_before_another_page_of_the_server_takes_over(page, tab):
    page.open()
    annotator = Annotator(page.opened.case)
    for n in range(30):
        page.opened.journal.append(annotator.act(n))

    opened = tab.open(by_force=True)

    assert memory(opened.case) == memory(page.opened.case)


def test_the_case_of_a_page_that_has_gone_is_taken_over(page, tab):
    page.open()
    left = page.act(*range(9))
    page.there = False

    opened = tab.open()

    assert (memory(opened.case), opened.writes) == (left, True)
    assert page.lost


def test_a_case_stays_with_a_page_that_is_being_loaded_again(page, tab):
    page.open()
    watch = LeaseWatch(tab.open().folder)

    page.there = False

    assert not tab.cases.is_free(watch)


def test_a_case_is_free_for_who_watches_it_once_its_page_has_left(page, other):
    page.open()
    page.act(0)
    watch = LeaseWatch(other.open().folder)
    before = other.cases.is_free(watch)

    page.leave()

    assert (before, other.cases.is_free(watch)) == (False, True)


def test_a_case_that_was_left_a_moment_ago_is_free(page, tab):
    for n in range(20):
        page.open()
        page.opened.journal.append(Annotator(page.opened.case).act(n))
        page.cases.leave(page.opened)

        assert page.opened.writes


def test_who_has_lost_a_case_takes_nothing_away_when_it_leaves(page, tab):
    page.open()
    tab.open(by_force=True)
    left = tab.act(*range(9))

    page.leave()

    assert not tab.lost
    assert tab.opened.journal.is_open
    tab.leave()
    assert memory(page.open().case) == left


def test_a_case_that_nobody_touched_stays_if_somebody_else_has_it_now(page, other):
    page.open()
    other.open(by_force=True)
    left = other.act(*range(9))

    page.leave()

    other.leave()
    assert memory(page.open().case) == left


def test_a_long_case_holds_up_no_other(page, tab, monkeypatch):
    reading, go_on = threading.Event(), threading.Event()
    read_back = module.read_back

    def slowly(folder, key, begin):
        if key == KEY:
            reading.set()
            assert go_on.wait(20)
        return read_back(folder, key, begin)

    monkeypatch.setattr(module, "read_back", slowly)
    thread = threading.Thread(target=page.open)
    thread.start()
    assert reading.wait(20)

    opened = tab.open(OTHERS["volume"])
    go_on.set()
    thread.join()

    assert opened.writes
    assert page.opened.writes


def test_who_slept_before_it_tidied_removes_nothing_of_who_came_next(page, other, monkeypatch):
    tidy = module.tidy

    def sleep_then_tidy(*args):
        monkeypatch.setattr(module, "tidy", tidy)
        opened = other.open(by_force=True)
        file = f"{opened.journal.epoch}-1.ids"
        ids_file.write(opened.folder / file, SUPERPIXELS)
        opened.journal.append(opened.case.note_partition(Partitioned(file, None, None, asked=True)))
        tidy(*args)

    monkeypatch.setattr(module, "tidy", sleep_then_tidy)

    page.open()
    other.leave()

    opened = other.open()
    assert (ids_file.read(opened.folder / opened.case.partitioned.file, SHAPE) == SUPERPIXELS).all()


def test_a_case_that_is_lost_while_it_is_opened_is_held_no_more(page, other, monkeypatch):
    made = module.Journal

    def slowly(*args, **options):
        journal = made(*args, **options)
        monkeypatch.setattr(module, "Journal", made)
        other.open(by_force=True)
        journal.append(b"late")
        journal.join(20)
        return journal

    monkeypatch.setattr(module, "Journal", slowly)

    opened = page.open()

    assert opened.journal.progress.lost
    assert page.cases._held == {}


# What is left over


def test_the_last_two_journals_and_the_current_superpixels_stay(page):
    for file in ("1-1.ids", "2-1.ids", "2-2.ids"):
        opened = page.open()
        opened.journal.append(opened.case.note_partition(Partitioned(file, None, None, asked=True)))
        ids_file.write(opened.folder / file, SUPERPIXELS)
        (opened.folder / f".{file}.0123abcd").touch()
        page.leave()

    page.open()

    assert sorted(name for name in kept(page.opened.folder) if "-" in name) == [
        "2-2.ids",
        "3-0.journal",
        "4-0.journal",
    ]


def test_files_that_cannot_be_removed_harm_nobody(page, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(module, "tidy", refuse)

    assert page.open().writes


def test_who_leaves_a_case_lets_it_go_even_if_the_disk_fails(page, monkeypatch):
    def fail(_):
        raise OSError(errno.EIO, "ill")

    page.open()
    monkeypatch.setattr(Lease, "is_held", fail)

    with pytest.raises(OSError, match="ill"):
        page.leave()

    assert not page.opened.journal.is_open
    monkeypatch.undo()
    page.opened.journal.join(20)
    assert status(page.opened.folder).is_free


@pytest.mark.parametrize("end", ["leaves", "loses"])
def test_nothing_of_a_case_stays_in_memory_when_its_page_has_gone(server, end):
    cases = server()
    page = Page(cases)
    labels = weakref.ref(page.open().case.labels)
    journal = page.opened.journal
    page.act(*range(5))
    if end == "leaves":
        page.leave()
    else:
        server().open(KEY, fresh, lambda *_: None, by_force=True)
        page.wait_until_lost()
    journal.join(20)

    page.__dict__.clear()
    del page, journal
    gc.collect()

    assert labels() is None


def test_a_journal_that_cannot_end_holds_nothing_of_its_case(server, monkeypatch):
    def fail(*_):
        raise OSError(errno.ENOSPC, "full")

    page = Page(server())
    labels = weakref.ref(page.open().case.labels)
    journal = page.opened.journal
    page.act(0)
    monkeypatch.setattr(module.Journal, "_put", fail)
    journal.append(page.opened.case.note_view((0, 0, 0), 2))
    page.cases.leave(page.opened)

    page.__dict__.clear()
    del page
    gc.collect()

    assert labels() is None
    monkeypatch.undo()
    journal.join(20)


def test_what_waits_is_written_when_the_process_ends(page, other):
    page.open()
    annotator = Annotator(page.opened.case)
    for n in range(30):
        page.opened.journal.append(annotator.act(n))

    page.cases.close()

    assert memory(other.open().case) == memory(page.opened.case)


def test_nobody_else_may_look_into_the_data_folder(page, root):
    before = os.umask(0)
    try:
        page.open()
    finally:
        os.umask(before)

    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    assert len(folders) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


# What has happened to the files


def test_a_damaged_journal_is_kept_and_told(page):
    path = keep_some(page)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)

    opened = page.open()

    assert opened.found.damaged == (path,)
    assert path.with_suffix(".damaged").read_bytes() == content
    page.leave()
    assert not page.open().found.is_damaged
    assert path.with_suffix(".damaged").read_bytes() == content


def keep_some(page):
    opened = page.open()
    page.act(*range(9))
    page.leave()
    opened.journal.join(20)
    return recovery.journals(opened.folder)[0]


def test_a_journal_of_which_nothing_is_left_is_kept_even_if_nothing_is_done_then(page):
    path = keep_some(page)
    path.write_bytes(b"noise")

    assert memory(page.open().case) == memory(fresh())
    page.leave()

    assert path.with_suffix(".damaged").read_bytes() == b"noise"


def refused(page, before, match):
    """Opening the case is refused twice, in one sentence, and all its journals stay."""
    for _ in range(2):
        with pytest.raises(ValueError, match=match) as error:
            page.open()
        assert "\n" not in str(error.value)
    after = kept(page.opened.folder)
    assert {name: after.get(name) for name in before if name.endswith("l")} == {
        name: content for name, content in before.items() if name.endswith("l")
    }


def test_the_journal_of_another_volume_is_refused_and_stays(page):
    path = keep_some(page)
    path.write_bytes(record_file.encode_file([pack(Begin("decaf", SHAPE, "other"))]))

    refused(page, kept(path.parent), "the annotation of thick in .*; it is another's")


@pytest.mark.parametrize("what", ["the file", "a record"])
def test_what_a_later_version_wrote_is_refused_and_stays(page, monkeypatch, what):
    path = keep_some(page)
    with monkeypatch.context() as patched:
        if what == "the file":
            patched.setattr(record_file, "VERSION", 2)
            path.write_bytes(record_file.encode_file([b"new"]))
        else:
            patched.setattr("dashboard.cases.payload.FORMAT", 2)
            sound = record_file.read(path.read_bytes())
            new = pack(Begin(*KEY[1:]))
            path.write_bytes(
                record_file.encode_file(sound.payloads)
                + record_file.frame(len(sound.payloads), new)
            )

    refused(page, kept(path.parent), "a later version of supervox wrote")


def test_a_case_that_was_refused_is_held_by_nobody(page, other):
    path = keep_some(page)
    good = path.read_bytes()
    path.write_bytes(record_file.encode_file([pack(Begin("decaf", SHAPE, "other"))]))
    with pytest.raises(ValueError, match="another's"):
        page.open()

    path.write_bytes(good)

    assert other.open().writes


@pytest.mark.parametrize("payload", ["a voxel outside", "a step too far", "a box outside"])
def test_a_record_that_does_not_fit_the_volume_is_refused(payload):
    case, bad = fresh(), fresh()
    bad.labels = type(bad.labels)((9, 9, 9))
    made = {
        "a voxel outside": lambda: bad.note_view((3, 0, 0), 1),
        "a step too far": lambda: pack(Stepped(1)),
        "a box outside": lambda: bad.record(bad.labels.replace(corner(), "corner")),
    }[payload]()

    with pytest.raises(ValueError, match="Expected"):
        case.replay([made])
    assert not case.labels.data.any()


def corner():
    labels = np.zeros((9, 9, 9), np.uint16)
    labels[2:4, 0, 0] = 1
    return labels


# A folder that cannot be used


def test_a_data_folder_that_is_a_file_is_no_hindrance_and_used_once_it_can(page, root, other):
    root.parent.mkdir()
    root.write_text("a file")

    opened = page.open()
    annotator = Annotator(opened.case)
    for n in range(5):
        opened.journal.append(annotator.act(n))
    page.wait_for(lambda progress: "cannot be made" in progress.trouble)
    root.unlink()
    page.wait_for(lambda progress: progress == (5, "", False))

    assert opened.writes
    page.leave()
    assert memory(other.open().case) == memory(opened.case)


@pytest.mark.parametrize(
    "step", ["lease._claim", "lease.Lease._sign", "journal_file.atomic_write.replace"]
)
@pytest.mark.parametrize("error", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_data_folder_that_cannot_be_written_is_read_and_annotated_all_the_same(
    page, monkeypatch, step, error
):
    def fail(*_, **__):
        raise OSError(error, os.strerror(error))

    keep_some(page)
    left = memory(page.opened.case)
    del page.told[:]
    with monkeypatch.context() as patched:
        patched.setattr(f"dashboard.cases.{step}", fail)
        opened = page.open()
        assert memory(opened.case) == left
        opened.journal.append(Annotator(opened.case).act(9))
        page.wait_for(lambda progress: progress == (0, os.strerror(error), False))
    page.wait_for(lambda progress: progress == (1, "", False))

    now = memory(opened.case)
    page.leave()
    assert memory(page.open().case) == now


def test_what_could_not_be_read_at_first_is_not_written_over(page, monkeypatch):
    def fail(*_):
        raise OSError(errno.EIO, "ill")

    path = keep_some(page)
    before = path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(module, "read_back", fail)
        patched.setattr(module, "prepare", fail)
        opened = page.open()
        opened.journal.append(opened.case.record(*named_edit(opened.case)))
    opened.journal.join(20)  # which it may have told before the page listened

    assert opened.journal.progress.lost
    assert (opened.unread, opened.journal.progress.trouble != "") == ("ill", True)
    assert path.read_bytes() == before


def remove(folder):
    """Take the folder of a case away, so that it cannot be made anew."""
    shutil.rmtree(folder)
    folder.write_text("in its place")


def test_who_is_loaded_again_has_all_while_the_folder_is_gone(page, tab):
    page.open()
    page.act(*range(9))
    remove(page.opened.folder)
    page.opened.journal.append(page.opened.case.record(*named_edit(page.opened.case)))
    page.wait_for(lambda progress: progress.trouble)
    page.there = False

    opened = tab.open()

    assert memory(opened.case) == memory(page.opened.case)
    assert opened.journal.progress.trouble
    opened.folder.unlink()
    tab.wait_for(lambda progress: not progress.trouble)
    tab.leave()
    assert memory(page.open().case) == memory(opened.case)


def test_who_comes_after_a_page_that_was_left_unsaved_has_all(page, tab):
    page.open()
    page.act(*range(9))
    remove(page.opened.folder)
    page.wait_for(lambda progress: progress.trouble)
    page.cases.leave(page.opened)

    opened = tab.open()

    assert memory(opened.case) == memory(page.opened.case)
    assert opened.journal.progress.trouble
    opened.folder.unlink()


def test_a_second_page_sees_what_the_first_holds_while_the_folder_is_gone(page, tab):
    page.open()
    page.act(*range(9))
    remove(page.opened.folder)
    page.wait_for(lambda progress: progress.trouble)

    opened = tab.open()

    assert (memory(opened.case), opened.writes) == (memory(page.opened.case), False)
    assert not page.lost
    opened.folder.unlink()


def test_who_is_loaded_again_on_a_full_disk_has_what_is_not_on_it(page, tab, monkeypatch):
    def fail(*_):
        raise OSError(errno.ENOSPC, "full")

    page.open()
    page.act(*range(9))
    with monkeypatch.context() as patched:
        patched.setattr(module.Journal, "_put", fail)
        page.opened.journal.append(page.opened.case.record(*named_edit(page.opened.case)))
        page.wait_for(lambda progress: progress.trouble)
        page.there = False

        opened = tab.open()

        assert memory(opened.case) == memory(page.opened.case)
    tab.wait_for(lambda progress: progress == (0, "", False))


def test_a_page_that_only_looked_leaves_nothing_where_nothing_can_be_kept(page, root):
    root.parent.mkdir()
    root.write_text("a file")
    page.open()

    page.leave()

    assert page.opened.journal.is_over


# What somebody who takes over holds


def mine_of(page, **known):
    known = {"is_unsaved": False, "is_asked": False} | known
    return HeldEdits.of(page.opened.case, KEY.digest, KEY.name, **known)


def paint(page, *numbers):
    annotator = Annotator(page.opened.case)
    for n in numbers:
        page.opened.journal.append(annotator.paint(n, np.random.default_rng(n)))
    return memory(page.opened.case)


def test_who_takes_over_by_force_may_not_lose_edits_unknowingly(page, other):
    page.open()
    paint(page, *range(5))
    mine = mine_of(page, is_unsaved=True)
    page.leave()
    shutil.rmtree(page.opened.folder)
    other.open()
    paint(other, 7)
    other.wait_for(lambda progress: progress.saved == 1)

    with pytest.raises(Fewer) as fewer:
        page.open(by_force=True, mine=mine)
    assert (fewer.value.held, fewer.value.kept) == (5, 1)
    assert other.opened.journal.is_open
    opened = page.open(by_force=True, mine=mine._replace(is_asked=True))

    assert memory(opened.case) == memory(other.opened.case)


def test_who_takes_over_what_has_less_goes_on_with_what_it_holds(page, other):
    page.open()
    left = paint(page, *range(5))
    mine = mine_of(page)
    page.leave()
    shutil.rmtree(page.opened.folder)

    opened = other.open(by_force=True, mine=mine)

    assert memory(opened.case) == left
    other.leave()
    assert memory(page.open().case) == left


@pytest.mark.parametrize(
    ("mine", "kept", "is_unsaved", "follows"),
    [
        ("", "", False, True),
        ("ab", "ab", False, True),
        ("ab", "abc", False, True),
        ("ab", "acd", False, True),  # somebody undid one, and made others
        ("ab", "ac", True, False),
        ("ab", "acd", True, False),
        ("abc", "a", False, False),
        ("abc", "", False, False),
        ("abc", "ad", False, False),
        ("abc", "a", True, True),  # all that is kept is held
        ("abc", "", True, True),
    ],
)
def test_a_case_is_taken_unasked_only_if_that_loses_no_edit(mine, kept, is_unsaved, follows):
    held = HeldEdits((), tuple(letter.encode() for letter in mine), is_unsaved)

    assert held.may_follow(letter.encode() for letter in kept) is follows


def test_a_case_whose_folder_has_gone_is_not_free(page, other):
    page.open()
    watch = LeaseWatch(other.open().folder)

    shutil.rmtree(page.opened.folder)

    assert not other.cases.is_free(watch)
