"""What is opened from the page, and what is not."""

from __future__ import annotations

import gzip

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from playwright.sync_api import expect

from tests.e2e.conftest import pages
from tests.e2e.phantoms import STORED, phantom

kept = pytest.fixture(scope="module")(pages)


def truncated(folder):
    path = folder / "truncated.nii.gz"
    nib.save(phantom(STORED["ras"], seed=10), path)
    path.write_bytes(path.read_bytes()[:-2000])


def text(folder):
    (folder / "text.nii").write_text("Dear colleague, please find enclosed the scan. " * 20)


def coloured(folder):
    kind = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])
    nib.save(nib.Nifti1Image(np.zeros((8, 9, 10), kind), np.eye(4)), folder / "coloured.nii.gz")


def nowhere(folder):
    image = phantom(STORED["ras"], seed=11)
    image.header["srow_x"] = np.nan
    image.header["qform_code"], image.header["vox_offset"] = 0, 352
    raw = image.header.binaryblock + bytes(4) + np.asarray(image.dataobj).tobytes(order="F")
    (folder / "nowhere.nii.gz").write_bytes(gzip.compress(raw))


@pytest.mark.parametrize(
    ("make", "name", "sentence"),
    [
        (truncated, "truncated.nii.gz", "damaged or cut short"),
        (text, "text.nii", "expected a NIfTI file"),
        (coloured, "coloured.nii.gz", "RGB"),
        (nowhere, "nowhere.nii.gz", "expected an affine that is finite"),
    ],
)
def test_what_cannot_be_opened_gets_one_sentence(bench, data, make, name, sentence):
    make(data)
    name_before = bench.title()
    before = bench.voxels("idAt", (4, 4, 4)), bench.cursor

    bench.choose(name)

    expect(bench.message(sentence)).to_be_visible(timeout=60_000)
    assert bench.title() == name_before
    assert bench.ready
    assert_array_equal(bench.voxels("idAt", (4, 4, 4)), before[0])
    assert bench.cursor == before[1]


def test_of_a_file_with_three_volumes_the_page_asks_which(bench, put, tmp_path):
    each = [np.asarray(phantom(STORED["ras"], seed=20 + n).dataobj) for n in range(3)]
    put(nib.Nifti1Image(np.stack(each, axis=-1), np.eye(4)), "three.nii.gz")

    bench.choose("three.nii.gz")
    question = bench.page.get_by_role("dialog", name="Which volume")
    expect(question).to_contain_text("holds 3 volumes")
    question.get_by_label("Which volume").fill("2")
    question.get_by_role("button", name="Open volume").click()
    bench.wait_opened("three")
    bench.wait_ready()

    assert_array_equal(
        np.asarray(nib.load(bench.download("Download volume", tmp_path)).dataobj), each[1]
    )


@pytest.mark.parametrize(("form", "sign"), [("qform", -1), ("sform", 1)])
def test_of_a_file_with_two_places_the_page_asks_which_is_right(bench, put, tmp_path, form, sign):
    image = phantom(STORED["ras"], seed=40)
    image.header.set_qform(np.diag([-1.0, 1, 1, 1]) @ image.affine, 1)
    name = f"two_places_{form}"
    put(image, f"{name}.nii.gz")
    title = bench.title()

    bench.choose(f"{name}.nii.gz")
    question = bench.page.get_by_role("dialog", name="Which place")
    expect(question).to_contain_text("mirrored left to right")
    expect(question).to_contain_text("nibabel and ITK (ITK-SNAP, 3D Slicer) take the sform")
    assert bench.title() == title
    question.get_by_role("button", name=f"Take the {form}").click()
    bench.wait_opened(name)
    bench.wait_ready()
    bench.stroke("axial", bench.cursor, [bench.cursor[0] + 4, *bench.cursor[1:]])
    bench.wait_settled(1)

    for which in ("labels", "volume"):
        header = nib.load(bench.download(f"Download {which}", tmp_path)).header
        assert header.get_qform(coded=True)[0][0, 0] == pytest.approx(sign)
        assert header.get_sform(coded=True)[0][0, 0] == pytest.approx(sign)


