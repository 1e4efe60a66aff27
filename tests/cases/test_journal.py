from __future__ import annotations

import errno
import os
import shutil
import stat
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from dashboard.cases import journal as module
from dashboard.cases import journal_entry, record_file, recovery
from dashboard.cases.begin_anew import NoLease
from dashboard.cases.journal import Journal
from dashboard.cases.lease import Lease, status
from dashboard.cases.process_id import this_process
from tests.cases.annotating import KEY, Annotator, fresh
from workers.storage import atomic_write
from workers.storage.private_folder import make

PAYLOADS = [b"first", b"x" * 700, b"", b"last"]
NO_SPACE = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
TROUBLES = [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS]


class Heard(list):
    """What a journal tells; waits for it."""

    def __init__(self):
        super().__init__()
        self.changed = threading.Condition()

    def __call__(self, journal, progress):
        with self.changed:
            self.append(progress)
            self.changed.notify_all()

    def until(self, wanted):
        with self.changed:
            assert self.changed.wait_for(lambda: any(map(wanted, self)), 20), self[-9:]

    def until_saved(self, number):
        self.until(lambda progress: progress.saved >= number)


class Disk:
    """Stands between a journal and its disk, and fails where it is told to.

    `room` is how many bytes still can be written; `syncs` which outcome each coming sync has.
    """

    def __init__(self, monkeypatch):
        self.room, self.error, self.most = None, errno.ENOSPC, None
        self.sync_errors, self.calls = [], []
        self._pwrite, self._sync = os.pwrite, module._sync
        monkeypatch.setattr(os, "pwrite", self.pwrite)
        monkeypatch.setattr(module, "_sync", self.sync)

    def pwrite(self, descriptor, data, at):
        if at == 0:  # a beat
            return self._pwrite(descriptor, data, at)
        if self.room == 0:
            raise OSError(self.error, os.strerror(self.error))
        size = min(len(data), *(n for n in (self.room, self.most) if n is not None), 2**40)
        self.calls.append("write")
        if self.room is not None:
            self.room -= size
        return self._pwrite(descriptor, data[:size], at)

    def sync(self, descriptor):
        self.calls.append("sync")
        if self.sync_errors:
            raise OSError(self.sync_errors.pop(), "the disk is ill")
        self._sync(descriptor)


@pytest.fixture
def heard():
    """What the journal has told."""
    return Heard()


@pytest.fixture
def disk(monkeypatch):
    """A disk that can fail."""
    return Disk(monkeypatch)


@pytest.fixture
def begin(tmp_path, heard):
    """Begins journals that try again at once, and ends them."""
    begun = []

    def begin(payloads=(b"begin",)):
        lease = Lease.take(tmp_path)
        begun.append(Journal(lease, list(payloads), heard, retry_s=0.01, beat_s=0.05))
        return begun[-1]

    yield begin
    for journal in begun:
        journal.surrender(0.5)


def on_disk(folder):
    found = recovery.recover(folder)
    assert found.damaged == ()
    return list(found.payloads)


def test_a_journal_begins_with_what_it_is_given(begin, tmp_path):
    begin([b"one", b"two"])

    assert on_disk(tmp_path) == [b"one", b"two"]


def test_what_is_appended_is_saved_in_order(begin, heard, tmp_path):
    journal = begin()

    numbers = [journal.append(payload) for payload in PAYLOADS]
    heard.until_saved(4)

    assert numbers == [1, 2, 3, 4]
    assert journal.progress == (4, "", False)
    assert on_disk(tmp_path) == [b"begin", *PAYLOADS]


def test_nothing_is_acknowledged_before_it_was_forced_to_disk(begin, heard, disk, tmp_path):
    journal = begin()
    disk.sync_errors = []
    forced, seen = [], []

    def sync(descriptor):
        seen.append(journal.progress.saved)
        forced.append(len(on_disk(tmp_path)) - 1)
        disk.calls.append("sync")

    module._sync = sync  # the fixture puts it back
    for number, payload in enumerate(PAYLOADS, 1):
        journal.append(payload)
        heard.until_saved(number)

    assert seen == [0, 1, 2, 3]
    assert forced == [1, 2, 3, 4]
    assert disk.calls == ["write", "sync"] * 4


