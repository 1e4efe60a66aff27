"""The things that many tests are about: volumes, sessions, and executors that tests can hold."""

from __future__ import annotations

import gc
import queue
import re
import time
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial

import hypothesis
import nibabel as nib
import numpy as np
import pytest

from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.slice_geometry import Plane, layouts
from dashboard.annotation.stroke import Stroke
from dashboard.annotation.superpixels import Superpixels
from dashboard.session.session import Session
from dashboard.volumes.memory_volume import Volume
from workers.runtime.boxes import boxes
from workers.runtime.team import at_most

TILT = np.radians(17)

# A machine that is busy with something else is no failure of ours.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


OWN_TARGETS = ("torture", "hub", "network", "slow")  # of marks in make; the first that a test has


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Leave what is long to targets of its own."""
    wanted = {"", *re.findall(r"\w+", config.option.markexpr)}
    others = [item for item in items if target_of(item) not in wanted]
    config.hook.pytest_deselected(items=others)
    left_out = {*others}
    items[:] = [item for item in items if item not in left_out]


def target_of(item):
    """Which mark has an item run by a target of its own; "" if `make test` runs it."""
    marks = marks_of(item)
    return next((name for name in OWN_TARGETS if name in marks), "")


def pytest_collection_finish():
    """Leave what is loaded by now, and stays, out of each later look for garbage."""
    gc.freeze()


def marks_of(item):
    """The names of an item's marks; the Hub's tests are told by their folder."""
    folder = {"hub"} if item.path.parent.name == "hub" else set()
    return folder | {mark.name for mark in item.iter_markers()}


class Inline(Executor):
    """Runs each kernel at once, in the caller's thread and no other, `report` and all."""

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        try:
            with at_most(1):  # to start threads takes longer than what small volumes give them
                future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - an executor hands over whatever was raised
            future.set_exception(error)
        return future


class NoWorker(Executor):
    """Gives up all that it is handed."""

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        future.set_exception(BrokenExecutor("There is no worker."))
        return future


class ByHand(Executor):
    """Runs nothing before the test says so; then the oldest first, or the one named.

    A stubborn one is like a thread: what was handed to it cannot be cancelled from outside.
    """

    def __init__(self, *, stubborn=False):
        self.waiting = []
        self.stubborn = stubborn

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        if self.stubborn:
            future.set_running_or_notify_cancel()
        self.waiting.append((future, partial(fn, *args, **kwargs)))
        return future

    def finish(self, which=0):
        future, call = self.waiting.pop(which)
        if self.stubborn or future.set_running_or_notify_cancel():
            try:
                future.set_result(call())
            except Exception as error:  # noqa: BLE001 - as above
                future.set_exception(error)


class Later(list):
    """A `schedule` that keeps what it is given until the test lets it happen."""

    def __call__(self, function):
        self.append(function)

    def happen(self):
        while self:
            self.pop(0)()


class Turns:
    """A `schedule` for tests with threads: what it is given happens when the test waits."""

    def __init__(self):
        self.waiting = queue.SimpleQueue()

    def __call__(self, function):
        self.waiting.put(function)

    def until(self, condition, seconds=30):
        """Let things happen until `condition()` holds."""
        end = time.monotonic() + seconds
        while not condition():
            self.waiting.get(timeout=max(0.001, end - time.monotonic()))()


def now(function):
    """A `schedule` that does at once what it is given."""
    function()


def slab(*rows):
    """A volume one voxel thick, from rows of digits: i goes down, j to the right."""
    return np.array([[int(digit) for digit in row] for row in rows], np.uint16)[:, :, None]


def partitioned(ids):
    """The superpixels of a copy of `ids`."""
    return Superpixels(ids.copy(), boxes(ids, int(ids.max())))


def draw(session, name, index, *points, label=1):
    """A stroke over canvas points on a slice of the open volume."""
    laid = layouts(session.volume.affine, session.volume.shape)
    return Stroke(Plane(laid[name], index), np.array(points, float).reshape(-1, 2), label)


def draw_voxel(session, ijk, label=1):
    """A stroke of one point on the axial slice, over the voxel `ijk`."""
    layout = layouts(session.volume.affine, session.volume.shape)["axial"]
    xy = [axis.to_voxel(ijk[axis.index]) for axis in (layout.x, layout.y)]
    return Stroke(Plane(layout, ijk[layout.axis]), np.array([xy], float), label)


def nifti_bytes(data, affine):
    """The bytes of a plain NIfTI file."""
    image = nib.Nifti1Image(data, affine, dtype=data.dtype)
    image.header.set_xyzt_units("mm")
    return image.to_bytes()


def tissues(shape, affine, name="tissues"):
    """A volume whose half along the first axis is brighter, in faint noise; no voxel is alike."""
    noise = np.random.default_rng(0).uniform(0, 10, shape)
    data = np.full(shape, 100.0) + noise
    data[shape[0] // 2 :] += 100
    return Volume(data.astype(np.float32), affine, name)


def session_on(volume, *, executor=None, settings=None, **options):
    """A session that has opened `volume` and partitioned it."""
    options = {"files": Inline(), "schedule": now} | options
    session = Session(executor or Inline(), **options)
    session.first_settings = settings or Settings(count=30, threshold=None)
    session.open(nifti_bytes(volume.data, volume.affine), f"{volume.name}.nii")
    return session


@pytest.fixture
def two_tissues():
    """A volume of a dark and a bright half, 1 × 1 × 2 mm, that begins at (-6, -5, 3) mm."""
    affine = np.diag([1.0, 1.0, 2.0, 1.0])
    affine[:3, 3] = -6, -5, 3
    return tissues((12, 12, 6), affine, "two")


@pytest.fixture
def anisotropic():
    """A volume of thick slices, 0.5 × 0.5 × 4 mm, in the order left, posterior, superior."""
    return tissues((10, 10, 4), np.diag([-0.5, -0.5, 4.0, 1.0]), "thick")


@pytest.fixture
def non_cubic():
    """A volume of 7 × 11 × 5 voxels whose axes go posterior, inferior and right."""
    affine = np.array([[0, 0, 1.5, -9], [-0.7, 0, 0, 4], [0, -1.1, 0, 8], [0, 0, 0, 1.0]])
    return tissues((7, 11, 5), affine, "flat")


@pytest.fixture
def oblique():
    """A volume of 9 × 8 × 6 voxels tilted by 17 degrees about the patient's long axis."""
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(TILT), -np.sin(TILT)], [np.sin(TILT), np.cos(TILT)]]
    turn[:3, 3] = 3, -5, 2
    return tissues((9, 8, 6), turn @ np.diag([0.9, 1.1, 2.5, 1.0]), "tilted")


@pytest.fixture(params=["two_tissues", "anisotropic", "non_cubic", "oblique"])
def volume(request):
    """Each of the volumes in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def session(two_tissues):
    """Two tissues, open and partitioned into some 30 superpixels."""
    return session_on(two_tissues)


@pytest.fixture
def by_hand():
    """An executor that waits for the test."""
    return ByHand()


@pytest.fixture
def later():
    """A schedule that waits for the test."""
    return Later()
