"""What leaves a volume on disk is what leaves the same in memory, bit for bit."""

from __future__ import annotations

import asyncio
import errno
from concurrent.futures import CancelledError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.page.downloads import main_download
from dashboard.session.session import Refused
from dashboard.volumes import write_stored
from dashboard.volumes.data_folder import Folder
from tests.conftest import ByHand, Inline, draw, draw_voxel, session_on, tissues
from tests.session.test_stored_session import (
    PIR,
    SHAPE,
    WISH,
    driver,  # noqa: F401 - a fixture for all of these
    open_stored,
    partitioned,
)
from tests.stored import store_volume
from workers.formats.nifti import nifti
from workers.formats.nifti.nifti import encode_labels
from workers.storage import atomic_write


@pytest.fixture
def plain():
    """A volume in memory, as a file gives it."""
    return session_on(tissues(SHAPE, PIR, "small"), settings=WISH).volume


@pytest.fixture
def data(tmp_path):
    """The data folder."""
    (tmp_path / "data" / "scans").mkdir(parents=True)
    return Folder(tmp_path / "data", "/files/")


@pytest.fixture
def session(plain, data, tmp_path):
    """A stored volume that lies in a folder of the data folder, partitioned and labelled."""
    volume = store_volume(plain, tmp_path / "cache")
    session = open_stored(volume, folder=data)
    session.opening.places[volume.digest] = data.root / "scans"
    for n in range(5):
        session.paint(draw(session, "axial", 1 + n, (n, 0), (n + 2, 8), label=n % 3 + 1))
    return session


def whole(array):
    return array[(slice(None),) * 3]


def overflowing(monkeypatch):
    """Take everything for too big to be downloaded."""
    monkeypatch.setitem(write_stored.write_out.__kwdefaults__, "most_bytes", 10)


def listed(folder):
    return sorted(path.relative_to(folder.root).as_posix() for path in folder.root.rglob("*.gz"))


def test_labels_are_the_bytes_of_the_same_labels_in_memory(session):
    expected = encode_labels(whole(session.labels.data), session.volume.header)

    assert session.export_labels().result() == expected


def test_superpixels_are_the_bytes_of_the_same_in_memory(session):
    expected = encode_labels(whole(session.superpixels.ids_array()), session.volume.header)

    assert session.export_superpixels().result() == expected


@settings(max_examples=20)
@given(
    layer=st.integers(1, 3000),
    labels=st.lists(st.sampled_from([1, 255, 256, 65535]), min_size=1, max_size=4),
)
def test_however_few_planes_are_held_the_bytes_are_the_same(tmp_path_factory, layer, labels):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write_stored, "LAYER_BYTES", layer)
        root = tmp_path_factory.mktemp("cache")
        volume = session_on(tissues(SHAPE, PIR, "small"), settings=WISH).volume
        labelled = write_stored.LabelMap(SHAPE, store_volume(volume, root).zeros(np.uint16))
        for n, label in enumerate(labels):
            mask = np.ones((2, 3, 2), bool)
            box = slice(n, n + 2), slice(2 * n, 2 * n + 3), slice(n + 1, n + 3)
            patch_of = leaving_patch(box, mask, label)
            labelled.apply(patch_of)

        found = write_stored.write_out(write_stored.label_writer(labelled, volume.header), None)

    assert found == encode_labels(labelled.read((slice(None),) * 3), volume.header)


def leaving_patch(box, mask, label):
    from dashboard.annotation.label_map import Edit, Patch

    return Edit((Patch(box, mask, 0, label),), "given")


