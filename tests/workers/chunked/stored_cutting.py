"""A small head on disk, and what cuts it into superpixels: here, at once, and listened to."""

from __future__ import annotations

import shutil
from concurrent.futures import Future

import numpy as np
from numpy.testing import assert_array_equal
from scipy import ndimage

from workers.chunked.stored_partition import partition_stored
from workers.storage import stored_array

SHAPE = (26, 35, 30)
SPACING = (1.0, 0.8, 1.5)
CHUNK = (14, 18, 17)  # two a side


class Inline:
    """Runs each call at once; `fails` may raise instead of the n-th."""

    def __init__(self, fails=lambda n, kernel: None):
        self.submitted = 0
        self.kernels = []
        self.results = []
        self._fails = fails

    def submit(self, function, *args):
        future = Future()
        self.submitted += 1
        self.kernels += [args[0].__name__] * len(args[1])
        try:
            self._fails(self.submitted, args[0].__name__)
            future.set_result(function(*args))
            self.results += zip([args[0].__name__] * len(args[1]), future.result(), strict=True)
        except Exception as error:  # noqa: BLE001 - what an executor does
            future.set_exception(error)
        return future

    def fail_after(self, kernel, times):
        if self.kernels.count(kernel) > times:
            raise KeyError("the worker")


def head(dtype="u2", seed=0):
    """Two tissues, lesions and specks in air."""
    rng = np.random.default_rng(seed)
    mm = np.stack(np.meshgrid(*[np.linspace(-1, 1, n) for n in SHAPE], indexing="ij"))
    inside = np.hypot(np.hypot(mm[0], mm[1]), mm[2]) < 0.85
    tissue = ndimage.gaussian_filter(rng.normal(0, 1, SHAPE), 3)
    image = np.where(inside, 300 + 100 * (tissue > 0) + rng.normal(0, 12, SHAPE), 10)
    image = image + rng.normal(0, 2, SHAPE)
    image[rng.random(SHAPE) < 0.002] = 500
    return image.round().clip(0).astype(dtype)


def run(path, tmp_path, executor=None, **options):
    found = partition_stored(
        path,
        str(tmp_path / "ids"),
        SPACING,
        executor or Inline(),
        work=tmp_path / "work",
        **{"chunks": CHUNK, "count": 60} | options,
    )
    shutil.rmtree(tmp_path / "work")
    return found, stored_array.open_array(tmp_path / "ids")[:]


def assert_same(found, ids, reference):
    assert_array_equal(ids, reference.ids)
    assert_array_equal(found.boxes, reference.boxes)
    assert found.count == reference.count
    assert found.threshold == reference.threshold
    assert_array_equal(found.sizes, np.bincount(reference.ids.ravel())[1:])
