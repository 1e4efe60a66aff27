"""The 3D view shows what is labelled."""

from __future__ import annotations

import io
import time

from skimage.io import imread

from tests.e2e.phantoms import STORED, phantom

GREEN_LIMIT = 40


def view(bench):
    """What the 3D pane shows, as RGB."""
    return imread(io.BytesIO(bench.pane("3D view").screenshot()))[..., :3].astype(int)


def coloured(picture):
    """How many pixels are not grey."""
    return int((picture.max(axis=-1) - picture.min(axis=-1) > GREEN_LIMIT).sum())


def wait_until(condition, seconds=20):
    """Look at the pane again and again: no event tells what it has drawn."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_stroke_is_seen_in_3d_and_its_undo_too(bench, put):
    source = put(phantom(STORED["ras"], seed=50), "surface.nii.gz")
    bench.open(source.name)
    i, j, k = bench.cursor
    wait_until(lambda: view(bench).max() > 60)  # the outline of the whole
    before = coloured(view(bench))

    bench.press("2")
    bench.stroke("axial", (i - 8, j, k), (i + 8, j, k))
    wait_until(lambda: coloured(view(bench)) > before + 300)

    bench.press("v")
    wait_until(lambda: coloured(view(bench)) < before + 50)
    bench.press("v")
    wait_until(lambda: coloured(view(bench)) > before + 300)
    bench.button("Undo").click()
    wait_until(lambda: coloured(view(bench)) < before + 50)
