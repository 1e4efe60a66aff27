from __future__ import annotations

import gzip
import io
from concurrent.futures import CancelledError

import nibabel as nib
import numpy as np
import pytest
import tifffile
from numpy.testing import assert_allclose, assert_array_equal

from dashboard import demo
from dashboard.annotation.partition_settings import Settings
from dashboard.session.restore import begin
from dashboard.session.session import Question
from dashboard.volumes.memory_volume import Volume
from dashboard.volumes.open_volume import read_volume, stem
from dashboard.volumes.stored_volume import StoredVolume
from tests.conftest import ByHand, Later, draw_voxel, nifti_bytes, session_on, tissues
from tests.storing import store_in
from tests.workers.formats.test_ome_zarr import write as write_image
from workers.formats.nifti import nifti

TWICE = np.arange(2 * 120, dtype=np.int16).reshape(4, 5, 6, 2)
ONCE = nifti_bytes(TWICE[..., 0], np.eye(4))


def two_minded(data):
    """The bytes of a file whose qform is mirrored left to right against its sform."""
    image = nib.Nifti1Image(data, None)
    image.header.set_qform(np.diag([-1.0, 1, 1, 1]), 1)
    image.header.set_sform(np.eye(4), 2)
    return image.to_bytes()


TWO_MINDED = two_minded(TWICE[..., 0])


def on(session, labels, affine=None):
    """The bytes of a map on the grid of the session's volume, or on another."""
    return nifti_bytes(labels, session.volume.affine if affine is None else affine)


def like(session, dtype=np.uint8):
    return np.zeros(session.volume.shape, dtype)


# Volumes


def test_a_volume_is_read_from_a_path_as_from_bytes(volume, tmp_path):
    content = nifti_bytes(volume.data, volume.affine)
    path = tmp_path / "scan.nii"
    path.write_bytes(content)

    for opened in (read_volume(path, "scan"), read_volume(content, "scan")):
        assert_array_equal(opened.data, volume.data)
        assert_allclose(opened.affine, volume.affine, atol=1e-6)
        assert opened.name == "scan"


def test_what_the_page_asks_first_is_computed_by_the_thread_that_reads(volume):
    opened = read_volume(nifti_bytes(volume.data, volume.affine), "scan")

    assert {"digest", "window", "finite_range"} <= vars(opened).keys()


def test_the_notes_of_the_reader_reach_the_page():
    opened = read_volume(nifti_bytes(TWICE, np.eye(4)), "scan", volume=1)

    assert "Volume 2 of 2." in opened.notes
    assert_array_equal(opened.data, TWICE[..., 1])


@pytest.fixture
def on_disk(volume, tmp_path):
    """The path of a volume."""
    path = tmp_path / "scan.nii"
    path.write_bytes(nifti_bytes(volume.data, volume.affine))
    return path


def takes(volume):
    """Bytes of a volume with ids and labels."""
    return volume.data.size * (volume.data.itemsize + 6)


@pytest.mark.parametrize("most", [2**27, None])
def test_a_volume_over_the_budget_comes_from_the_cache(volume, on_disk, tmp_path, most):
    within, over = (
        store_in(tmp_path / "cache", budget_gb=(takes(volume) + more) / 1e9) for more in (1, -1)
    )
    options = {"max_voxels": most or volume.data.size}

    small = read_volume(on_disk, "scan", store=within, **options)
    large = read_volume(on_disk, "scan", store=over, **options)

    assert isinstance(small, Volume)
    assert isinstance(large, StoredVolume)
    assert (small.digest, small.window) == (large.digest, large.window)
    assert (large.name, large.notes, large.header) == (small.name, small.notes, small.header)


def test_a_volume_that_no_browser_holds_comes_from_the_cache(volume, on_disk, tmp_path):
    store = store_in(tmp_path / "cache", budget_gb=1)

    opened = read_volume(on_disk, "scan", max_voxels=volume.data.size - 1, store=store)

    assert isinstance(opened, StoredVolume)


def test_bytes_that_no_browser_holds_are_refused(volume, tmp_path):
    content, store = nifti_bytes(volume.data, volume.affine), store_in(tmp_path / "cache")

    with pytest.raises(nifti.UnreadableFile, match="expected at most 10 voxels"):
        read_volume(content, "scan", max_voxels=10, store=store)


