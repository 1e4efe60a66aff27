"""One view instead of four, the patient from the other side, and what is seen as a picture."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
from playwright.sync_api import expect
from skimage.io import imread

from tests.e2e.phantoms import STORED, phantom
from tests.e2e.test_sides import letters
from tests.e2e.test_surface import view, wait_until


def picture(bench, pane, to):
    return imread(bench.download(f"Save a picture: {pane}", to))[..., :3].astype(int)


@pytest.mark.slow
def test_a_view_is_enlarged_turned_round_and_saved_as_it_is_seen(bench, put, tmp_path):
    image = phantom(STORED["ras"], seed=60)
    hounsfield = np.asarray(image.dataobj) - np.int16(1000)
    put(nib.Nifti1Image(hounsfield, image.affine), "view.nii.gz")
    bench.open("view.nii.gz")
    centre = bench.cursor
    i, j, k = there = [10, 18, centre[2]]
    small = bench.pane("Axial").bounding_box()

    bench.page.mouse.dblclick(*bench.at("axial", there))
    large = bench.pane("Axial").bounding_box()
    assert bench.cursor == centre
    assert (bench.revision, bench.pending) == (0, 0)
    assert large["width"] > 1.9 * small["width"]
    assert large["height"] > 1.9 * small["height"]
    bench.press("m")
    assert bench.pane("Axial").bounding_box() == small

    preset = bench.page.get_by_label("Window preset")
    expect(preset.locator("option:not([hidden])")).to_have_count(7)
    bench.press("Shift+Digit3")
    expect(preset.locator("option:checked")).to_have_text("Brain · W 80 L 40")
    expect(bench.page.get_by_label("Window low", exact=True)).to_have_value("0")
    bench.press("Shift+Digit1")
    expect(preset.locator("option:checked")).to_have_text("Automatic")

    x, _ = bench.at("axial", there)
    bench.press("n")
    assert letters(bench, "Axial") == ["L", "R"]
    assert letters(bench, "Sagittal") == ["P", "A"]
    assert bench.at("axial", there)[0] < x
    bench.stroke("axial", there, (i, j + 2, k))
    bench.wait_settled(1)
    labels = bench.voxels("labelAt", STORED["ras"].shape)
    assert labels[i, j, k] == 1
    assert not labels[STORED["ras"].shape[0] - 1 - i, j, k]

    bench.press("b")
    x, y = np.subtract(bench.at("axial", (i - 2, j, k)), [small["x"], small["y"]]).astype(int)
    axial = picture(bench, "Axial", tmp_path)
    assert (tmp_path / f"view_axial_{k}.png").exists()
    assert axial.shape[:2] == (small["height"], small["width"])
    assert np.ptp(axial[y, x]) > 20  # the label's colour
    assert axial[7:22, 10:60].max() > 120  # the title
    wait_until(lambda: view(bench)[40:].max() > 60)
    assert picture(bench, "3D view", tmp_path)[40:].max() > 60
    bench.press("b")
    bench.press("n")


def corners(bench):
    """Where two opposite voxels of the axial slice are, a frame from now."""
    bench.page.evaluate("new Promise((done) => requestAnimationFrame(done))")
    i, j, _ = (size - 1 for size in STORED["ras"].shape)
    return [bench.at("axial", voxel) for voxel in ((0, 0, 0), (i, j, 0))]


@pytest.mark.slow
def test_a_stroke_in_an_enlarged_view_labels_what_lies_under_it(bench, put):
    put(phantom(STORED["ras"], seed=61), "large.nii.gz")
    bench.open("large.nii.gz")
    i, j, k = bench.cursor
    ends = [(i - 5, j - 6, k), (i + 5, j + 6, k)]

    bench.page.mouse.move(*bench.at("axial", ends[0]))
    before = corners(bench)
    bench.press("m")
    wait_until(lambda: corners(bench) != before and corners(bench) == corners(bench))
    bench.stroke("axial", *ends, steps=3)
    bench.wait_settled(1)
    bench.press("m")

    labels = bench.voxels("labelAt", STORED["ras"].shape)
    assert [labels[end] for end in ends] == [1, 1]
    assert not labels[i - 5, j + 6, k]
