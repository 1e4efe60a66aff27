"""Left is left: on the screen, in its letters and in the file."""

from __future__ import annotations

import io

import nibabel as nib
import numpy as np
from skimage.io import imread

from tests.e2e.phantoms import STORED, phantom


def brightness(bench, pane):
    """What a pane shows, as grey values from 0 to 255."""
    return imread(io.BytesIO(bench.pane(pane).screenshot()))[..., :3].mean(axis=-1)


def letters(bench, pane):
    """The letters on a pane's edges, from left and from right."""
    return [bench.pane(pane).locator(f".letter.{side}").inner_text() for side in ("left", "right")]


def blob(image):
    """The voxel in the middle of the bright blob."""
    bright = np.argwhere(np.asarray(image.dataobj) > 920)
    return np.rint(bright.mean(axis=0)).astype(int)


def test_the_patients_left_is_on_the_right_of_the_screen_and_left_in_the_file(bench, put, tmp_path):
    source = put(phantom(STORED["pir"], seed=2), "sides.nii.gz")
    bench.open(source.name)
    image = nib.load(source)
    there = blob(image)
    bench.go_to(there)
    bench.press("b")

    grey = brightness(bench, "Axial")
    bench.stroke("axial", there, there + np.array([2, 0, 0]))
    bench.wait_settled(1)
    saved = nib.load(bench.download("Download labels", tmp_path))

    brightest = np.argwhere(grey > 230)[:, 1].mean()
    assert brightest > 0.55 * grey.shape[1]
    assert letters(bench, "Axial") == ["R", "L"]
    assert letters(bench, "Coronal") == ["R", "L"]
    assert letters(bench, "Sagittal") == ["P", "A"]
    ijk = np.argwhere(saved.dataobj)
    assert (nib.affines.apply_affine(saved.affine, ijk)[:, 0] < 0).all()