def test_small_stacks_and_images_of_other_kinds_are_read_into_the_memory(tmp_path):
    data = np.arange(5 * 6 * 7, dtype="u2").reshape(5, 6, 7)
    tifffile.imwrite(tmp_path / "scan.tif", data)
    write_image(tmp_path / "scan.ome.zarr", [data])
    store = store_in(tmp_path / "cache", budget_gb=1)

    stack = read_volume(tmp_path / "scan.tif", "scan", store=store)
    image = read_volume(tmp_path / "scan.ome.zarr", "scan", store=store)

    assert_array_equal(stack.data, data.T)
    assert_array_equal(image.data, data)
    for opened in (stack, image):
        assert isinstance(opened, Volume)
        assert_allclose(nib.Nifti1Header(opened.header).get_best_affine(), opened.affine, atol=1e-9)
    assert not (tmp_path / "cache").exists()


def test_reading_can_be_cancelled(volume):
    def stop(_fraction):
        raise CancelledError

    with pytest.raises(CancelledError):
        read_volume(nifti_bytes(volume.data, volume.affine), "scan", report=stop)


@pytest.mark.parametrize(
    "content",
    [b"", b"no NIfTI at all" * 50, gzip.compress(ONCE)[:-9], ONCE[:-9]],
    ids=["empty", "text", "damaged", "cut short"],
)
def test_a_bad_file_keeps_what_is_open_and_says_why(session, content):
    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    volume, superpixels = session.volume, session.superpixels

    session.open(content, "bad.nii")

    assert session.volume is volume
    assert session.superpixels is superpixels
    assert session.labels.data[1, 1, 1] == 2
    assert session.held
    assert session.job is None
    assert session.notice.kind == "error"
    assert session.notice.text.startswith("Opening bad.nii failed: ")


def test_a_missing_file_is_said_by_name(session, tmp_path):
    session.open(tmp_path / "gone.nii", "gone.nii")

    assert "gone.nii failed: cannot be read" in session.notice.text


@pytest.mark.parametrize("kind", ["open_labels", "open_superpixels"])
def test_a_bad_map_keeps_what_is_there_and_says_why(session, kind):
    superpixels = session.superpixels

    getattr(session, kind)(b"no NIfTI", "bad.nii")

    assert session.superpixels is superpixels
    assert session.history == ((), 0)
    assert session.notice.text.startswith("Opening bad.nii failed: ")


def test_a_file_of_several_volumes_asks_which(session):
    volume, content = session.volume, nifti_bytes(TWICE, np.eye(4))

    session.open(content, "series.nii")

    assert session.volume is volume
    assert session.job is None
    assert session.question == Question(content, "series.nii", 2)


def test_a_file_whose_forms_differ_asks_which(session):
    volume = session.volume

    session.open(TWO_MINDED, "scan.nii")

    assert session.volume is volume
    assert session.job is None
    assert session.question[:2] == (TWO_MINDED, "scan.nii")
    assert "mirrored left to right" in session.question.difference


@pytest.mark.parametrize(("form", "sign"), [("qform", -1), ("sform", 1)])
def test_the_form_that_was_chosen_places_the_volume_and_what_is_downloaded(session, form, sign):
    session.open(TWO_MINDED, "scan.nii", form=form)

    assert session.volume.affine[0, 0] == sign
    for content in (session.export_volume().result(), session.export_superpixels().result()):
        header = nib.Nifti1Image.from_bytes(gzip.decompress(content)).header
        assert header.get_qform(coded=True)[0][0, 0] == sign
        assert header.get_sform(coded=True)[0][0, 0] == sign


def test_the_form_is_asked_before_the_volume_and_kept(session):
    series = two_minded(TWICE)
    session.open(series, "series.nii")
    assert session.question.count == 0

    session.open(series, "series.nii", form="qform")

    assert session.question == Question(series, "series.nii", 2, "qform")


@pytest.mark.parametrize("form", ["qform", "sform"])
@pytest.mark.parametrize("kind", ["open_labels", "open_superpixels"])
def test_a_map_whose_forms_differ_as_the_volume_s_lies_where_that_was_chosen_to(
    session, form, kind
):
    session.open(TWO_MINDED, "scan.nii", form=form)
    numbers = np.arange(1, 121, dtype=np.int16).reshape(4, 5, 6)

    getattr(session, kind)(two_minded(numbers), "map.nii")

    shown = session.labels.data if kind == "open_labels" else session.superpixels.ids
    assert_array_equal(shown, numbers)


