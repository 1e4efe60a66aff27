from __future__ import annotations

import errno
import os
import stat
import threading
import time

import pytest

from dashboard.model import journal as module
from dashboard.model import records, recovery
from dashboard.model.journal import Journal
from dashboard.model.lease import Lease, status

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
            assert self.changed.wait_for(lambda: any(map(wanted, self)), 20), list(self)

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


def test_a_journal_whose_own_beginning_is_gone_saves_nothing(begin, heard, disk, tmp_path):
    journal = begin()
    recovery.journals(tmp_path)[0].write_bytes(b"")
    disk.sync_errors = [errno.EIO]

    journal.append(b"edit")
    heard.until(lambda progress: "read back" in progress.trouble)

    assert journal.progress.saved == 0


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
    monkeypatch.setattr(module.files, "replace", fail)

    with pytest.raises(OSError, match="No space"):
        Journal(lease, [b"begin"], heard)

    assert recovery.journals(tmp_path) == []


def test_what_a_journal_is_made_with_counts_as_whole(begin, tmp_path):
    begin([b"one", b"two"])

    content = recovery.journals(tmp_path)[0].read_bytes()

    assert records.read(content).is_whole
    assert not records.read(content[:-1]).is_whole
