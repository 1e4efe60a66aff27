"""What a file of the data folder may be, and where it may lead, whatever it is opened as."""

from __future__ import annotations

import os
import shutil
import socket

import nibabel as nib
import numpy as np
import pytest
import tifffile

from dashboard.cli.main import main
from dashboard.cluster.read_executor import Reading
from dashboard.page.commands import Commands
from dashboard.page.errors import guarded
from dashboard.session.session import Session
from dashboard.volumes.cache.store import Storage, Store
from dashboard.volumes.data_folder import Folder
from dashboard.volumes.open_volume import read_volume
from tests.conftest import Inline, nifti_bytes, now
from tests.workers.formats.test_ome_zarr import write
from workers.storage.unreadable import UnreadableFile

KINDS = ["volume", "series", "labels", "superpixels", "table"]
TABLE = "index\tname\tcolor\n1\tfrom elsewhere\t#ff0000\n"


@pytest.fixture
def house(tmp_path, two_tissues):
    """A data folder with a volume, and beside it files of each kind that nobody may open."""
    (tmp_path / "data").mkdir()
    (tmp_path / "secret").mkdir()
    scan = nifti_bytes(two_tissues.data, two_tissues.affine)
    ids = np.ones(two_tissues.shape, "u2")
    (tmp_path / "data" / "scan.nii").write_bytes(scan)
    (tmp_path / "data" / "ones.nii").write_bytes(nifti_bytes(ids, two_tissues.affine))
    (tmp_path / "secret" / "ones.tsv").write_text(TABLE)
    return tmp_path


@pytest.fixture
def data(house):
    return house / "data"


@pytest.fixture
def session(data):
    """A page's session with the volume of the data folder."""
    session = Session(Inline(), Inline(), now)
    session.open(data / "scan.nii", "scan.nii")
    assert session.volume is not None
    session.state.notice = None
    return session


@pytest.fixture
def ask(session, data):
    """Asks the page to open a path of the data folder; returns what was said."""

    def guard(handler):
        return guarded(session, handler)

    hearing = Commands(session, Folder(data), lambda *_, **__: None, guard)

    def ask(path, kind):
        guard(hearing.hear)("open", {"path": path, "kind": kind})
        return session.notice.text if session.notice else ""

    return ask


@pytest.mark.parametrize("kind", KINDS)
def test_no_pipe_and_no_socket_is_opened_as_anything(ask, data, session, kind):
    os.mkfifo(data / "pipe.nii")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(data / "socket.nii"))
        before = session.revision, session.volume, session.channels, session.table

        for name in ("pipe.nii", "socket.nii"):
            session.state.notice = None
            assert "expected a file; this is a pipe or a socket" in ask(name, kind)

        assert (session.revision, session.volume, session.channels, session.table) == before


def test_a_table_beside_the_labels_is_used_if_it_lies_inside(ask, data, session):
    (data / ".annex").write_text(TABLE)
    (data / "ones.tsv").symlink_to(".annex")

    ask("ones.nii", "labels")

    assert "from elsewhere" in {label.name for label in session.table}


def test_a_table_beside_the_labels_that_leads_out_is_not_told(ask, data, house, session):
    (data / "ones.tsv").symlink_to(house / "secret" / "ones.tsv")

    said = ask("ones.nii", "labels")

    assert "The table beside the labels is not used." in said
    assert "leads out of it" in said
    assert "elsewhere" not in said
    assert "from elsewhere" not in {label.name for label in session.table}
    assert session.labels.data.any()


def pair(folder, two_tissues):
    """A pair of .hdr and .img; returns what is opened, and what it leads to."""
    nib.save(nib.Nifti1Pair(two_tissues.data + 1, two_tissues.affine), folder / "other.img")
    return "other.hdr", folder / "other.img"


def slices(folder, two_tissues):
    (folder / "slices").mkdir()
    for k in range(two_tissues.shape[2]):
        tifffile.imwrite(folder / "slices" / f"{k}.tif", two_tissues.data[:, :, k].astype("f4"))
    return "slices", folder / "slices" / "0.tif"


def zarr(folder, two_tissues):
    write(folder / "other.zarr", [two_tissues.data.astype("f4")], version=3)
    return "other.zarr", folder / "other.zarr" / "0" / "c" / "0" / "0" / "0"


