"""Volumes of which a mm says little, and such as are of no patient."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
import tifffile
from playwright.sync_api import expect

from tests.e2e.phantoms import STORED, phantom
from tests.e2e.test_sides import letters

PLANES = ("Axial", "Coronal", "Sagittal")


def scale_bars(bench):
    return {bench.pane(name).locator(".scale").inner_text() for name in PLANES}


@pytest.mark.slow
def test_a_tiff_of_nanometres_is_shown_in_them_and_called_no_patient(bench, data):
    voxels = np.asarray(phantom(STORED["ras"], seed=5).dataobj).T.astype("u2")
    path = data / "cells.tif"
    told = {"axes": "ZYX", "unit": "nm", "spacing": 40}
    tifffile.imwrite(path, voxels, imagej=True, resolution=(0.25, 0.25), metadata=told)
    bench.press("n")  # which is remembered, and has no say here
    bench.choose("cells.tif")
    bench.wait_opened("cells")
    bench.wait_ready()
    (i, j, k), page = bench.cursor, bench.page
    page.evaluate("localStorage.removeItem('supervox-convention')")

    bench.press("t")
    bench.press("n")
    page.mouse.move(*bench.at("axial", (i, j, k)))

    expect(page.locator("header .title")).to_contain_text("4 × 4 × 40 nm")
    assert all(text.endswith(" nm") for text in scale_bars(bench))
    expect(page.locator(".readout .world")).to_have_text(
        f"x {4 * i:.1f}  y {4 * j:.1f}  z {40 * k:.1f} nm"
    )
    expect(page.locator(".readout .hint")).to_contain_text("does not know left from right")
    assert [letters(bench, name) for name in PLANES] == [["", "X"], ["", "X"], ["Y", ""]]
    expect(bench.button("Radiological")).to_be_hidden()
    assert "radiological" not in page.locator("main, .bench").first.inner_text().lower()
    for beside, sign in (((i + 2, j, k), 0), ((i, j + 2, k), 1)):  # x to the right, y downwards
        step = np.subtract(bench.at("axial", beside), bench.at("axial", (i, j, k)))
        assert step[sign] > 1
    radius = page.get_by_label("Radius in mm")
    expect(radius).to_have_value("0.000012")
    expect(page.locator(".options .radius")).to_contain_text("mm = 12 nm")
    radius.press("ArrowUp")
    radius.press("Enter")
    expect(radius).to_have_value("0.000014")
    expect(page.get_by_label("Smoothing", exact=True)).to_have_value("3")


@pytest.mark.slow
def test_voxels_of_centimetres_have_a_scale_bar_and_a_brush(bench, put):
    source = phantom(STORED["ras"], seed=5)
    put(nib.Nifti1Image(source.dataobj, np.diag([30.0, 30, 30, 1])), "large.nii.gz")
    bench.open("large.nii.gz")

    bench.press("t")

    expect(bench.page.locator("header .title")).to_contain_text("30 mm")
    assert all(text.endswith(" cm") for text in scale_bars(bench))
    expect(bench.page.get_by_label("Radius in mm")).to_have_value("60")
    bench.stroke("axial", bench.cursor, np.add(bench.cursor, (3, 0, 0)))
    bench.wait_settled(1)
    assert bench.voxels("labelAt", source.shape).any()