@pytest.mark.parametrize("form", ["qform", "sform"])
def test_downloaded_labels_open_again_whatever_was_chosen(session, form):
    session.open(TWO_MINDED, "scan.nii", form=form)
    session.open_labels(two_minded(np.full((4, 5, 6), 3, np.int16)), "labels.nii")
    saved = session.export_labels().result()
    session.undo()

    session.open_labels(saved, "labels.nii.gz")

    assert (session.labels.data == 3).all()


def test_a_map_of_two_places_of_which_none_is_the_volume_s_is_refused(session):
    session.open(nifti_bytes(TWICE[..., 0], np.diag([1.0, 1, 3, 1])), "scan.nii")

    session.open_superpixels(two_minded(np.ones((4, 5, 6), np.int16)), "ids.nii")

    assert "that lie on the open volume; their affine differs." in session.notice.text


def test_a_map_of_more_voxels_than_the_volume_is_refused_before_it_is_read(session):
    session.open_superpixels(on(session, np.zeros((12, 12, 7), np.uint8)), "ids.nii")

    assert "expected at most 864 voxels; its header says (12, 12, 7)" in session.notice.text


def test_a_pair_is_opened_by_either_half(session, tmp_path):
    nib.save(nib.Nifti1Pair(TWICE[..., 0], np.eye(4)), tmp_path / "scan.hdr")

    for half in ("scan.hdr", "scan.img"):
        session.open(tmp_path / half, half)

        assert session.volume.name == "scan"
        assert_array_equal(session.volume.data, TWICE[..., 0])


def test_the_volume_that_was_chosen_is_opened(session):
    session.open(nifti_bytes(TWICE, np.eye(4)), "series.nii", volume=1)

    assert_array_equal(session.volume.data, TWICE[..., 1])


def test_the_volumes_of_one_file_have_labels_of_their_own(session):
    content = nifti_bytes(TWICE, np.eye(4))
    session.open(content, "series.nii", volume=0)
    session.open_labels(on(session, np.ones((4, 5, 6), np.uint8)), "labels.nii")

    session.open(content, "series.nii", volume=1)

    assert not session.labels.data.any()


def let_read(files, later):
    """Let files be read, and then what was done to them."""
    while files.waiting:
        files.finish()
        later.happen()


def test_what_is_open_stays_until_the_next_has_been_read(session):
    volume = session.volume
    session.executors.files = session.executors.keeping = files = ByHand()

    session.open(nifti_bytes(TWICE[..., 0], np.eye(4)), "next.nii")
    assert session.volume is volume
    assert session.job.title == "Opening next.nii"
    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    files.finish()
    files.finish()

    assert session.volume.name == "next"


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_file_that_is_cancelled_is_not_opened(two_tissues, stubborn):
    files, later = ByHand(stubborn=stubborn), Later()
    session = session_on(two_tissues, files=files, schedule=later)
    let_read(files, later)
    session.open(nifti_bytes(TWICE[..., 0], np.eye(4)), "next.nii")

    session.cancel()
    files.finish()
    later.happen()

    assert session.volume.name == "two"
    assert session.job is None
    assert session.notice == ("Opening next.nii was cancelled; nothing has changed.", "info")


@pytest.mark.parametrize("order", [(0, 0), (1, 0)])
def test_of_two_files_asked_for_the_last_is_opened(two_tissues, order):
    files, later = ByHand(stubborn=True), Later()
    session = session_on(two_tissues, files=files, schedule=later)
    let_read(files, later)
    session.open(nifti_bytes(TWICE[..., 0], np.eye(4)), "one.nii")
    session.open(nifti_bytes(TWICE[..., 1], np.eye(4)), "other.nii")

    for which in order:
        files.finish(which)
        later.happen()
    let_read(files, later)

    assert session.volume.name == "other"


def test_an_executor_that_is_shut_down_is_said_and_leaves_no_job(session):
    class Shut(ByHand):
        def submit(self, fn, /, *args, **kwargs):
            raise RuntimeError("The executor is shut down and takes no more kernels.")

    session.executors.files = session.executors.threads = Shut()

    session.open(b"", "next.nii")

    assert session.job is None
    assert "failed inside supervox (RuntimeError)" in session.notice.text


def test_a_large_volume_waits_for_the_annotator_before_it_is_partitioned(monkeypatch, two_tissues):
    monkeypatch.setattr("dashboard.session.partition.AUTOMATIC_VOXELS", two_tissues.data.size - 1)

    session = session_on(two_tissues)

    assert session.volume.name == "two"
    assert session.superpixels is None


