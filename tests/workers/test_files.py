from __future__ import annotations

import contextlib
import errno
import os
import stat

import pytest

from workers import files


@pytest.fixture
def old(tmp_path):
    """A file with something in it."""
    path = tmp_path / "labels.nii.gz"
    path.write_bytes(b"old")
    return path


def test_a_file_is_replaced_whole(old):
    files.replace(old, b"new")

    assert old.read_bytes() == b"new"
    assert list(old.parent.iterdir()) == [old]


def test_a_file_that_was_not_there_is_made(tmp_path):
    files.replace(str(tmp_path / "new.bin"), b"new")

    assert (tmp_path / "new.bin").read_bytes() == b"new"


@pytest.mark.parametrize("step", ["fsync", "write", "replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(old, monkeypatch, step):
    def fail(*args):
        raise OSError("disk full")

    if step == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    elif step == "write":
        monkeypatch.setattr(files, "_write", lambda path, *_: path.touch() or fail())
    else:
        monkeypatch.setattr(files.Path, "replace", fail)

    with pytest.raises(OSError, match="disk full"):
        files.replace(old, b"new")

    assert old.read_bytes() == b"old"
    assert list(old.parent.iterdir()) == [old]


def test_the_content_is_on_disk_before_it_takes_the_name(old, monkeypatch):
    seen = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: seen.append(old.read_bytes()) or fsync(fd))

    files.replace(old, b"new")

    assert seen == [b"old", b"new"]


@pytest.mark.parametrize(("error", "stops"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_folder_that_its_file_system_cannot_force_to_disk_is_no_failure(
    old, monkeypatch, error, stops
):
    fsync = os.fsync

    def force(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(error, os.strerror(error))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", force)

    with pytest.raises(OSError, match="error") if stops else contextlib.nullcontext():
        files.replace(old, b"new")

    assert old.read_bytes() == b"new"


@pytest.mark.parametrize(("umask", "expected"), [(0, 0o600), (0o077, 0o600), (0o277, 0o400)])
def test_a_new_file_can_be_kept_from_others(tmp_path, umask, expected):
    before = os.umask(umask)
    try:
        files.replace(tmp_path / "new", b"new", 0o600)
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == expected


def test_permissions_are_kept(old):
    old.chmod(0o640)

    files.replace(old, b"new")

    assert stat.S_IMODE(old.stat().st_mode) == 0o640


def test_a_link_goes_on_pointing_to_the_file(old):
    link = old.with_name("link")
    link.symlink_to(old)

    files.replace(link, b"new")

    assert link.is_symlink()
    assert old.read_bytes() == b"new"


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        files.replace(tmp_path / "missing" / "a", b"new")
