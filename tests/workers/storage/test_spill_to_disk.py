from __future__ import annotations

import pytest

from workers.storage import atomic_write
from workers.storage.spill_to_disk import Overflow


def test_little_stays_in_memory(tmp_path):
    with Overflow(tmp_path / "out", 6) as file:
        file.write(b"abc")
        file.write(b"def")

    assert file.content == b"abcdef"
    assert list(tmp_path.iterdir()) == []


def test_more_goes_to_a_file_that_is_there_when_it_is_whole(tmp_path):
    with Overflow(tmp_path / "out", 5) as file:
        for piece in (b"abc", b"def", memoryview(b"ghi")):
            file.write(piece)
        assert not (tmp_path / "out").exists()

    assert file.content == tmp_path / "out"
    assert (tmp_path / "out").read_bytes() == b"abcdefghi"


def test_after_an_error_nothing_is_left(tmp_path):
    with pytest.raises(TypeError), Overflow(tmp_path / "out", 2) as file:
        [file.write(piece) for piece in (b"abc", None)]

    assert list(tmp_path.iterdir()) == []


def test_on_a_full_disk_nothing_is_left(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_write, "_write", fail)

    with pytest.raises(OSError, match="No space left"), Overflow(tmp_path / "out", 2) as file:
        file.write(b"abc")

    assert list(tmp_path.iterdir()) == []
