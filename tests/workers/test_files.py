from __future__ import annotations

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

    if step in {"fsync", "write"}:
        monkeypatch.setattr(os, step, fail)
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