def test_a_volume_that_no_browser_holds_is_refused_before_it_is_read(monkeypatch, session):
    monkeypatch.setattr("dashboard.session.opening.SHOWN_VOXELS", 119)

    session.open(ONCE, "large.nii")

    assert session.volume.name == "two"
    assert session.notice.text.startswith("Opening large.nii failed: ")
    assert "119" in session.notice.text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("scan.nii", "scan"),
        ("scan.nii.gz", "scan"),
        ("SCAN.NII.GZ", "SCAN"),
        ("sub-01.run.2.nii", "sub-01.run.2"),
        ("nii", "nii"),
        ("light.ome.zarr", "light"),
        ("light.OME.TIFF", "light"),
        ("light.tif", "light"),
        ("a.zarr.nii.gz", "a.zarr"),
        ("scan", "scan"),
        (".nii", ".nii"),
    ],
)
def test_a_volume_is_called_as_its_file_without_the_ending(name, expected):
    assert stem(name) == expected


def test_a_fresh_case_begins_in_the_middle_with_nothing_labelled(volume):
    case = begin(volume)

    assert case.cursor == tuple(n // 2 for n in volume.shape)
    assert not case.labels.data.any()


def test_a_file_that_is_called_as_the_demo_is_not_taken_for_it():
    named = tissues((4, 5, 6), np.eye(4), demo.PATH.name.removesuffix(".nii.gz"))

    assert begin(named).cursor == (2, 2, 3)


# Labels


def test_opened_labels_replace_those_that_were_there(session):
    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    labels = like(session)
    labels[3:5, 2, 1] = 7

    session.open_labels(on(session, labels), "labels.nii")

    assert_array_equal(session.labels.data, labels)


def test_opening_labels_is_undone_like_a_stroke(session):
    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    before = session.labels.data.copy()
    session.open_labels(on(session, np.ones(session.volume.shape, np.uint8)), "yesterday.nii")

    assert session.history == ((session.history[0][0], "opened yesterday.nii"), 2)
    session.undo()

    assert_array_equal(session.labels.data, before)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64])
def test_whole_numbers_are_labels_in_whatever_type(session, dtype):
    labels = like(session, dtype)
    labels[1:3, 1, 1] = 100

    session.open_labels(on(session, labels), "labels.nii")

    assert_array_equal(session.labels.data, labels)
    assert session.labels.voxels[100] == 2


def test_values_above_nine_get_names(session):
    labels = like(session, np.uint16)
    labels[0, 0, 0], labels[1, 1, 1], labels[2, 2, 2] = 3, 10, 65535

    session.open_labels(on(session, labels), "labels.nii")

    assert [(each.value, each.name) for each in session.table[4:]] == [
        (10, "label 10"),
        (65535, "label 65535"),
    ]
    session.choose(65535)
    session.paint(draw_voxel(session, (9, 9, 4), label=65535))
    assert session.labels.data[9, 9, 4] == 65535


def test_superpixels_of_another_shape_are_refused_with_both_shapes(session):
    other = np.ones((12, 6, 12), np.uint8)

    session.open_superpixels(on(session, other), "other.nii")

    assert "of shape (12, 12, 6), as the open volume; got (12, 6, 12)." in session.notice.text
    assert session.history == ((), 0)


@pytest.mark.parametrize("change", ["flipped", "moved", "turned"])
def test_superpixels_that_lie_elsewhere_are_refused(session, change):
    superpixels, affine = session.superpixels, session.volume.affine.copy()
    if change == "flipped":
        affine[:3, 0] *= -1
    elif change == "moved":
        affine[2, 3] += 0.2
    else:
        affine[:3, :2] = affine[:3, [1, 0]]

    session.open_superpixels(on(session, like(session) + 1, affine), "other.nii")

    assert "that lie on the open volume; their affine differs." in session.notice.text
    assert session.superpixels is superpixels
    assert not session.labels.data.any()


def test_in_a_volume_of_tiny_voxels_a_map_that_lies_elsewhere_is_refused_too():
    micro = tissues((5, 6, 7), np.diag([5e-4, 5e-4, 5e-4, 1.0]))
    session = session_on(micro)

    moved = np.diag([-5e-4, 5e-4, 5e-4, 1])
    session.open_superpixels(on(session, like(session) + 1, moved), "x.nii")

    assert "their affine differs" in session.notice.text


