"""Superpixels out of core, on real worker processes that die: the very same, whatever happens."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time

import numpy as np
import psutil
import pytest

from benchmarks.big_phantom import phantom
from dashboard.chunked import key_of, partition_stored
from dashboard.cluster import DaskExecutor
from dashboard.model.settings import Settings
from dashboard.model.volume import Volume
from tests.stored import store_volume
from workers.partition import partition

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
CHUNKS = (24, 20, 18)
AFFINE = np.diag([1.0, 0.8, 1.5, 1.0])
MASKED, WHOLE = Settings(count=60), Settings(count=60, threshold=None)


class Watcher:
    """A `report` that notes what it is told, and calls `acts` once each at a fraction."""

    def __init__(self, **acts):
        self.said, self.fractions = [], []
        self.acts = acts.get("at", {})

    def __call__(self, fraction):
        self.fractions.append(fraction)
        for moment in [each for each in self.acts if fraction >= each]:
            self.acts.pop(moment)()

    def say(self, text):
        self.said.append(text)


@pytest.fixture(scope="module")
def cluster():
    """An embedded cluster of two worker processes."""
    executor = DaskExecutor.local(workers=2, threads_per_worker=1)
    yield executor
    executor.shutdown(cancel_futures=True)


@pytest.fixture(scope="module")
def plain():
    """A ball of two tissues with noise, of 48 × 44 × 40 voxels."""
    data = np.concatenate([layer for _, layer in phantom(48)])[:, :44, :40]
    return Volume(np.ascontiguousarray(data), AFFINE, "ball")


@pytest.fixture(scope="module")
def expected(plain):
    """The digest of the ids of each wish, computed here and in memory."""
    return {wish: _digest(partition(plain.data, plain.spacing, **wish._asdict()).ids)
            for wish in (MASKED, WHOLE)}  # fmt: skip


@pytest.fixture
def volume(plain, tmp_path):
    """The same on disk, in a cache of its own."""
    return store_volume(plain, tmp_path / "cache")


def _digest(ids):
    return hashlib.sha256(np.ascontiguousarray(ids, np.uint32)).hexdigest()


def cut(volume, executor, wish=MASKED, chunks=CHUNKS, report=None):
    """The digest of the ids on disk."""
    found, _ = partition_stored(volume, wish, executor, chunks=chunks, report=report)
    return _digest(found.ids_array()[:])


def worker_pids(executor):
    host = psutil.Process(executor._link.process.pid)
    below = [each for each in host.children() if "spawn_main" in " ".join(each.cmdline())]
    return [each.pid for each in below]


def kill_the_oldest_worker(executor):
    if pids := worker_pids(executor):
        os.kill(min(pids, key=lambda pid: psutil.Process(pid).create_time()), signal.SIGKILL)


@pytest.mark.torture
def test_twenty_runs_with_a_worker_killed_every_five_seconds(
    cluster, tmp_path_factory, record_property
):
    volume = store_volume(_big(256), tmp_path_factory.mktemp("big"))
    wish = Settings(count=5000)
    chunks = (128, 128, 128)
    digests, took, kills = [], [], [0]

    def timed(n):
        began = time.monotonic()
        _forget(volume, wish)
        digests.append(cut(volume, cluster, wish, chunks))
        took.append(time.monotonic() - began)
        record_property(f"run {n}", f"{took[-1]:.1f} s, {kills[0]} kills so far")

    _forget(volume, wish)
    cut(volume, cluster, wish, chunks)
    timed(0)
    ended = threading.Event()

    def kill():
        while not ended.wait(5):
            kill_the_oldest_worker(cluster)
            kills[0] += 1

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        for n in range(1, 21):
            timed(n)
    finally:
        ended.set()
        killer.join()

    assert len(set(digests)) == 1
    assert kills[0] >= 20
    assert max(took[1:]) <= 3 * took[0]


def _big(n):
    data = np.concatenate([layer for _, layer in phantom(n)])
    return Volume(data, np.diag([0.5, 0.5, 0.5, 1.0]), "big")


def _forget(volume, wish):
    import shutil

    shutil.rmtree(volume.folder / "partitions" / key_of(volume, wish), ignore_errors=True)
