from __future__ import annotations

from types import SimpleNamespace

import pytest

from dashboard.page import upload as module
from dashboard.page.upload import MOST_NAME, Dropper, plain_name


@pytest.fixture
def refused():
    """The sentences that the user was told."""
    return []


@pytest.fixture
def dropper(refused):
    """A place for files, of at most 2 MB here."""
    return Dropper(refused.append)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(module, "MOST_MB", 2)


def send(dropper, content, chunk=1, total=1, name="scan.nii", kind=""):
    data = {"name": name, "data": content, "chunk": chunk, "total_chunks": total, "type": kind}
    dropper._process_event(SimpleNamespace(event_name="upload_event", data=data))


def kept(dropper):
    """Bytes that wait for the rest of their file."""
    return sum(len(piece) for pieces in dropper._file_buffer.values() for piece in pieces)


def test_a_file_in_pieces_arrives_whole(dropper, refused):
    send(dropper, b"ab", 1, 2)
    send(dropper, b"cd", 2, 2)

    assert dropper.value == {"scan.nii": b"abcd"}
    assert (kept(dropper), refused) == (0, [])


def test_a_file_that_is_larger_than_it_may_be_is_refused_whatever_the_page_says(dropper, refused):
    for chunk in range(1, 40):
        send(dropper, b"0" * 500_000, chunk, 5)

    assert dropper.value == {}
    assert kept(dropper) == 0
    assert refused[0] == "Expected a file of at most 2 MB: put a larger one into the data folder."


def test_many_files_that_never_end_are_not_kept(dropper):
    for n in range(100):
        send(dropper, b"0" * 1_000_000, 1, 2, name=f"{n}.nii")

    assert kept(dropper) <= 1_000_000


@pytest.mark.parametrize(
    ("content", "chunk", "total"),
    [("text", 1, 1), (None, 1, 1), ([0] * 9, 1, 1), (b"a", 2, 2), (b"a", -1, 1), (b"a", "1", 1),
     (b"a", 1, "1"), (b"a", None, None)],
)  # fmt: skip
def test_what_is_no_piece_of_a_file_is_dropped(dropper, content, chunk, total):
    send(dropper, content, chunk, total)

    assert dropper.value == {}
    assert kept(dropper) == 0


def test_a_piece_out_of_order_ends_the_file(dropper, refused):
    send(dropper, b"a", 1, 3)
    send(dropper, b"c", 3, 3)
    send(dropper, b"b", 2, 3)

    assert dropper.value == {}
    assert refused == ["The file did not arrive whole: drop it again."]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.nii", "passwd.nii"),
        ("/home/anna/.ssh/id.nii", "id.nii"),
        ("C:\\scans\\a.nii", "a.nii"),
        ("a\nb\r\x00c.nii", "a b c.nii"),
        ("gpj\u202eiin.", "gpj iin."),
        ("\ud800x.nii", "x.nii"),
        ("", "file"),
        ("..", ".."),
        ("läsion (1).nii.gz", "läsion (1).nii.gz"),
    ],
)
def test_a_name_is_shown_without_folders_and_what_cannot_be_seen(dropper, name, shown):
    send(dropper, b"a", name=name)

    assert list(dropper.value) == [shown]


def test_a_long_name_is_cut_and_keeps_its_ending():
    name = plain_name("a" * 100_000 + ".nii.gz")

    assert len(name) <= MOST_NAME
    assert name.endswith(".nii.gz")