def test_nothing_is_acknowledged_when_somebody_else_has_taken_over(begin, heard, tmp_path):
    journal = begin()
    Lease.take(tmp_path)

    journal.append(b"late")
    heard.until(lambda progress: progress.lost)

    assert journal.progress.saved == 0
    assert not journal.is_open


def test_a_journal_that_is_idle_hears_that_somebody_else_has_taken_over(begin, heard, tmp_path):
    begin()
    Lease.take(tmp_path)

    heard.until(lambda progress: progress.lost)

    assert heard[-1].saved == 0


@pytest.mark.parametrize("error", TROUBLES, ids=errno.errorcode.get)
@pytest.mark.parametrize("room", [*range(0, 60, 7), 700, 740])
def test_a_disk_without_room_is_told_and_all_is_there_once_it_has_some(
    begin, heard, disk, tmp_path, error, room
):
    journal = begin()
    disk.room, disk.error = room, error

    for payload in PAYLOADS:
        journal.append(payload)
    heard.until(lambda progress: progress.trouble == os.strerror(error))
    saved = journal.progress.saved
    there = on_disk(tmp_path)
    disk.room = None
    heard.until_saved(4)

    assert there[: saved + 1] == [b"begin", *PAYLOADS[:saved]]
    assert on_disk(tmp_path) == [b"begin", *PAYLOADS]
    assert heard[-1] == (4, "", False)


@pytest.mark.parametrize("most", [1, 3, 17])
def test_a_disk_that_takes_a_little_at_a_time_gets_all(begin, heard, disk, tmp_path, most):
    journal = begin()
    disk.most = most

    for payload in PAYLOADS:
        journal.append(payload)
    heard.until_saved(4)

    assert on_disk(tmp_path) == [b"begin", *PAYLOADS]


@pytest.mark.parametrize("failures", [1, 2, 3])
def test_a_file_that_could_not_be_forced_to_disk_is_not_trusted_again(
    begin, heard, disk, tmp_path, failures
):
    journal = begin()
    journal.append(b"before")
    heard.until_saved(1)
    disk.sync_errors = [errno.EIO] * failures

    journal.append(b"after")
    heard.until(lambda progress: progress.trouble == "the disk is ill")
    heard.until_saved(2)

    moved = [recovery.number(path) for path in recovery.journals(tmp_path)]
    assert moved == [(1, move) for move in range(failures, -1, -1)]
    assert on_disk(tmp_path) == [b"begin", b"before", b"after"]
    assert recovery.recover(tmp_path).is_whole


def test_a_journal_that_moves_has_none_of_what_was_not_saved(begin, heard, disk, tmp_path):
    journal = begin()
    disk.sync_errors = [errno.EIO]

    journal.append(b"once")
    heard.until_saved(1)

    assert on_disk(tmp_path) == [b"begin", b"once"]


def test_a_journal_that_moves_does_not_overtake_who_has_taken_over(begin, heard, disk, tmp_path):
    journal = begin()
    disk.sync_errors = [errno.EIO]
    after = Lease.take(tmp_path)

    journal.append(b"late")
    heard.until(lambda progress: progress.lost)

    assert after.is_held()
    assert journal.progress.saved == 0


# Taken away from under it


def remove(folder):
    shutil.rmtree(folder)


def rename_away(folder):
    folder.rename(folder.with_name("elsewhere"))


def put_an_empty_one_in_its_place(folder):
    rename_away(folder)
    folder.mkdir()


def remove_the_root(folder):
    shutil.rmtree(folder.parents[1])


def remove_the_writer(folder):
    (folder / "writer").unlink()


def garble_the_writer(folder):
    (folder / "writer").write_bytes(b"noise")


def remove_the_journal(folder):
    recovery.journals(folder)[0].unlink()


def truncate_the_journal(folder):
    recovery.journals(folder)[0].write_bytes(b"")


def cut_the_journal(folder):
    path = recovery.journals(folder)[0]
    os.truncate(path, path.stat().st_size - 1)


def put_an_older_copy_in_its_place(folder):
    shutil.copytree(folder, folder.with_name("copy"))
    path = recovery.journals(folder.with_name("copy"))[0]
    os.truncate(path, path.stat().st_size - 10)
    shutil.rmtree(folder)
    folder.with_name("copy").rename(folder)


