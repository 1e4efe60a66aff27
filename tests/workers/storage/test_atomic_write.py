from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from workers.storage import atomic_write


@pytest.fixture
def old(tmp_path):
    """A file with something in it."""
    path = tmp_path / "labels.nii.gz"
    path.write_bytes(b"old")
    return path


def test_a_file_is_replaced_whole(old):
    atomic_write.replace(old, b"new")

    assert old.read_bytes() == b"new"
    assert list(old.parent.iterdir()) == [old]


def test_a_file_that_was_not_there_is_made(tmp_path):
    atomic_write.replace(str(tmp_path / "new.bin"), b"new")

    assert (tmp_path / "new.bin").read_bytes() == b"new"


@pytest.mark.parametrize("step", ["fsync", "write", "replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(old, monkeypatch, step):
    def fail(*args):
        raise OSError("disk full")

    if step in {"fsync", "write"}:
        monkeypatch.setattr(os, step, fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)

    with pytest.raises(OSError, match="disk full"):
        atomic_write.replace(old, b"new")

    assert old.read_bytes() == b"old"
    assert list(old.parent.iterdir()) == [old]


def test_the_content_is_on_disk_before_it_takes_the_name(old, monkeypatch):
    seen = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: seen.append(old.read_bytes()) or fsync(fd))

    atomic_write.replace(old, b"new")

    assert seen == [b"old", b"new"]


def test_permissions_are_kept(old):
    old.chmod(0o640)

    atomic_write.replace(old, b"new")

    assert stat.S_IMODE(old.stat().st_mode) == 0o640


def test_a_link_goes_on_pointing_to_the_file(old):
    link = old.with_name("link")
    link.symlink_to(old)

    atomic_write.replace(link, b"new")

    assert link.is_symlink()
    assert old.read_bytes() == b"new"


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        atomic_write.replace(tmp_path / "missing" / "a", b"new")


def test_a_file_that_may_not_be_written_to_is_not_replaced(old, monkeypatch):
    # For root every file may be, so the refusal of the operating system is played.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)

    with pytest.raises(PermissionError, match="Permission denied"):
        atomic_write.replace(old, b"new")

    assert old.read_bytes() == b"old"


def folder_sync_fails(monkeypatch, number):
    """Let the second sync, that of the folder, fail."""
    fsync, calls = os.fsync, []

    def fail(descriptor):
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(number, os.strerror(number))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fail)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EBADF])
def test_a_file_system_that_cannot_sync_a_folder_is_taken_as_it_is(old, monkeypatch, number):
    folder_sync_fails(monkeypatch, number)

    atomic_write.replace(old, b"new")

    assert old.read_bytes() == b"new"


def test_a_folder_that_fails_to_reach_the_disk_is_told(old, monkeypatch):
    folder_sync_fails(monkeypatch, errno.EIO)

    with pytest.raises(OSError, match="Input/output error"):
        atomic_write.replace(old, b"new")

    assert old.read_bytes() == b"new"
    assert list(old.parent.iterdir()) == [old]


def test_what_a_killed_writer_left_is_taken_away_by_the_next(old):
    left = old.with_name(".labels.nii.gz.0123abcd")
    left.write_bytes(b"half of someth")

    atomic_write.replace(old, b"new")

    assert list(old.parent.iterdir()) == [old]


@pytest.mark.parametrize(
    "name", [".labels.nii.gz.0123abc", ".labels.nii.gz.0123abcde", ".other.nii.gz.0123abcd"]
)
def test_files_of_others_are_left_alone(old, name):
    old.with_name(name).write_bytes(b"theirs")

    atomic_write.replace(old, b"new")

    assert old.with_name(name).read_bytes() == b"theirs"


def test_odd_things_under_the_name_of_a_left_one_are_neither_followed_nor_waited_for(old):
    victim = old.with_name("victim")
    victim.write_bytes(b"victim")
    old.with_name(".labels.nii.gz.00000001").symlink_to(victim)
    os.mkfifo(old.with_name(".labels.nii.gz.00000002"))
    old.with_name(".labels.nii.gz.00000003").mkdir()

    atomic_write.replace(old, b"new")

    assert victim.read_bytes() == b"victim"
    assert old.read_bytes() == b"new"


def test_a_writer_that_lives_keeps_what_it_is_writing(old, monkeypatch):
    write, nested = os.write, []

    def write_while_another_saves(descriptor, piece):
        if not nested:
            nested.append(True)
            atomic_write.replace(old, b"another's")
        return write(descriptor, piece)

    monkeypatch.setattr(os, "write", write_while_another_saves)

    atomic_write.replace(old, b"new")

    assert old.read_bytes() == b"new"
    assert list(old.parent.iterdir()) == [old]


def test_a_writer_whose_file_is_swept_before_it_is_locked_begins_again(old, monkeypatch):
    lock, swept = atomic_write._lock, []

    def lose_the_first(descriptor):
        if not swept:
            swept.extend(path for path in old.parent.iterdir() if path != old)
            swept[0].unlink()
        return lock(descriptor)

    monkeypatch.setattr(atomic_write, "_lock", lose_the_first)

    atomic_write.replace(old, b"new")

    assert old.read_bytes() == b"new"
    assert list(old.parent.iterdir()) == [old]


@pytest.mark.parametrize("number", [errno.ENOTSUP, errno.ENOLCK])
def test_where_there_are_no_locks_a_file_is_replaced_all_the_same(old, monkeypatch, number):
    def fail(descriptor, operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(atomic_write.fcntl, "flock", fail)

    atomic_write.replace(old, b"new")

    assert list(old.parent.iterdir()) == [old]


def test_the_longest_name_can_be_written(tmp_path):
    path = tmp_path / ("脳" * 82 + ".nii.gz")

    atomic_write.replace(path, b"new")

    assert path.read_bytes() == b"new"
