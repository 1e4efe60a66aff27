from __future__ import annotations

import asyncio
import base64

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard.page import downloads
from dashboard.page.downloads import main_download, other_downloads
from dashboard.session.autosave import Saved
from dashboard.session.messages import unexpected
from tests.conftest import ByHand, Later, draw_voxel, nifti_bytes, session_on
from workers.formats.nifti import nifti


class Bench:
    """A page that takes files which are too big for one message."""

    def __init__(self):
        self.files = []

    def send_file(self, name, content):
        self.files.append((name, content))


@pytest.fixture
def bench():
    """The page, which has been sent no file yet."""
    return Bench()


@pytest.fixture
def labelled(session):
    """A session in which one superpixel has label 2."""
    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    return session


def press(button):
    asyncio.run(button._async_sync_data())


def content_of(button):
    """The bytes in the data URL that the browser saves."""
    return base64.b64decode(button.data.partition("base64,")[2])


def test_labels_are_saved_under_the_volumes_name(labelled, bench):
    button = main_download(labelled, lambda: bench)

    press(button)

    assert button.filename == "two_dseg.nii.gz"
    assert_array_equal(nifti.read(content_of(button)).data, labelled.labels.data)
    assert not button.loading


def test_equal_labels_are_saved_again(labelled, bench):
    button, changes = main_download(labelled, lambda: bench), []
    press(button)
    button.param.watch(lambda event: changes.append(event.new), "data")

    press(button)

    assert changes[-1] is not None
    assert len(changes) >= 1


def test_without_labels_the_user_is_told_what_to_do(session, bench):
    button = main_download(session, lambda: bench)

    press(button)

    assert button.data is None
    assert session.notice == ("Nothing is labelled yet: draw a stroke first.", "info")
    assert not button.loading


def test_a_file_that_cannot_be_made_is_told(labelled, bench, monkeypatch):
    def fail(*_, **__):
        raise MemoryError("no room")

    monkeypatch.setattr(nifti, "encode_labels", fail)
    button = main_download(labelled, lambda: bench)

    press(button)

    assert labelled.notice == (
        f"Writing the labels failed. {unexpected(MemoryError())}",
        "error",
    )
    assert not button.loading


def test_a_file_too_big_for_one_message_goes_in_pieces(labelled, bench, monkeypatch):
    monkeypatch.setattr(downloads, "ONE_MESSAGE", 10)
    button = main_download(labelled, lambda: bench)

    press(button)

    (name, content) = bench.files[0]
    assert name == "two_dseg.nii.gz"
    assert_array_equal(nifti.read(content).data, labelled.labels.data)
    assert button.data is None


def test_a_file_is_called_after_the_volume_it_was_made_from(two_tissues, bench):
    executor = ByHand()
    session = session_on(two_tissues, executor=executor)
    executor.finish()
    session.paint(draw_voxel(session, (1, 1, 1)))
    button = main_download(session, lambda: bench)

    async def open_another_meanwhile():
        pressed = asyncio.ensure_future(button._async_sync_data())
        await asyncio.sleep(0)
        session.open(nifti_bytes(np.ones((3, 4, 5), np.uint8), np.eye(4)), "other.nii")
        while executor.waiting:
            executor.finish()
        await pressed

    asyncio.run(open_another_meanwhile())

    assert session.volume.name == "other"
    assert button.filename == "two_dseg.nii.gz"


def test_the_making_of_a_file_is_shown_and_can_be_cancelled(two_tissues, bench):
    executor, jobs = ByHand(), []
    session = session_on(two_tissues, executor=executor)
    executor.finish()
    session.paint(draw_voxel(session, (1, 1, 1)))
    session.param.watch(lambda event: jobs.append(event.new and event.new.title), "job")
    button = main_download(session, lambda: bench)

    async def cancel_it():
        pressed = asyncio.ensure_future(button._async_sync_data())
        await asyncio.sleep(0)
        session.cancel()
        await pressed

    asyncio.run(cancel_it())

    assert "Writing the labels" in jobs
    assert button.data is None
    assert not button.loading
    assert session.notice == ("Writing the labels was cancelled; nothing has changed.", "info")


@pytest.mark.parametrize(
    ("label", "ending"),
    [
        ("Download volume", ".nii.gz"),
        ("Download superpixels", "_superpixels.nii.gz"),
        ("Download label table", "_dseg.tsv"),
        ("Download statistics", "_statistics.csv"),
    ],
)
def test_the_other_files_are_saved_under_their_own_endings(labelled, bench, label, ending):
    row = other_downloads(labelled, lambda: bench)
    button = next(each for each in row if each.label == label)

    press(button)

    assert button.filename == f"two{ending}"
    if ending.endswith(".tsv"):
        assert content_of(button).startswith(b"index\tname\tcolor\n1\tlabel 1\t#")
    elif ending.endswith(".csv"):
        assert content_of(button).startswith(
            b"index,name,voxels,volume_mm3,mean,sd,min,max,median,"
        )
    else:
        wanted = {".nii.gz": labelled.volume.data}.get(ending, labelled.superpixels.ids)
        assert_array_equal(nifti.read(content_of(button)).data, wanted)


@pytest.mark.parametrize("at", range(4))
def test_without_a_volume_nothing_is_saved_and_it_is_said(bench, at, two_tissues):
    session = session_on(two_tissues, schedule=Later())
    button = other_downloads(session, lambda: bench)[at]

    press(button)

    assert button.data is None
    assert session.notice.kind == "info"


@pytest.mark.parametrize("export", ["export_labels", "export_table", "export_statistics"])
def test_a_page_that_only_reads_says_how_old_its_files_may_be(labelled, export):
    labelled.held = False

    assert getattr(labelled, export)().result()

    assert "This page only reads: the file holds the labels as they were" in labelled.notice.text


def test_what_is_saved_nowhere_is_told_to_be_in_the_file(labelled):
    labelled.saved = Saved(1, "No space left on device")

    labelled.export_labels().result()

    assert (
        labelled.notice.text == "The file holds all that this page shows, also what is not saved."
    )


def test_a_page_that_writes_says_nothing_of_its_files(labelled):
    told = labelled.notice

    labelled.export_labels().result()

    assert labelled.notice is told
