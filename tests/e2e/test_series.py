"""Several volumes of one patient: added, flipped, blended, side by side, cut, and there again."""

from __future__ import annotations

import re

import nibabel as nib
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.phantoms import STORED, affine_of, phantom

KIND = "Another volume of the series (same patient)"
SHAPE = STORED["ras"].shape


@pytest.fixture
def series(bench, put):
    """A page on a phantom, beside which its halves, on a coarser grid, can be opened."""
    put(phantom(STORED["ras"], seed=61), "flair.nii.gz")
    affine = affine_of(STORED["ras"]) @ np.diag([2, 2, 2, 1.0])
    data = np.zeros([n // 2 for n in SHAPE], np.float32)
    data[:, SHAPE[1] // 4 :] = 7
    put(nib.Nifti1Image(data, affine), "pet.nii.gz")
    return bench.open("flair.nii.gz")


def shown(bench, pane):
    return bench.pane(pane).locator(".title .volume")


def picture(bench):
    """Pixels around the crosshair of the axial slice, the mouse elsewhere."""
    x, y = bench.at("axial", bench.cursor)
    clip = {"x": x + 4, "y": y + 4, "width": 20, "height": 20}
    return bench.page.screenshot(clip=clip)


@pytest.mark.slow
def test_a_second_volume_is_shown_blended_beside_and_cut_with_the_first(series):
    bench = series
    bench.go_to((20, 24, 14))
    plain = picture(bench)

    bench.choose("pet.nii.gz", KIND)
    expect(bench.message("pet lies on another grid: it is shown resampled.")).to_be_visible()
    expect(shown(bench, "Axial")).to_have_text("flair")

    bench.press("o")
    expect(bench.button("Blend")).to_have_attribute("aria-pressed", "true")
    assert picture(bench) != plain
    bench.press("o")

    bench.press(".")
    expect(shown(bench, "Axial")).to_have_text("pet")
    expect(bench.page.get_by_label("Window high")).to_have_value("7")
    bench.press(",")
    expect(shown(bench, "Axial")).to_have_text("flair")
    bench.page.mouse.move(*bench.at("axial", (20, 24, 14)))
    expect(bench.page.locator(".readout .value")).to_have_text(re.compile(r"^flair -?\d+ +pet 7$"))

    bench.click("axial", (20, 24, 14))
    bench.press("j")
    expect(shown(bench, "Second volume")).to_have_text("pet")
    bench.page.keyboard.down("Control")
    bench.page.mouse.wheel(0, -120)
    bench.page.keyboard.up("Control")
    apart = [np.subtract(bench.at(p, (20, 24, 14)), bench.at(p, (10, 9, 14))) for p in BOTH]
    np.testing.assert_allclose(*apart, atol=0.5)
    bench.stroke("compare", (18, 24, 14), (22, 26, 14), steps=3)
    bench.wait_settled(1)
    assert bench.page.evaluate("supervox.labelAt(20, 25, 14)") == 1
    bench.press("j")

    bench.page.get_by_label("Weight of pet").fill("2")
    bench.page.get_by_label("Count", exact=True).fill("50")
    bench.button("Partition").click()
    expect(bench.page.locator(".superpixels .total")).to_have_text(re.compile(r"^\d\d$"))
    bench.until("supervox.saved")

    bench.page.reload()
    bench.wait_ready().open("flair.nii.gz")
    expect(bench.page.get_by_label("Weight of pet")).to_have_value("2")
    expect(bench.page.get_by_label("Weight of flair")).to_have_value("1")


BOTH = ("axial", "compare")
