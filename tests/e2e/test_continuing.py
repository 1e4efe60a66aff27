"""One goes on with a label map that another program made on a grid of its own."""

from __future__ import annotations

import csv

import nibabel as nib
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.phantoms import STORED, affine_of, phantom
from workers.labels.resample import resample_labels

NAMES = {1: "=body", 6: "<b>core</b>"}


@pytest.mark.slow
def test_labels_on_another_grid_are_resampled_as_answered_and_measured(bench, put, data, tmp_path):
    put(phantom(STORED["oblique"], seed=60), "tilted.nii.gz")
    labels = np.zeros((25, 25, 25), np.uint8)
    labels[4:20, 6:16, 5:20], labels[10:14, 8:12, 8:16] = 1, 6
    affine = affine_of(STORED["lps"]._replace(shape=labels.shape))
    put(nib.Nifti1Image(labels, affine), "coarse_dseg.nii.gz")
    rows = (f"{n}\t{name}\n" for n, name in NAMES.items())
    (data / "coarse_dseg.tsv").write_text("index\tname\n" + "".join(rows))
    bench.open("tilted.nii.gz")

    bench.choose("coarse_dseg.nii.gz", "Labels over the open volume")
    question = bench.page.get_by_role("dialog", name="Resample")
    expect(question).to_contain_text("another grid (25 × 25 × 25 voxels of 1 × 1.1 × 1.3 mm, LPS)")
    assert bench.revision == 0
    question.get_by_role("button", name="Resample").click()
    bench.wait_settled(1)

    shape, place = STORED["oblique"].shape, affine_of(STORED["oblique"])
    expected = resample_labels(labels, affine, shape, place)
    assert (bench.voxels("labelAt", shape) == expected).all()
    expect(bench.page.get_by_text("<b>core</b>").first).to_be_visible()
    saved = bench.download("Download statistics", tmp_path)
    assert saved.name == "tilted_statistics.csv"
    with saved.open(newline="") as file:
        rows = {int(row["index"]): row for row in csv.DictReader(file)}
    assert {n: int(row["voxels"]) for n, row in rows.items()} == {
        n: np.count_nonzero(expected == n) for n in (1, 6)
    }
    assert [row["name"] for row in rows.values()] == ["'=body", "<b>core</b>"]

    bench.button("Intensities by label").click()
    plot = bench.page.get_by_role("dialog", name="Intensities by label")
    expect(plot.get_by_role("listitem")).to_have_text(
        [f"{name}{np.count_nonzero(expected == n):,} voxels" for n, name in NAMES.items()]
    )
    expect(plot.locator("canvas").first).to_be_visible()
    plot.get_by_role("button", name="Close").click()
