"""One view instead of four, the patient from the other side, and what is seen as a picture."""

from __future__ import annotations

import numpy as np
from skimage.io import imread

from tests.e2e.phantoms import STORED, phantom
from tests.e2e.test_sides import letters
from tests.e2e.test_surface import view, wait_until


def picture(bench, pane, to):
    return imread(bench.download(f"Save a picture: {pane}", to))[..., :3].astype(int)


def test_a_view_is_enlarged_turned_round_and_saved_as_it_is_seen(bench, put, tmp_path):
    source = put(phantom(STORED["ras"], seed=60), "view.nii.gz")
    bench.open(source.name)
    i, j, k = there = [10, 18, bench.cursor[2]]
    small = bench.pane("Axial").bounding_box()

    bench.page.mouse.dblclick(*bench.at("axial", there))
    large = bench.pane("Axial").bounding_box()
    assert bench.cursor == there
    assert (bench.revision, bench.pending) == (0, 0)
    assert large["width"] > 1.9 * small["width"]
    assert large["height"] > 1.9 * small["height"]
    bench.press("m")
    assert bench.pane("Axial").bounding_box() == small

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
