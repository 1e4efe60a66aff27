"""Superpixels out of core, on real worker processes that die: the very same, whatever happens."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import BrokenExecutor
from functools import partial
from pathlib import Path

import dask
import numpy as np
import psutil
import pytest

from benchmarks.big_phantom import phantom
from dashboard.annotation.partition_settings import Settings
from dashboard.cluster.executor import DaskExecutor
from dashboard.volumes.cache.partitions import key_of, partition_stored
from dashboard.volumes.memory_volume import Volume
from tests.cluster.remote import Remote, certificates
from tests.cluster.watching import connection_of, eventually, workers_of
from tests.conftest import nifti_bytes
from tests.stored import store_volume
from workers.storage.stored_array import CHUNK
from workers.superpixels.partition import ITERATIONS, partition

pytestmark = pytest.mark.timeout(3600)
CHUNKS = (24, 22, 20)
HERE = Path("/proc/self/cwd")  # another folder in each process
TOLD_S = 5
AFFINE = np.diag([1.0, 0.8, 1.5, 1.0])
MASKED, WHOLE = Settings(count=60), Settings(count=60, threshold=None)


class Watcher:
    """A `report` that notes what is said, and does something when so much is done; each once."""

    def __init__(self, acts=()):
        self.said, self.acts = [], dict(acts)

    def __call__(self, fraction):
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


@pytest.fixture(scope="module")
def stored(plain, tmp_path_factory):
    """The same on disk."""
    return store_volume(plain, tmp_path_factory.mktemp("cache"))


@pytest.fixture
def volume(stored):
    """The same, without superpixels."""
    yield stored
    shutil.rmtree(stored.folder / "partitions", ignore_errors=True)


def _digest(ids):
    return hashlib.sha256(np.ascontiguousarray(ids, np.uint32)).hexdigest()


def cut(volume, executor, wish=MASKED, chunks=CHUNKS, report=None):
    """The digest of the ids on disk."""
    found, _ = partition_stored(volume, wish, executor, chunks=chunks, report=report)
    return _digest(found.ids_array()[:])


def iterations_in(volume):
    """When each iteration was done of which the centres are on disk."""
    return {path.name: path.stat().st_mtime_ns for path in volume.folder.rglob("centres-*.npz")}


def worker_pids(executor):
    host = psutil.Process(connection_of(executor).process.pid)
    return workers_of(host)


def kill_the_oldest_worker(executor):
    if pids := worker_pids(executor):
        os.kill(min(pids, key=lambda pid: psutil.Process(pid).create_time()), signal.SIGKILL)


# The very same


@pytest.mark.slow
@pytest.mark.parametrize("chunks", [CHUNKS, (30, 44, 13)])
@pytest.mark.parametrize("wish", [MASKED, WHOLE])
def test_two_processes_give_the_ids_of_memory(cluster, volume, expected, wish, chunks):
    assert cut(volume, cluster, wish, chunks) == expected[wish]


@pytest.mark.slow
def test_workers_killed_on_the_way_change_no_bit(cluster, volume, expected):
    kill = partial(kill_the_oldest_worker, cluster)
    killed = Watcher(dict.fromkeys([0.05, 0.5, 0.94], kill))

    assert cut(volume, cluster, report=killed) == expected[MASKED]
    assert not killed.acts


@pytest.mark.slow
def test_the_compute_process_killed_on_the_way_changes_no_bit(cluster, volume, expected):
    def kill():
        os.kill(connection_of(cluster).process.pid, signal.SIGKILL)

    assert cut(volume, cluster, report=Watcher({0.5: kill})) == expected[MASKED]


# A cluster of others


@pytest.fixture
def secure(tmp_path):
    """A scheduler and a worker of others, with TLS."""
    with dask.config.set(tls := certificates(tmp_path)):
        remote = Remote(tls)
        remote.start_scheduler()
        remote.start_worker()
        yield remote
        remote.stop()


@pytest.mark.slow
def test_a_lost_scheduler_is_said_and_the_next_call_goes_on(secure, volume, expected):
    killed = []

    def kill():
        secure.kill_scheduler()
        killed.append(time.monotonic())

    with DaskExecutor.connect(secure.address, deadline=60) as executor:
        with pytest.raises(BrokenExecutor, match=r"Dask scheduler .*\."):
            cut(volume, executor, report=Watcher({0.5: kill}))
        took = time.monotonic() - killed[0]
        secure.start_scheduler()
        secure.start_worker()
        assert eventually(lambda: executor.state.startswith("ready"), 60)
        done, kept = iterations_in(volume), {}
        digest = cut(
            volume, executor, report=Watcher({0.86: lambda: kept.update(iterations_in(volume))})
        )

    assert took < TOLD_S
    assert digest == expected[MASKED]
    assert len(kept) == ITERATIONS - 1
    assert done
    assert done.items() <= kept.items()


@pytest.mark.slow
def test_without_a_worker_it_says_so_and_goes_on_when_one_comes(remote, volume, expected):
    come = []

    class Patient(Watcher):
        def say(self, text):
            super().say(text)
            if text.startswith("No Dask worker") and not come:
                come.append(remote.start_worker())

    with DaskExecutor.connect(remote.address, deadline=60, worker_deadline=2) as executor:
        assert eventually(lambda: connection_of(executor) is not None, 60)

        assert cut(volume, executor, report=Patient()) == expected[MASKED]
    assert come


@pytest.mark.skipif(not HERE.exists(), reason="needs /proc")
def test_a_worker_that_does_not_see_the_cache_is_named_first(remote, plain, tmp_path, monkeypatch):
    for name in ("server", "worker"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "server")
    volume = store_volume(plain, HERE / "cache")
    remote.start_bare_worker(tmp_path / "worker")
    said = Watcher()

    with DaskExecutor.connect(remote.address, deadline=60) as executor:
        assert eventually(lambda: executor.state.startswith("ready"), 60)
        with pytest.raises(ValueError, match=r"workers do not see the cache folder .*--cache"):
            cut(volume, executor, report=said)
    assert not said.said


# The disk


@pytest.fixture
def small_disk(plain, tmp_path):
    """A volume on a disk of its own with little room, and what makes it larger."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.getuid() or _mount("-t", "tmpfs", "-o", "size=64m", "none", folder):
        pytest.skip("needs root, and leave to mount")
    try:
        volume = store_volume(plain, folder)
        used = shutil.disk_usage(folder).used
        yield volume, lambda more: _mount("-o", f"remount,size={used + more}", folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def _mount(*options):
    return subprocess.run(["mount", *map(str, options)], check=False).returncode


@pytest.mark.slow
@pytest.mark.parametrize(
    "room",
    [300_000, *(pytest.param(n, marks=pytest.mark.torture) for n in (100_000, 500_000, 700_000))],
)
def test_a_full_disk_is_said_and_it_goes_on_when_there_is_room(cluster, small_disk, expected, room):
    volume, resize = small_disk
    assert not resize(room)

    with pytest.raises(ValueError, match=r"disk of .* is full: make room"):
        cut(volume, cluster)
    assert not [*volume.folder.rglob("partition.json")]
    assert not resize(64_000_000)

    assert cut(volume, cluster) == expected[MASKED]


# The process that drives


@pytest.mark.slow
@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.torture)])
def test_who_is_killed_and_starts_again_gets_the_same(plain, tmp_path, kills):
    affine = plain.affine
    (tmp_path / "ball.nii").write_bytes(nifti_bytes(plain.data, affine))
    reference = partition(plain.data, plain.spacing, count=60).ids.astype(np.uint16)
    command = [
        sys.executable, "-m", "dashboard.cli", "partition", tmp_path / "ball.nii",
        tmp_path / "ids.zarr", "--count", "60", "--chunks", "8,11,10",
        "--cache", tmp_path / "cache",
    ]  # fmt: skip
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    moments = np.random.default_rng(0).uniform(0, 2, kills)
    killed = 0

    for moment in moments:
        if (tmp_path / "ids.zarr").exists():  # the last of the killed was ready
            shutil.rmtree(tmp_path / "ids.zarr")
            shutil.rmtree(tmp_path / "cache")
        with subprocess.Popen(list(map(str, command)), **quiet) as driver:
            assert eventually(lambda: [*tmp_path.glob("cache/volumes/*/partitions/*/work")], 60)
            time.sleep(moment)
            driver.kill()
            killed += driver.wait() == -signal.SIGKILL
    done = subprocess.run(list(map(str, command)), check=False, capture_output=True)

    if (tmp_path / "ids.zarr").exists() and done.returncode:
        shutil.rmtree(tmp_path / "ids.zarr")  # the last of the killed was ready
        done = subprocess.run(list(map(str, command)), check=True, capture_output=True)
    told = json.loads(done.stdout)
    assert told["sha256"] == hashlib.sha256(np.ascontiguousarray(reference)).hexdigest()
    assert killed > kills / 2


@pytest.mark.torture
def test_twenty_runs_with_a_worker_killed_every_five_seconds(
    cluster, tmp_path_factory, record_property
):
    volume = store_volume(_big(256), tmp_path_factory.mktemp("big"), chunks=CHUNK)
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
    shutil.rmtree(volume.folder / "partitions" / key_of(volume, wish), ignore_errors=True)