def test_what_is_big_is_saved_beside_the_volume_and_the_page_says_where(session, data, monkeypatch):
    overflowing(monkeypatch)

    assert session.export_labels().result() is None
    assert session.export_labels().result() is None
    assert session.export_superpixels().result() is None

    assert listed(data) == [
        "scans/small_dseg-2.nii.gz",
        "scans/small_dseg.nii.gz",
        "scans/small_superpixels.nii.gz",
    ]
    assert session.notice.kind == "success"
    assert session.notice.text.endswith(
        "saved in the data folder, as scans/small_superpixels.nii.gz."
    )
    assert session.notice.link == "/files/scans/small_superpixels.nii.gz"
    saved = (data.root / "scans/small_dseg-2.nii.gz").read_bytes()
    assert saved == encode_labels(whole(session.labels.data), session.volume.header)


def test_the_button_has_nothing_to_send_where_a_file_was_saved(session, monkeypatch):
    overflowing(monkeypatch)
    button = main_download(session, lambda: pytest.fail("nothing is sent"))

    asyncio.run(button._async_sync_data())

    assert button.data is None
    assert not button.loading
    assert "saved in the data folder" in session.notice.text


def test_a_volume_from_elsewhere_has_its_files_in_the_data_folder(
    session, data, monkeypatch, tmp_path
):
    overflowing(monkeypatch)
    session.opening.places[session.volume.digest] = tmp_path / "elsewhere"

    session.export_labels()

    assert listed(data) == ["small_dseg.nii.gz"]


def test_a_full_disk_is_said_and_nothing_is_left(session, data, monkeypatch):
    overflowing(monkeypatch)

    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic_write, "_write", fail)

    assert session.export_labels().result() is None

    assert "could not be written" in session.notice.text
    assert "No space left on device" in session.notice.text
    assert [*data.root.rglob("*.*")] == []


def test_an_export_that_is_cancelled_leaves_nothing(session, data, monkeypatch):
    overflowing(monkeypatch)
    session.executors.threads = ByHand(stubborn=True)
    exported = session.export_labels()
    assert session.job.title == "Writing the labels"

    session.cancel()
    session.executors.threads.finish()

    assert exported.result() is None
    assert session.notice.text == "Writing the labels was cancelled; nothing has changed."
    assert [*data.root.rglob("*.*")] == []
    session.executors.threads = Inline()
    session.export_labels()
    assert listed(data) == ["scans/small_dseg.nii.gz"]


def test_what_is_painted_while_it_is_written_is_not_in_it(session):
    before = encode_labels(whole(session.labels.data), session.volume.header)
    session.executors.threads = ByHand()
    exported = session.export_labels()

    session.paint(draw(session, "axial", 3, (0, 0), (8, 8), label=2))
    session.executors.threads.finish()

    assert exported.result() == before


def test_an_export_waits_for_the_strokes_before_it(plain, tmp_path):
    session, tasks = partitioned(store_volume(plain, tmp_path / "cache"))
    session.paint(draw_voxel(session, (1, 2, 3), label=2))
    exported = session.export_labels()
    assert not exported.done()

    tasks.finish()  # the stroke
    tasks.finish()  # and what is written after it

    found = nifti.read(exported.result())
    assert found.data[1, 2, 3] == 2


def test_an_export_behind_a_stroke_that_painted_nothing_ends_too(plain, tmp_path):
    session, tasks = partitioned(store_volume(plain, tmp_path / "cache"))
    session.paint(draw(session, "axial", 3, (-9, -9)))
    exported = session.export_labels()

    tasks.finish()

    assert exported.result() is None
    assert session.notice.text == "Nothing is labelled yet: draw a stroke first."


def test_the_same_is_not_written_twice_at_once(session):
    session.executors.threads = ByHand()
    session.export_labels()

    with pytest.raises(Refused, match="being written already"):
        session.export_labels()


def test_the_volume_itself_is_not_downloaded(session):
    with pytest.raises(Refused, match="its file is in the data folder"):
        session.export_volume()


def test_a_report_can_cancel_it():
    def stop(fraction):
        raise CancelledError

    with pytest.raises(CancelledError):
        write_stored.write_out(lambda file, *, report: report(0.5), None, report=stop)