@pytest.mark.parametrize("form", [pair, slices, zarr])
@pytest.mark.parametrize("on_disk", [False, True], ids=["in memory", "on disk"])
def test_what_a_file_leads_to_must_lie_inside_too(house, data, two_tissues, form, on_disk):
    name, member = form(data, two_tissues)
    moved = house / "secret" / member.name
    member.rename(moved)
    member.symlink_to(moved)
    store = Store(Storage(house / "cache", budget_gb=0 if on_disk else None))

    with pytest.raises(UnreadableFile, match="leads out of it"):
        read_volume(data / name, name, within=data, store=store)

    # Named on a command line it is read; that does not open it to a page.
    assert read_volume(data / name, name, store=store).shape
    with pytest.raises(UnreadableFile, match="leads out of it"):
        read_volume(data / name, name, within=data, store=store)


@pytest.mark.parametrize("form", [pair, slices, zarr])
def test_a_page_opens_nothing_that_leads_out(ask, house, data, session, two_tissues, form):
    name, member = form(data, two_tissues)
    moved, before = house / "secret" / member.name, session.volume
    member.rename(moved)
    member.symlink_to(moved)

    said = ask(name, "volume")

    assert "leads out of it" in said
    assert session.volume is before


@pytest.mark.parametrize("form", [pair, slices, zarr])
def test_links_that_stay_inside_are_opened(ask, data, session, two_tissues, form):
    name, member = form(data, two_tissues)
    member.rename(data / ".annex")
    member.symlink_to(data / ".annex")

    assert "leads out" not in ask(name, "volume")
    assert session.volume.name == name.partition(".")[0]


def test_a_question_is_answered_within_the_same_folder(data, session):
    """A file of several volumes is opened by a second message; its bound is that of the first."""
    many = np.zeros((4, 5, 6, 2), "u1")
    nib.save(nib.Nifti1Image(many, np.eye(4)), data / "many.nii")

    def guard(handler):
        return guarded(session, handler)

    hearing = Commands(session, Folder(data), lambda *_, **__: None, guard)
    hearing.hear("open", {"path": "many.nii", "kind": "volume"})
    assert session.question.within == data
    (data / "many.nii").rename(data.parent / "secret" / "many.nii")
    (data / "many.nii").symlink_to(data.parent / "secret" / "many.nii")

    guard(hearing.hear)("open_volume_of", {"volume": 1})

    assert "leads out of it" in session.notice.text


# On the command line


def command(capsys, *words):
    status = main(list(map(str, words)))
    return status, capsys.readouterr().err


@pytest.fixture
def pipe(data):
    os.mkfifo(data / "pipe.nii")
    return data / "pipe.nii"


def test_no_command_waits_for_a_pipe(capsys, data, pipe):
    scan, ones, out = data / "scan.nii", data / "ones.nii", data / "out.nii.gz"

    for words in (
        ("partition", pipe, out),
        ("partition", scan, out, "--with", pipe),
        ("stats", pipe, ones),
        ("stats", scan, pipe),
        ("stats", scan, ones, "--table", pipe),
    ):
        status, said = command(capsys, *words)
        assert status == 2, words
        assert "pipe.nii: expected a file; this is a pipe or a socket." in said, words


def test_no_server_starts_with_a_pipe(capsys, data, pipe):
    assert command(capsys, "serve", pipe) == (
        2, f"Expected a volume; there is none at {pipe}.\n"
    )  # fmt: skip
    options = ("--host", "0.0.0.0", "--basic-auth", pipe)  # noqa: S104 - it does not start
    status, said = command(capsys, "serve", "--data-root", data / "root", *options)
    assert (status, "--basic-auth expects" in said) == (2, True)


def test_a_table_that_is_named_may_be_a_link(capsys, data, house):
    (data / "table.tsv").symlink_to(house / "secret" / "ones.tsv")

    status = main(["stats", str(data / "scan.nii"), str(data / "ones.nii"),
                   "--table", str(data / "table.tsv")])  # fmt: skip

    assert status == 0
    assert "from elsewhere" in capsys.readouterr().out


# A disk that does not answer


def test_a_folder_that_does_not_answer_holds_up_nobody(data, monkeypatch, house):
    """Neither the page's thread, nor other pages, nor the same one after Cancel."""
    (data / "dead").mkdir()
    pipe = house / "no answer"
    os.mkfifo(pipe)
    real = os.scandir

    def scandir(path):
        if str(path).endswith("dead"):
            os.close(os.open(pipe, os.O_RDONLY))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    files, answers = Reading(), []
    sessions = [Session(Inline(), files, now) for _ in range(6)]
    hearings = [
        Commands(each, Folder(data), lambda _, **values: answers.append(values), lambda f: f)
        for each in sessions
    ]

    for hearing in hearings:
        hearing.hear("list", {"path": "dead"})
    assert all(each.job.title == "Listing dead" for each in sessions)
    assert files.submit(lambda: "read").result(60) == "read"
    sessions[0].cancel()

    assert sessions[0].job is None
    assert answers == []
    monkeypatch.undo()
    shutil.rmtree(data / "dead")
    os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))