def test_a_question_that_is_not_answered_leaves_what_is_open(bench, put):
    image = phantom(STORED["ras"], seed=41)
    image.header.set_qform(np.diag([-1.0, 1, 1, 1]) @ image.affine, 1)
    put(image, "unanswered.nii.gz")
    title = bench.title()

    bench.choose("unanswered.nii.gz")
    question = bench.page.get_by_role("dialog", name="Which place")
    question.get_by_role("button", name="Close").click()

    expect(question).to_be_hidden()
    assert bench.title() == title
    assert bench.ready


def test_a_pair_is_listed_once_and_opened(bench, data, tmp_path):
    image = phantom(STORED["lps"], seed=42)
    nib.save(nib.Nifti1Pair(np.asarray(image.dataobj), image.affine), data / "paired.hdr")

    bench.choose("paired.hdr")
    bench.wait_opened("paired")
    bench.wait_ready()

    saved = nib.load(bench.download("Download volume", tmp_path))
    assert_array_equal(np.asarray(saved.dataobj), np.asarray(image.dataobj))
    bench.button("Open").click()
    files = bench.page.get_by_role("listbox", name="Files on the server")
    expect(files.get_by_text("paired")).to_have_count(1)
    bench.press("Escape")


def test_the_open_dialog_does_not_lead_out_of_its_folder(bench, data, tmp_path):
    nib.save(phantom(STORED["ras"], seed=30), tmp_path / "secret.nii.gz")
    (data / "secret.nii.gz").symlink_to(tmp_path / "secret.nii.gz")
    (data / "out").symlink_to(tmp_path)

    bench.button("Open").click()
    files = bench.page.get_by_role("listbox", name="Files on the server")

    expect(files.get_by_role("option", name="start.nii.gz")).to_be_visible()
    expect(files.get_by_text("secret")).to_have_count(0)
    expect(files.get_by_text("out", exact=True)).to_have_count(0)
    expect(files.get_by_text("..", exact=True)).to_have_count(0)
    bench.press("Escape")


def test_a_small_file_can_be_brought_from_ones_own_computer(bench, tmp_path):
    image = phantom(STORED["lps"], seed=31)
    nib.save(image, tmp_path / "brought.nii.gz")

    bench.button("Open").click()
    bench.page.locator("input[type=file]").set_input_files(tmp_path / "brought.nii.gz")
    bench.wait_opened("brought")
    bench.wait_ready()

    saved = nib.load(bench.download("Download volume", tmp_path / "back"))
    assert_array_equal(np.asarray(saved.dataobj), np.asarray(image.dataobj))


@pytest.mark.slow
def test_downloaded_labels_and_superpixels_open_again_over_their_volume(bench, put, tmp_path):
    source = put(phantom(STORED["oblique"], seed=32), "again_and_again.nii.gz")
    bench.open(source.name)
    shape, centre = nib.load(source).shape, bench.cursor
    bench.press("2")
    bench.stroke("axial", centre, [centre[0] + 6, *centre[1:]])
    bench.wait_settled(1)
    labels, ids = bench.voxels("labelAt", shape), bench.superpixels(tmp_path)
    put(nib.load(bench.download("Download labels", tmp_path)), "labels.nii.gz")
    put(nib.load(bench.download("Download superpixels", tmp_path)), "ids.nii.gz")

    bench.button("Undo").click()
    bench.wait_settled(2)
    assert not bench.voxels("labelAt", shape).any()
    bench.choose("labels.nii.gz", "Labels over the open volume")
    bench.until("() => supervox.revision === 3")
    bench.page.get_by_role("spinbutton", name="Count").fill("12")
    bench.button("Partition").click()
    bench.until("([n, id]) => supervox.idAt(...n) !== id", [centre, int(ids[tuple(centre)])])
    bench.choose("ids.nii.gz", "Superpixels of the open volume")
    bench.until("([n, id]) => supervox.idAt(...n) === id", [centre, int(ids[tuple(centre)])])

    assert_array_equal(bench.voxels("labelAt", shape), labels)
    assert_array_equal(bench.voxels("idAt", shape), ids)
