"""A user goes on annotating while the cluster dies under them, and nothing is lost or differs."""

from __future__ import annotations

import os
import queue
import signal
import time
from functools import partial

import numpy as np
import psutil
import pytest
from numpy.testing import assert_array_equal

from dashboard.annotation.partition_settings import Settings
from dashboard.cluster.executor import DaskExecutor
from dashboard.session.session import Session
from tests.cluster.remote import Remote
from tests.cluster.watching import connection_of, eventually, workers_of
from tests.conftest import Inline, draw_voxel, nifti_bytes, tissues
from workers.superpixels.partition import partition

pytestmark = pytest.mark.timeout(3600)
TOLD_S = 5
SHAPE = (150, 140, 130)
VOXELS = [(10, 20, 30), (100, 120, 60), (75, 70, 65), (140, 5, 100)]
WISHES = [Settings(count=count, threshold=None, sigma_mm=0.0) for count in (200, 600, 2000)]


class Annotator:
    """A session in this thread, whose user strokes and takes back; and what it told, by time.

    A busy machine may hold up one stroke; the cluster would hold up one at each of its deaths.
    """

    def __init__(self, executor, volume):
        self.turns, self.told, self.strokes, self.late = queue.SimpleQueue(), [], 0, 0
        self.session = Session(executor, Inline(), self.turns.put)
        self.session.param.watch(self._note, "notice", onlychanged=False)
        self.session.first_settings = WISHES[0]
        self.session.open(nifti_bytes(volume.data, volume.affine), "noise.nii")
        self.expected = np.zeros(volume.data.shape, np.uint16)

    def _note(self, event):
        self.told.append((time.monotonic(), event.new.text))

    def live(self, seconds=0.05):
        """Let happen what the executor's threads have asked of the page."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                self.turns.get(timeout=left)()
            except queue.Empty:
                return

    def until(self, condition, seconds):
        """Annotate until a condition holds."""
        deadline = time.monotonic() + seconds
        while not condition() and time.monotonic() < deadline:
            self.live()
            self.annotate()
        return condition()

    def annotate(self):
        """Stroke, and take each second stroke back; the labels are what they have to be."""
        if self.session.superpixels is None:
            return
        began = time.monotonic()
        voxel, label = VOXELS[self.strokes % len(VOXELS)], 1 + self.strokes % 4
        self.session.paint(draw_voxel(self.session, voxel, label))
        if self.strokes % 2:
            self.session.undo()
        else:
            ids = self.session.superpixels.ids
            self.expected[ids == ids[voxel]] = label
        self.strokes += 1
        assert_array_equal(self.session.labels.data, self.expected)
        self.late += time.monotonic() - began >= 1
        assert self.late <= 1, "annotation never waits for the cluster"

    def tells(self, text, since):
        """Whether a sentence was told since then."""
        return any(at >= since and text in told for at, told in self.told)

    @property
    def is_idle(self):
        return self.session.job is None


@pytest.fixture(scope="module")
def noise():
    """A volume whose partition takes about a second."""
    return tissues(SHAPE, np.diag([0.8, 0.8, 1.5, 1.0]))


@pytest.fixture(scope="module")
def undisturbed(noise):
    """The ids of each partition that is asked for, computed here."""
    found = [
        partition(np.asarray(noise.data), noise.spacing, **wish._asdict()).ids for wish in WISHES
    ]
    return dict(zip(WISHES, found, strict=True))


def assert_same_bits(annotator, undisturbed, wish):
    ids = annotator.session.superpixels.ids
    assert ids.dtype == undisturbed[wish].dtype
    assert_array_equal(ids, undisturbed[wish])


def begun(annotator):
    job = annotator.session.job
    return job is not None and job.fraction > 0


def begins(annotator, wish):
    """Partition; once more if it was done before it was seen to have begun."""
    for _ in range(10):
        annotator.session.partition(wish)
        assert annotator.until(lambda: begun(annotator) or annotator.is_idle, 60)
        if begun(annotator):
            return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("kills", [2, pytest.param(60, marks=pytest.mark.torture)])
def test_a_worker_killed_every_five_seconds_changes_no_bit(executor, noise, undisturbed, kills):
    annotator = Annotator(executor, noise)
    assert annotator.until(lambda: annotator.is_idle, 60)
    killed, interrupted, done, next_kill = 0, 0, 0, 0.0
    while killed < kills:
        wish = WISHES[done % len(WISHES)]
        assert begins(annotator, wish)
        if time.monotonic() >= next_kill:
            os.kill(worker_below(executor), signal.SIGKILL)
            next_kill = time.monotonic() + 5
            killed += 1
            interrupted += not annotator.is_idle
        assert annotator.until(lambda: annotator.is_idle, 90)
        assert_same_bits(annotator, undisturbed, wish)
        done += 1

    assert interrupted >= kills / 2
    assert annotator.strokes > kills
    assert not [told for _, told in annotator.told if "failed" in told]


def worker_below(executor):
    """The process id of the worker of an embedded cluster."""
    host = psutil.Process(connection_of(executor).process.pid)
    return workers_of(host)[-1]


@pytest.mark.slow
@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.torture)])
def test_a_scheduler_that_is_killed_is_told_and_the_partition_goes_on_to_the_same_bits(
    executor, noise, undisturbed, kills
):
    annotator, late = Annotator(executor, noise), []
    assert annotator.until(lambda: annotator.is_idle, 60)
    for kill in range(kills):
        wish = WISHES[kill % len(WISHES)]
        assert begins(annotator, wish)

        os.kill(connection_of(executor).process.pid, signal.SIGKILL)
        killed = time.monotonic()
        said = partial(annotator.tells, "Partitioning begins anew", killed)
        assert annotator.until(said, TOLD_S)
        late.append(time.monotonic() - killed)

        assert annotator.until(lambda: annotator.is_idle, 90)
        assert_same_bits(annotator, undisturbed, wish)

    assert max(late) <= TOLD_S
    assert annotator.strokes > kills


@pytest.mark.parametrize("deadline", [2, pytest.param(30, marks=pytest.mark.torture)])
def test_without_workers_it_is_told_and_one_annotates_on(noise, undisturbed, deadline):
    remote = Remote()
    remote.start_scheduler()
    try:
        with DaskExecutor.connect(remote.address, deadline=60, worker_deadline=deadline) as none:
            assert eventually(lambda: connection_of(none) is not None, 60)
            annotator = Annotator(none, noise)
            assert annotator.until(lambda: annotator.session.volume is not None, 10)
            ids = nifti_bytes(undisturbed[WISHES[0]].astype(np.uint16), noise.affine)
            annotator.session.open_superpixels(ids, "superpixels.nii")
            assert annotator.until(lambda: annotator.session.superpixels is not None, 10)
            annotator.session.partition(WISHES[1])
            asked = time.monotonic()
            said = partial(annotator.tells, "No Dask worker has been there", asked)

            assert annotator.until(said, deadline + 5)

            assert time.monotonic() - asked <= deadline + 1
            assert annotator.strokes > 1
            assert annotator.until(lambda: annotator.is_idle, 5)
    finally:
        remote.stop()
