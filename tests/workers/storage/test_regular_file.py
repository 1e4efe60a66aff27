"""Regular files only, and none outside of the folder that is allowed."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from workers.storage.regular_file import links_in, open_regular, read_regular
from workers.storage.unreadable import UnreadableFile


@pytest.fixture
def house(tmp_path):
    """A data folder with a file, and beside it what nobody may read."""
    data, secret = tmp_path / "data", tmp_path / "data secret"
    for folder, told in ((data, b"told"), (secret, b"secret")):
        folder.mkdir()
        (folder / "file").write_bytes(told)
    (data / "inner").symlink_to("file")
    (data / "outer").symlink_to(secret / "file")
    (data / "chain").symlink_to("outer")
    (data / "way").symlink_to(secret)
    (data / "gone").symlink_to("nothing")
    os.mkfifo(data / "pipe")
    return tmp_path


@pytest.fixture
def data(house):
    return house / "data"


@pytest.mark.parametrize("name", ["file", "inner"])
def test_a_file_and_a_link_to_one_inside_are_read(data, name):
    assert read_regular(data / name, 10, data) == b"told"


@pytest.mark.parametrize("name", ["outer", "chain", "way/file", "../data secret/file"])
def test_what_lies_outside_is_refused_where_there_is_a_bound_only(data, name):
    with pytest.raises(UnreadableFile, match="table leads out of it"):
        open_regular(data / name, data, "table")

    assert read_regular(data / name, 10) == b"secret"


def test_a_folder_may_be_allowed_by_a_link_to_it(data, house):
    (house / "alias").symlink_to(data)

    assert read_regular(data / "inner", 10, house / "alias") == b"told"


def test_no_pipe_is_waited_for_and_no_device_read(data):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(data / "socket"))
        for path, kind in (
            (data / "pipe", "a pipe or a socket"),
            (data / "socket", "a pipe or a socket"),
            (data, "a folder or a device"),
            ("/dev/zero", "a folder or a device"),
            ("/dev/null", "a folder or a device"),
        ):
            with pytest.raises(UnreadableFile, match=f"expected a file; this is {kind}"):
                open_regular(path)


def test_a_pipe_that_takes_the_place_meanwhile_is_not_waited_for(data, monkeypatch):
    """What was opened counts, not what was there when one looked."""
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, *how: real(data / "pipe", *how))

    done = threading.Event()

    def read():
        with pytest.raises(UnreadableFile, match="a pipe"):
            open_regular(data / "file")
        done.set()

    threading.Thread(target=read, daemon=True).start()

    assert done.wait(20)


def test_a_link_that_takes_the_place_meanwhile_gains_nothing(data, house, monkeypatch):
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, *how: real(house / "data secret/file", *how))

    with pytest.raises(UnreadableFile):
        open_regular(data / "file", data)


def test_more_than_is_allowed_is_not_read(data):
    with pytest.raises(UnreadableFile, match="at most 3 bytes; this has more"):
        read_regular(data / "file", 3)


def test_no_descriptor_is_left_open(data):
    before = len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(20):
        for name in ("outer", "pipe", "file"):
            with pytest.raises(UnreadableFile):
                read_regular(data / name, 1, data)

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_links_are_found_and_not_followed(data):
    (data / "below").mkdir()
    (data / "below" / "one").symlink_to("nowhere")

    found = {str(path.relative_to(data)) for path in links_in(data)}

    assert found == {"inner", "outer", "chain", "way", "gone", "below/one"}