AWAY = [
    remove,
    rename_away,
    put_an_empty_one_in_its_place,
    remove_the_root,
    remove_the_writer,
    garble_the_writer,
    remove_the_journal,
    truncate_the_journal,
    cut_the_journal,
    put_an_older_copy_in_its_place,
]


@pytest.fixture
def deep(tmp_path):
    """The folder of a case, below a data folder."""
    folder = tmp_path / "data" / "cases" / "c0ffee"
    make(folder)
    return folder


@pytest.fixture
def begin_deep(deep, heard):
    """Begins a journal of a few edits in a deep folder, and ends it."""
    begun = []

    def begin(lease=None):
        log = fresh().entries(KEY.digest, KEY.name)
        begun.append(Journal(lease or Lease.take(deep), log, heard, retry_s=0.01, beat_s=0.05))
        return begun[-1]

    yield begin
    for journal in begun:
        journal.surrender(0.5)


def annotate(journal, first, last):
    annotator = Annotator(fresh())
    payloads = [annotator.paint(n, np.random.default_rng(n)) for n in range(last)]
    return [journal.append(payload) for payload in payloads[first:]][-1]


@pytest.mark.parametrize("take_away", AWAY)
@pytest.mark.parametrize("draws", [False, True])
def test_what_is_taken_away_is_told_and_written_anew(begin_deep, heard, deep, take_away, draws):
    journal = begin_deep()
    heard.until_saved(annotate(journal, 0, 5))
    del heard[:]

    take_away(deep)
    if draws:
        annotate(journal, 5, 6)
    heard.until(lambda progress: "went away" in progress.trouble)
    heard.until(lambda progress: progress == (5 + draws, "", False))

    assert list(recovery.recover(deep).payloads) == journal.log
    assert status(deep).holder == this_process()
    assert not any(progress.lost for progress in heard)


@pytest.mark.parametrize("draws", [False, True])
def test_all_is_kept_as_long_as_the_folder_cannot_be_made(begin_deep, heard, deep, draws):
    journal = begin_deep()
    heard.until_saved(annotate(journal, 0, 5))

    remove_the_root(deep)
    deep.parents[1].write_text("in its place")
    if draws:
        annotate(journal, 5, 9)
    heard.until(lambda progress: "cannot be made" in progress.trouble)
    before = journal.progress
    del heard[:]
    deep.parents[1].unlink()
    heard.until(lambda progress: progress == (5 + 4 * draws, "", False))

    assert (before.saved, before.lost) == (5, False)
    assert list(recovery.recover(deep).payloads) == journal.log


def test_a_folder_that_comes_back_is_gone_on_with(begin_deep, heard, deep):
    journal = begin_deep()
    heard.until_saved(annotate(journal, 0, 5))
    before = journal.epoch

    rename_away(deep)
    deep.write_text("in its place")
    annotate(journal, 5, 6)
    heard.until(lambda progress: "cannot be made" in progress.trouble)
    deep.unlink()
    deep.with_name("elsewhere").rename(deep)
    heard.until(lambda progress: progress == (6, "", False))

    assert journal.epoch == before  # nobody else has been there
    assert len(recovery.journals(deep)) == 2  # the older one is kept
    assert list(recovery.recover(deep).payloads) == journal.log


def away_and_back(folder, heard):
    """Take a folder away, wait until that is told, and let another come in its place."""
    rename_away(folder)
    folder.write_text("in its place")
    heard.until(lambda progress: "cannot be made" in progress.trouble)
    make(folder.with_name("other"))
    return folder.with_name("other")


def let_come(other, folder):
    folder.unlink()
    other.rename(folder)


def write_there(folder, edits, *, ends):
    """Let somebody else have a case of so many edits there; returns what is kept then."""
    lease = Lease.take(folder)
    case = fresh()
    annotator = Annotator(case, seed=9)
    for n in range(edits):
        annotator.paint(n, np.random.default_rng((7, n)))
    other = Journal(lease, case.entries(KEY.digest, KEY.name), lambda *_: None)
    other.surrender(20)
    if not ends:
        lease.beat()
    return on_disk(folder)


