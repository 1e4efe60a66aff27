"""Strokes on a volume on disk, looked up by real workers: lost ones cost no stroke and no bit."""

from __future__ import annotations

import os
import signal
import sys
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

import cloudpickle
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard.annotation.stroke import Tip
from dashboard.cluster.executor import DaskExecutor
from dashboard.cluster.thread_executor import Threads
from dashboard.session.backing import worker_or_thread
from dashboard.session.backing.disk import Disk
from dashboard.session.jobs import Executors
from tests.cluster import kernels
from tests.cluster.watching import eventually
from tests.conftest import Inline, draw, session_on, tissues
from tests.session.test_stored_session import PIR, SHAPE, WISH
from tests.stored import partition_stored, store_volume
from workers.drawing.brush_sweep import sweep

cloudpickle.register_pickle_by_value(sys.modules[__name__])
HERE = Path("/proc/self/cwd")  # another folder in each process
SERVER = os.getpid()


class NoThread(Executor):
    """Has nothing done by the server."""

    def submit(self, fn, /, *args, **kwargs):
        raise AssertionError(f"{fn.__name__} was to be called on a worker.")


class Told:
    """Hears what a partition says."""

    def __call__(self, fraction):
        """Nothing is shown."""

    def say(self, text):
        """Nothing is said."""


@pytest.fixture
def plain():
    """A session on a small volume in memory, which is partitioned."""
    return session_on(tissues(SHAPE, PIR, "small"), settings=WISH)


def disk_on(plain, executor, root, threads=None):
    """The volume and its superpixels on disk, and who works there."""
    run = Executors(executor, Inline(), threads or Threads(), Inline())
    backing = Disk(store_volume(plain.volume, root), run, None)
    superpixels, _ = partition_stored(backing.volume, WISH, Inline(), report=Told())
    return backing, superpixels


def stroke_on(plain, **tip):
    drawn = draw(plain, "axial", 3, (1, 1), (6, 8))
    return type(drawn)(drawn.plane, drawn.xy, 1, Tip(**tip))


def ids_found(backing, superpixels, stroke):
    return backing.find_under(superpixels, stroke).result(60).ids


def is_found_by_a_worker(backing, superpixels, stroke):
    """Whether a worker answers in time."""
    return ids_found(backing, superpixels, stroke).size and not backing.why_here


@pytest.fixture
def slow(monkeypatch):
    """A worker may take its time: it compiles."""
    monkeypatch.setattr(worker_or_thread, "ANSWER_S", 120.0)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("radius_mm", [0.0, 2.0])
def test_workers_find_and_split_what_lies_under_a_stroke(executor, plain, tmp_path, radius_mm):
    backing, superpixels = disk_on(plain, executor, tmp_path, NoThread())
    stroke = stroke_on(plain, radius_mm=radius_mm)
    expected = plain.backing.cut_under(plain.superpixels, stroke, 10**6).result()

    found, pieces = backing.cut_under(superpixels, stroke, 10**6).result(120)

    assert_array_equal(ids_found(backing, superpixels, stroke), expected.found.ids)
    assert_array_equal(found.ids, expected.found.ids)
    for piece, other in zip(pieces, expected.pieces, strict=True):
        assert_array_equal(piece, other)
    assert backing.why_here == ""


@pytest.mark.usefixtures("slow")
def test_workers_tell_what_a_tip_reaches(executor, plain, tmp_path):
    backing, superpixels = disk_on(plain, executor, tmp_path, NoThread())
    masks = partial(sweep, SHAPE, (1.0, 1.0, 1.0), 2, 3, np.array([[4.0, 5.0]]), 2.0, is_ball=True)
    voxel = tuple(slice(n, n + 1) for n in (4, 5, 3))
    expected = plain.backing.reach(masks, plain.superpixels, voxel).result()

    found = backing.reach(masks, superpixels, voxel).result(120)

    assert found.boxes == expected.boxes
    for (box, mask), (of, other) in zip(found.masks, expected.masks, strict=True):
        assert box == of
        assert_array_equal(mask, other)


@pytest.mark.usefixtures("slow")
def test_a_stroke_comes_before_the_chunks_of_a_partition(executor, plain, tmp_path):
    backing, superpixels = disk_on(plain, executor, tmp_path, NoThread())
    stroke = stroke_on(plain)
    ids_found(backing, superpixels, stroke)
    view, ended = executor.patient(), []
    chunks = [view.submit(kernels.hold, 0.2) for _ in range(30)]
    for chunk in chunks:
        chunk.add_done_callback(ended.append)
    assert eventually(lambda: len(ended) > 2, 60)

    ids_found(backing, superpixels, stroke)

    assert len(ended) < 20
    for chunk in chunks:
        chunk.result(60)


def die_on_a_worker():
    """Take the worker with it; in the server, tell what is reached."""
    if os.getpid() != SERVER:
        os.kill(os.getpid(), signal.SIGKILL)
    return [((slice(0, 1),) * 3, np.ones((1, 1, 1), bool))]


@pytest.mark.slow
def test_a_worker_that_is_killed_in_mid_stroke_costs_no_stroke(plain, tmp_path):
    with DaskExecutor.local(threads_per_worker=1) as executor:
        backing, superpixels = disk_on(plain, executor, tmp_path)
        stroke = stroke_on(plain)
        expected = plain.backing.find_under(plain.superpixels, stroke).result().ids
        assert eventually(partial(is_found_by_a_worker, backing, superpixels, stroke), 120)

        reached = backing.reach(die_on_a_worker).result(60)

        assert len(reached.masks) == 1
        assert backing.why_here
        assert_array_equal(ids_found(backing, superpixels, stroke), expected)
        assert eventually(partial(is_found_by_a_worker, backing, superpixels, stroke), 120)


@pytest.mark.slow
def test_a_scheduler_that_is_gone_costs_no_stroke_and_is_said_until_it_is_back(
    remote, plain, tmp_path
):
    remote.start_worker()
    with DaskExecutor.connect(remote.address, deadline=60) as executor:
        backing, superpixels = disk_on(plain, executor, tmp_path)
        stroke = stroke_on(plain)
        expected = plain.backing.find_under(plain.superpixels, stroke).result().ids
        assert eventually(partial(is_found_by_a_worker, backing, superpixels, stroke), 120)

        remote.stop()
        assert_array_equal(ids_found(backing, superpixels, stroke), expected)

        assert backing.why_here
        remote.start_scheduler()
        remote.start_worker()
        assert eventually(partial(is_found_by_a_worker, backing, superpixels, stroke), 120)


@pytest.mark.skipif(not HERE.exists(), reason="needs /proc")
def test_workers_that_do_not_see_the_volume_are_named_and_the_server_does_it(
    remote, plain, tmp_path, monkeypatch
):
    (tmp_path / "server").mkdir()
    (tmp_path / "worker").mkdir()
    monkeypatch.chdir(tmp_path / "server")
    remote.start_bare_worker(tmp_path / "worker")
    with DaskExecutor.connect(remote.address, deadline=60) as executor:
        assert eventually(lambda: executor.state.startswith("ready"), 60)
        backing, superpixels = disk_on(plain, executor, HERE / "cache")
        stroke = stroke_on(plain)
        expected = plain.backing.find_under(plain.superpixels, stroke).result().ids

        assert eventually(
            lambda: (
                ids_found(backing, superpixels, stroke).size and "does not see" in backing.why_here
            ),
            60,
        )
        assert_array_equal(ids_found(backing, superpixels, stroke), expected)
