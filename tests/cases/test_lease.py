from __future__ import annotations

import json
import threading

import pytest

from dashboard.cases import lease as module
from dashboard.cases.lease import STALE_S, Lease, LeaseWatch, status
from dashboard.cases.process_id import this_process


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def elsewhere(monkeypatch):
    """Leases are taken on another machine from now on."""
    other = this_process()._replace(host="elsewhere")
    monkeypatch.setattr(module, "this_process", lambda: other)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_who_takes_it_first_holds_it(tmp_path):
    lease = Lease.take(tmp_path)

    assert lease.is_held()
    assert status(tmp_path).holder == this_process()
    assert not status(tmp_path).is_free


def test_who_takes_it_later_has_a_higher_number_and_the_first_has_lost(tmp_path):
    first = Lease.take(tmp_path)

    second = Lease.take(tmp_path)

    assert second.epoch > first.epoch
    assert (first.is_held(), second.is_held()) == (False, True)


def test_only_the_files_of_the_holder_stay(tmp_path):
    for _ in range(3):
        Lease.take(tmp_path)

    assert names(tmp_path) == ["3.beat", "3.claim", "writer"]


def test_a_lease_that_was_released_is_free_at_once(tmp_path):
    Lease.take(tmp_path).release()

    assert status(tmp_path).is_free


def test_a_beat_that_was_let_go_leaves_nothing_of_a_longer_one(tmp_path):
    lease = Lease.take(tmp_path)
    for _ in range(12):
        lease.beat()

    assert status(tmp_path).beat == "13"
    lease.release()
    assert status(tmp_path).beat == "released"


@pytest.mark.parametrize("taken", ["1-0.journal", "7-3.ids", "8.damaged", "9.claim"])
def test_no_number_comes_again_of_which_there_is_a_file(tmp_path, taken):
    (tmp_path / taken).touch()

    assert Lease.take(tmp_path).epoch == int(taken[0]) + 1


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b"\xff", b"null", b'{"epoch": 1}', b"[" * 99999]
)
def test_a_damaged_writer_holds_nothing_and_its_number_does_not_come_again(tmp_path, content):
    first = Lease.take(tmp_path)
    (tmp_path / "writer").write_bytes(content)

    assert status(tmp_path).is_free
    assert not first.is_held()
    assert Lease.take(tmp_path).epoch == 2


@pytest.mark.parametrize(
    "change", [{"epoch": -3}, {"epoch": "1"}, {"epoch": 1e400}, {"word": ""}, {"holder": {}}]
)
def test_a_writer_of_other_kinds_of_words_holds_nothing(tmp_path, change):
    Lease.take(tmp_path)
    told = json.loads((tmp_path / "writer").read_text())
    (tmp_path / "writer").write_text(json.dumps(told | change))

    assert status(tmp_path).holder is None
    assert Lease.take(tmp_path).is_held()


def test_a_folder_that_vanishes_is_held_by_nobody(tmp_path):
    folder = tmp_path / "case"
    folder.mkdir()
    lease = Lease.take(folder)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()

    assert not lease.is_held()
    assert status(folder).is_free


def test_a_beat_that_cannot_be_read_is_an_error(tmp_path):
    Lease.take(tmp_path)
    (tmp_path / "1.beat").unlink()
    (tmp_path / "1.beat").mkdir()

    with pytest.raises(OSError, match="directory"):
        LeaseWatch(tmp_path).is_free()


def test_a_beat_of_other_bytes_is_no_beat(tmp_path):
    Lease.take(tmp_path)
    (tmp_path / "1.beat").write_bytes(b"\xff\xfe")

    assert status(tmp_path).beat == ""


def test_who_slept_before_signing_does_not_hold_what_was_taken_meanwhile(tmp_path, monkeypatch):
    sign, later = Lease._sign, []

    def sleep_then_sign(lease):
        monkeypatch.setattr(Lease, "_sign", sign)
        later.append(Lease.take(tmp_path))
        sign(lease)

    monkeypatch.setattr(Lease, "_sign", sleep_then_sign)

    sleeper = Lease.take(tmp_path)

    assert sleeper.epoch > later[0].epoch  # not the number that it had claimed first
    assert (sleeper.is_held(), later[0].is_held()) == (True, False)


def test_who_slept_before_claiming_shares_a_number_with_nobody_who_holds(tmp_path, monkeypatch):
    """Its number was held, overtaken and removed meanwhile: it can be claimed a second time."""
    claim, holders, seen = module._claim, [], []

    def sleep_then_claim(folder, epoch):
        monkeypatch.setattr(module, "_claim", claim)
        holders.extend(Lease.take(folder) for _ in range(2))
        return claim(folder, epoch)

    sign = Lease._sign

    def sign_and_look(lease):
        sign(lease)
        seen.append([holder.is_held() for holder in holders])

    monkeypatch.setattr(module, "_claim", sleep_then_claim)
    monkeypatch.setattr(Lease, "_sign", sign_and_look)

    sleeper = Lease.take(tmp_path)

    assert [holder.epoch for holder in holders] == [1, 2]
    assert seen[2:] == [[False, False], [False, False]]  # signed as 1 again, then as 3
    assert (sleeper.epoch, sleeper.is_held()) == (3, True)


def test_many_who_take_it_at_once_end_with_one_who_holds_it(tmp_path):
    taken = []
    threads = [
        threading.Thread(target=lambda: taken.append(Lease.take(tmp_path))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({lease.epoch for lease in taken}) == 8
    assert [lease.is_held() for lease in taken].count(True) == 1
    assert max(taken, key=lambda lease: lease.epoch).is_held()


def test_a_holder_elsewhere_that_moves_keeps_the_case(tmp_path, clock, elsewhere):
    lease = Lease.take(tmp_path)
    watch = LeaseWatch(tmp_path, clock)
    for _ in range(9):
        assert not watch.is_free()
        lease.beat()
        clock.now += 0.9 * STALE_S


def test_a_holder_elsewhere_that_stands_still_loses_it_after_some_seconds(
    tmp_path, clock, elsewhere
):
    Lease.take(tmp_path)
    watch = LeaseWatch(tmp_path, clock)

    found = []
    for _ in range(4):
        found.append(watch.is_free())
        clock.now += 0.4 * STALE_S

    assert found == [False, False, False, True]


def test_who_comes_next_is_watched_from_then_on(tmp_path, clock, elsewhere):
    Lease.take(tmp_path)
    watch = LeaseWatch(tmp_path, clock)
    assert not watch.is_free()
    clock.now += 0.9 * STALE_S
    Lease.take(tmp_path)

    assert not watch.is_free()
    clock.now += 0.9 * STALE_S
    assert not watch.is_free()


def test_a_case_that_nobody_ever_held_is_free(tmp_path):
    assert LeaseWatch(tmp_path).is_free()