@pytest.mark.parametrize("ends", [False, True])
@pytest.mark.parametrize("edits", [1, 9])
def test_a_case_of_somebody_else_that_comes_in_its_place_is_not_touched(
    begin_deep, heard, deep, edits, ends
):
    journal = begin_deep()
    heard.until_saved(annotate(journal, 0, 5))
    other = away_and_back(deep, heard)
    kept = write_there(other, edits, ends=ends)

    let_come(other, deep)
    heard.until(lambda progress: progress.lost)

    assert "of this volume" in journal.progress.trouble
    assert on_disk(deep) == kept
    assert len(journal.log) == 4 + 5 - 1


def test_an_empty_case_of_somebody_who_has_left_is_written_anew(begin_deep, heard, deep):
    journal = begin_deep()
    heard.until_saved(annotate(journal, 0, 5))
    other = away_and_back(deep, heard)
    write_there(other, 0, ends=True)

    heard.clear()
    let_come(other, deep)
    heard.until(lambda progress: progress == (5, "", False))

    assert on_disk(deep) == journal.log


def test_the_annotation_of_another_volume_in_its_place_is_not_touched(begin_deep, heard, deep):
    journal = begin_deep()
    heard.until_saved(annotate(journal, 0, 5))
    other = away_and_back(deep, heard)
    begins = [journal_entry.pack(journal_entry.Begin("decaf", KEY.shape, "other"))]
    (other / "1-0.journal").write_bytes(record_file.encode_file(begins))

    let_come(other, deep)
    heard.until(lambda progress: progress.lost)

    assert on_disk(deep) == begins


def test_who_takes_over_in_the_very_folder_is_no_trouble(begin_deep, heard, deep):
    journal = begin_deep()
    heard.until_saved(annotate(journal, 0, 5))

    Lease.take(deep)
    heard.until(lambda progress: progress.lost)

    assert journal.progress == (5, "", True)


@pytest.mark.parametrize("error", [errno.EIO, errno.ESTALE, errno.EACCES])
def test_a_share_that_answers_nothing_but_an_error_is_told_and_forgiven(
    begin_deep, heard, deep, monkeypatch, error
):
    journal = begin_deep()
    heard.until_saved(annotate(journal, 0, 5))

    def fail(*_, **__):
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as patched:
        for name in ("read_bytes", "stat", "iterdir", "glob", "is_dir"):
            patched.setattr(Path, name, fail)
        for name in ("pwrite", "fstat"):
            patched.setattr(os, name, fail)
        heard.until(lambda progress: os.strerror(error) in progress.trouble)
    del heard[:]
    heard.until(lambda progress: progress == (5, "", False))

    assert on_disk(deep) == journal.log


def test_a_disk_that_becomes_read_only_is_told_though_nobody_draws(begin_deep, heard, monkeypatch):
    begin_deep()

    with monkeypatch.context() as patched:
        read_only = OSError(errno.EROFS, os.strerror(errno.EROFS))
        patched.setattr(os, "pwrite", lambda *_: (_ for _ in ()).throw(read_only))
        heard.until(lambda progress: progress.trouble == os.strerror(errno.EROFS))
    del heard[:]
    heard.until(lambda progress: progress == (0, "", False))


def test_a_disk_that_does_not_answer_is_told_to_who_asks(begin, disk, monkeypatch):
    journal, go_on = begin(), threading.Event()
    monkeypatch.setattr(module, "STUCK_S", 0.05)
    monkeypatch.setattr(module, "_sync", lambda _: go_on.wait(20))

    number = journal.append(b"edit")
    until = time.monotonic() + 20
    while not journal.progress.trouble:
        assert time.monotonic() < until
        time.sleep(0.01)
    told = journal.progress
    go_on.set()

    assert told == (0, module.STUCK, False)
    while journal.progress != (number, "", False):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_journal_without_a_lease_takes_one_as_soon_as_it_can(begin_deep, heard, deep):
    remove_the_root(deep)
    deep.parents[1].write_text("a file")
    journal = begin_deep(NoLease(deep, "Not a directory"))
    annotate(journal, 0, 5)
    told = journal.progress

    heard.until(lambda progress: "cannot be made" in progress.trouble)
    deep.parents[1].unlink()
    heard.until(lambda progress: progress == (5, "", False))

    assert told.trouble
    assert on_disk(deep) == journal.log


