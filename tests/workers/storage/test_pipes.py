from __future__ import annotations

import os
import socket
import stat
import threading
from pathlib import Path

import pytest

from workers.storage import atomic_write, pipes


@pytest.fixture
def pipe(tmp_path):
    """A named pipe."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def read_from(pipe):
    """Return a list that holds what comes out of a pipe, and the thread that reads it."""
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    return got, reader


@pytest.mark.parametrize("is_link", [False, True])
def test_a_pipe_stays_one_and_its_reader_gets_all(pipe, tmp_path, is_link):
    path = tmp_path / "link" if is_link else pipe
    if is_link:
        path.symlink_to(pipe)
    got, reader = read_from(pipe)

    atomic_write.replace(path, b"new" * 100_000, streams_too=True)

    reader.join(20)
    assert got == [b"new" * 100_000]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert path.is_symlink() == is_link


def test_a_pipe_is_neither_replaced_nor_waited_for_where_only_files_are_wanted(pipe):
    with pytest.raises(OSError, match="It is a pipe or a device, and no file"):
        atomic_write.replace(pipe, b"new")

    assert [*pipe.parent.iterdir()] == [pipe]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_device_is_written_to_and_stays_one():
    atomic_write.replace(os.devnull, b"new", streams_too=True)

    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    with pytest.raises(OSError, match="It is a pipe or a device"):
        atomic_write.replace(os.devnull, b"new")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_device_that_is_full_is_told():
    with pytest.raises(OSError, match="No space left"):
        atomic_write.replace("/dev/full", b"new", streams_too=True)


@pytest.mark.parametrize("name", ["/dev/fd/{}", "/proc/self/fd/{}", "link"])
def test_what_is_open_already_is_gone_on_with(name, tmp_path):
    with (tmp_path / "out").open("wb", buffering=0) as out:
        out.write(b"before ")
        if name == "link":
            (tmp_path / name).symlink_to(f"/dev/fd/{out.fileno()}")
        path = tmp_path / name.format(out.fileno())

        atomic_write.replace(path, b"new ", streams_too=True)

        out.write(b"after")
    assert (tmp_path / "out").read_bytes() == b"before new after"


def test_standard_output_is_known_by_its_name():
    numbers = [pipes.number(f"/dev/std{name}") for name in ("in", "out", "err")]

    assert numbers == [0, 1, 2]
    assert pipes.number("stdout") is None
    assert pipes.number("/proc/1/fd/1") is None


def test_what_is_not_open_is_an_error_before_the_work():
    with pytest.raises(OSError, match="Bad file descriptor"):
        atomic_write.check("/dev/fd/999", streams_too=True)


def test_a_folder_a_socket_and_a_circle_are_no_output(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    (tmp_path / "circle").symlink_to("circle")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        for name, said in {"": "a folder", "socket": "no file, pipe", "circle": "links"}.items():
            with pytest.raises(OSError, match=said):
                atomic_write.replace(tmp_path / name, b"", streams_too=True)
            with pytest.raises(OSError, match=said):
                atomic_write.check(tmp_path / name)


def test_what_cannot_be_written_is_known_before_the_work(tmp_path):
    with pytest.raises(FileNotFoundError, match="folder is not there"):
        atomic_write.check(tmp_path / "gone" / "a.csv")
    atomic_write.check(tmp_path / "new.csv")

    assert not any(tmp_path.iterdir())


def test_a_link_to_nothing_makes_what_it_points_to(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")

    atomic_write.replace(tmp_path / "link", b"new")

    assert (tmp_path / "file").read_bytes() == b"new"
    assert (tmp_path / "link").is_symlink()
