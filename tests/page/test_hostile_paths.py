"""What a page may ask of the data folder, whoever wrote the page."""

from __future__ import annotations

import os

import pytest

from dashboard.page.commands import Commands
from dashboard.page.errors import guarded
from dashboard.session.session import Session
from dashboard.volumes.data_folder import Folder
from tests.conftest import Inline, nifti_bytes, now


@pytest.fixture
def house(tmp_path, two_tissues):
    """A data folder, and beside it a scan that nobody may open, with ways that lead to it."""
    scan = nifti_bytes(two_tissues.data, two_tissues.affine)
    data, other = tmp_path / "data", tmp_path / "data other"
    for folder in (data, data / "inner", other):
        folder.mkdir()
        (folder / "scan.nii").write_bytes(scan)
    (data / "link.nii").symlink_to(other / "scan.nii")
    (data / "relative.nii").symlink_to("../data other/scan.nii")
    (data / "chain.nii").symlink_to("link.nii")
    (data / "folder").symlink_to(other)
    (data / "loop.nii").symlink_to("loop.nii")
    os.mkfifo(data / "pipe.nii")
    return tmp_path


@pytest.fixture
def asked(house):
    """Asks the session of a page to open a path; returns what is open then, and what was said."""
    session, answers = Session(Inline(), Inline(), now), []

    def guard(handler):
        return guarded(session, handler)

    folder = Folder(house / "data")
    hearing = Commands(session, folder, lambda kind, **values: answers.append(values), guard)

    def ask(path, verb="open", **more):
        guard(hearing.hear)(verb, {"path": path, **more})
        return session.volume, session.notice and session.notice.text, answers

    return ask


@pytest.mark.parametrize("path", ["scan.nii", "inner/scan.nii", "inner/../scan.nii", "./scan.nii"])
def test_what_lies_in_the_folder_is_opened(asked, path):
    assert asked(path, kind="volume")[0] is not None


@pytest.mark.parametrize(
    "path",
    [
        "../data other/scan.nii",
        "inner/../../data other/scan.nii",
        "link.nii",
        "relative.nii",
        "chain.nii",
        "folder/scan.nii",
        "folder",
        "loop.nii",
        "pipe.nii",
        "inner",
        "",
        ".",
        "..",
        "/etc/passwd",
        "//etc/passwd",
        "~/.ssh/id_rsa",
        "file:///etc/passwd",
        "..\\data other\\scan.nii",
        "%2e%2e/data other/scan.nii",
        "scan.nii\0.png",
        "\ud800.nii",
        "a" * 300,
        "a/" * 5000,
        "scan.nii/../../data other/scan.nii",
        "/dev/zero",
        "/proc/self/environ",
        "/proc/self/fd/0",
        "\n",
    ],
)  # fmt: skip
def test_what_lies_elsewhere_or_is_no_file_is_refused_in_a_sentence(asked, path):
    volume, said, _ = asked(path, kind="volume")

    assert volume is None
    assert said
    assert "inside supervox" not in said


def test_the_whole_path_of_another_file_is_refused(asked, house):
    assert asked(str(house / "data other" / "scan.nii"), kind="volume")[0] is None


@pytest.mark.parametrize("path", ["..", "folder", "/", "../data other", "\0", "\ud800", "loop.nii"])
def test_no_other_folder_is_listed(asked, path):
    _, said, answers = asked(path, verb="list")

    assert answers == []
    assert said
    assert "inside supervox" not in said


def test_the_list_shows_no_way_out_and_no_pipe(asked):
    *_, (listing,) = asked("", verb="list")

    assert listing["files"] == ("scan.nii",)
    assert listing["folders"] == ("inner",)