def test_a_full_disk_is_not_filled_by_trying(begin_deep, heard, deep, monkeypatch):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with monkeypatch.context() as patched:
        patched.setattr(Lease, "_sign", lambda _: (_ for _ in ()).throw(full))
        begin_deep(NoLease(deep, "full"))
        heard.until(lambda _: len(heard) > 5)
        left = list(deep.iterdir())
    heard.until(lambda progress: progress == (0, "", False))

    assert len(left) <= 2


def test_a_lease_that_cannot_be_read_acknowledges_nothing_until_it_can(
    begin, heard, tmp_path, monkeypatch
):
    journal = begin()

    with monkeypatch.context() as patched:
        patched.setattr(Lease, "is_held", lambda _: (_ for _ in ()).throw(NO_SPACE))
        journal.append(b"edit")
        heard.until(lambda progress: progress.trouble)
        assert journal.progress.saved == 0
    heard.until_saved(1)

    assert on_disk(tmp_path) == [b"begin", b"edit"]


def test_closing_writes_what_waits_and_lets_the_lease_go(begin, tmp_path):
    journal = begin()
    for payload in PAYLOADS:
        journal.append(payload)

    journal.close()
    journal.join(20)

    assert on_disk(tmp_path) == [b"begin", *PAYLOADS]
    assert status(tmp_path).is_free
    assert journal.progress == (4, "", False)


def test_who_surrenders_on_a_good_disk_loses_nothing_and_is_told(begin, heard, tmp_path):
    journal = begin()
    for payload in PAYLOADS:
        journal.append(payload)

    journal.surrender(20)

    assert on_disk(tmp_path) == [b"begin", *PAYLOADS]
    assert heard[-1] == (4, "", True)


def test_who_surrenders_on_a_full_disk_is_told_how_much_was_lost(begin, heard, disk):
    journal = begin()
    disk.room = 0
    journal.append(b"edit")

    journal.surrender(0.1)

    assert (journal.progress.saved, journal.progress.lost) == (0, True)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # as it should
def test_a_journal_whose_listener_fails_takes_no_more_records(tmp_path):
    def fail(journal, progress):
        raise RuntimeError("no page")

    journal = Journal(Lease.take(tmp_path), [b"begin"], fail)

    journal.append(b"edit")
    journal.join(20)

    assert not journal.is_open
    assert on_disk(tmp_path) == [b"begin", b"edit"]


def test_threads_may_append_together(begin, heard, tmp_path):
    journal = begin()
    numbers = {}

    def append(name):
        for n in range(50):
            payload = f"{name} {n}".encode()
            numbers[journal.append(payload)] = payload

    threads = [threading.Thread(target=append, args=[name]) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard.until_saved(200)

    assert on_disk(tmp_path)[1:] == [numbers[n] for n in range(1, 201)]


def test_the_holder_shows_that_it_lives(begin, tmp_path):
    begin()
    first = status(tmp_path).beat
    until = time.monotonic() + 20
    while status(tmp_path).beat == first:
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_nobody_else_may_read_what_is_kept(begin, heard, tmp_path, umask):
    before = os.umask(umask)
    try:
        journal = begin()
        journal.append(b"edit")
        heard.until_saved(1)
    finally:
        os.umask(before)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert len(modes) == 4


def test_the_beginning_is_on_disk_before_it_is_said_to_be(tmp_path, heard, monkeypatch):
    def fail(*_):
        raise NO_SPACE

    lease = Lease.take(tmp_path)
    monkeypatch.setattr(atomic_write, "replace", fail)

    with pytest.raises(OSError, match="No space"):
        Journal(lease, [b"begin"], heard)

    assert recovery.journals(tmp_path) == []


def test_what_a_journal_is_made_with_counts_as_whole(begin, tmp_path):
    begin([b"one", b"two"])

    content = recovery.journals(tmp_path)[0].read_bytes()

    assert record_file.read(content).is_whole
    assert not record_file.read(content[:-1]).is_whole
