"""A file that is saved over is the old one or the new one, whatever happens to the writer."""

from __future__ import annotations

import errno
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.workers.storage.saving import content, number_of
from workers.storage import atomic_write

ROOT = Path(__file__).parents[3]
SIZE = 300_000
OLD, NEW = content(1, SIZE), content(2, SIZE)
TORTURE = [pytest.mark.torture, pytest.mark.timeout(3600)]


@pytest.fixture
def saved(tmp_path):
    """A file that was saved yesterday."""
    path = tmp_path / "labels.nii.gz"
    path.write_bytes(OLD)
    return path


def last_told(told):
    """The last number that the writer has told in full."""
    return int(told.rpartition(b"\n")[0].rpartition(b"\n")[2] or 0)


@pytest.mark.parametrize("kills", [12, pytest.param(1000, marks=TORTURE)])
def test_a_killed_writer_leaves_the_old_file_or_the_new(kills, saved, tmp_path):
    rng, number = random.Random(0), 1
    log = tmp_path.parent / "told"
    killed_within = 0

    for _ in range(kills):
        with log.open("wb") as sink:
            command = [
                sys.executable,
                "-m",
                "tests.workers.storage.saving",
                str(saved),
                str(number + 1),
            ]
            writer = subprocess.Popen([*command, str(SIZE)], cwd=ROOT, stdout=sink)
        while not log.stat().st_size and writer.poll() is None:
            time.sleep(0.002)
        time.sleep(rng.uniform(0, 0.01))
        writer.kill()
        assert writer.wait() == -9
        found, told = number_of(saved.read_bytes()), last_told(log.read_bytes())
        assert found is not None
        assert told <= found <= told + 1
        assert told > number
        left = len(list(tmp_path.iterdir())) - 1
        assert left <= 1  # its own; that of the writer before it has been taken away
        killed_within += left
        number = found

    assert killed_within > 0
    atomic_write.replace(saved, NEW)
    assert list(tmp_path.iterdir()) == [saved]


def fail_after(monkeypatch, offset, number):
    """Let writing go wrong after `offset` bytes, the last write before it being a short one."""
    write, done = os.write, 0

    def limited(descriptor, piece):
        nonlocal done
        if done >= offset:
            raise OSError(number, os.strerror(number))
        written = write(descriptor, piece[: offset - done])
        done += written
        return written

    monkeypatch.setattr(os, "write", limited)


@pytest.mark.parametrize(
    "number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT], ids=errno.errorcode.get
)
def test_where_writing_fails_the_old_file_stays(saved, monkeypatch, number):
    for offset in random.Random(2).sample(range(SIZE), 100):
        with monkeypatch.context() as patched:
            fail_after(patched, offset, number)
            with pytest.raises(OSError, match=re.escape(os.strerror(number))):
                atomic_write.replace(saved, NEW)

        assert saved.read_bytes() == OLD
        assert list(saved.parent.iterdir()) == [saved]


def test_a_quota_of_the_system_at_100_offsets_leaves_the_old_file(saved):
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for offset in random.Random(3).sample(range(SIZE), 100):
        resource.setrlimit(resource.RLIMIT_FSIZE, (offset, hard))
        try:
            with pytest.raises(OSError, match="File too large"):
                atomic_write.replace(saved, NEW)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))
        assert saved.read_bytes() == OLD
        assert list(saved.parent.iterdir()) == [saved]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte, where one may be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("there is no mount to make a small disk with")
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    mounted = subprocess.run(command, check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_full_keeps_the_old_file_and_takes_a_smaller_one(small_disk):
    path = small_disk / "labels.nii.gz"
    atomic_write.replace(path, OLD)

    for size in range(750_000, 1_750_000, 10_000):
        with pytest.raises(OSError, match="No space left"):
            atomic_write.replace(path, bytes(size))
        assert path.read_bytes() == OLD
        assert list(small_disk.iterdir()) == [path]

    atomic_write.replace(path, NEW)
    assert path.read_bytes() == NEW


def test_a_disk_that_is_read_only_keeps_the_old_file(small_disk):
    path = small_disk / "labels.nii.gz"
    atomic_write.replace(path, OLD)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)

    with pytest.raises(OSError, match=r"Permission denied|Read-only"):
        atomic_write.replace(path, NEW)
    with pytest.raises(OSError, match="Read-only"):
        atomic_write.replace(small_disk / "new.nii.gz", NEW)

    assert path.read_bytes() == OLD
    assert list(small_disk.iterdir()) == [path]


def test_a_write_that_takes_nothing_is_an_error_and_no_endless_loop(saved, monkeypatch):
    monkeypatch.setattr(os, "write", lambda descriptor, piece: 0)

    with pytest.raises(OSError, match="Nothing more"):
        atomic_write.replace(saved, NEW)

    assert saved.read_bytes() == OLD