@pytest.mark.parametrize("kind", ["open_labels", "open_superpixels"])
@pytest.mark.parametrize("wrong", [0.5, 0.99998, -1, np.nan, np.inf, -np.inf])
def test_a_map_of_other_than_whole_numbers_is_refused(session, kind, wrong):
    superpixels, numbers = session.superpixels, like(session, np.float64) + 1
    numbers[4, 4, 4] = wrong

    getattr(session, kind)(on(session, numbers), "other.nii")

    assert "as whole numbers from 0; the file holds others." in session.notice.text
    assert session.superpixels is superpixels
    assert session.history == ((), 0)


def test_a_label_above_the_highest_is_refused(session):
    labels = like(session, np.int32)
    labels[1, 1, 1] = 65536

    session.open_labels(on(session, labels), "labels.nii")

    assert "Expected labels from 0 to 65535; got 65536." in session.notice.text
    assert not session.labels.data.any()


def test_labels_that_arrive_after_another_volume_was_opened_are_dropped(two_tissues):
    files, later = ByHand(stubborn=True), Later()
    session = session_on(two_tissues, files=files, schedule=later)
    let_read(files, later)
    session.open_labels(on(session, like(session) + 1), "labels.nii")
    session.open(nifti_bytes(np.flip(two_tissues.data).copy(), two_tissues.affine), "next.nii")

    for which in (1, 0):
        files.finish(which)
        later.happen()
    let_read(files, later)

    assert session.volume.name == "next"
    assert not session.labels.data.any()


def test_opening_labels_does_not_stop_the_partition(two_tissues):
    executor = ByHand()
    session = session_on(two_tissues, executor=executor)

    session.open_labels(on(session, like(session) + 1), "labels.nii")
    assert session.job is not None
    executor.finish()

    assert session.superpixels is not None
    assert session.labels.voxels[1] == two_tissues.data.size
    assert session.job is None


# Superpixels


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32, np.float64])
def test_superpixels_may_be_stored_in_any_type(session, dtype):
    ids = np.arange(session.volume.data.size).reshape(session.volume.shape) % 120
    ids[1, 2, 3] = 121

    session.open_superpixels(on(session, ids.astype(dtype)), "ids.nii")

    assert_array_equal(session.superpixels.ids, ids)
    assert session.superpixels.ids.dtype == np.uint16
    session.paint(draw_voxel(session, (1, 2, 3), label=2))
    assert np.argwhere(session.labels.data == 2).tolist() == [[1, 2, 3]]


def test_more_superpixels_than_sixteen_bits_hold_can_be_painted():
    session = session_on(tissues((41, 40, 40), np.eye(4)), settings=Settings(count=2))
    ids = np.arange(1, 41 * 1600 + 1, dtype=np.int32).reshape(41, 40, 40)

    session.open_superpixels(on(session, ids), "ids.nii")
    for voxel in ((40, 39, 39), (30, 2, 1), (0, 0, 0)):
        session.paint(draw_voxel(session, voxel, label=2))

    assert session.superpixels.ids.dtype == np.uint32
    assert session.superpixels.count == 65_600
    assert session.labels.voxels[2] == 3


@pytest.mark.parametrize("largest", [0, 2_000_000_000])
def test_superpixels_that_cannot_be_are_refused(session, largest):
    superpixels, ids = session.superpixels, like(session, np.int32)
    ids[1, 1, 1] = largest

    session.open_superpixels(on(session, ids), "ids.nii")

    assert session.superpixels is superpixels
    assert (
        f"numbered from 1 to at most 864, the number of voxels; the file's largest is {largest}"
        in (session.notice.text)
    )


def test_labels_stay_under_superpixels_that_are_opened(session):
    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    before = session.labels.data.copy()

    session.open_superpixels(on(session, like(session) + 1), "ids.nii")

    assert_array_equal(session.labels.data, before)


def test_the_header_of_the_file_travels_with_the_volume():
    image = nib.Nifti1Image(TWICE[..., 0], np.diag([2.0, 2, 3, 1]))
    image.set_sform(image.affine, 4)
    image.set_qform(image.affine, 2)
    opened = read_volume(image.to_bytes(), "scan")

    written = nifti.encode_labels(np.ones(opened.shape, np.uint8), opened.header)

    header = nib.Nifti1Header.from_fileobj(io.BytesIO(gzip.decompress(written)))
    assert (header["sform_code"], header["qform_code"]) == (4, 2)
