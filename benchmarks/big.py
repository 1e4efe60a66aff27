"""Superpixels out of core: whether they are the same, how fast, and in how much memory."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil

from benchmarks import big_passes, big_scikit
from benchmarks.alternating import alternate
from benchmarks.big_phantom import phantom
from benchmarks.figure import Figure
from dashboard.cluster.executor import DaskExecutor
from workers.chunked import stored_partition
from workers.chunked.checkpoints import Checkpoints
from workers.chunked.chunk_grid import ChunkGrid
from workers.chunked.chunk_slic import Features
from workers.chunked.stored_partition import partition_stored
from workers.runtime.progress import silent
from workers.runtime.team import Team
from workers.slic import exact_sums
from workers.slic.sums import round_to_fractions
from workers.slic.tiles import Scale, make_tiles
from workers.storage.stored_array import create, open_array
from workers.superpixels.partition import begun, grid_of, partition

SPACING = (0.5, 0.5, 0.5)
SMALL = 160
CHUNKINGS = ((128, 128, 128), (64, 64, 64), (160, 40, 80), (50, 70, 30), (33, 160, 47))
COUNT = 5000
AS_IT_IS = Scale(np.float32(0), np.float32(1), np.float32(1))


def figures(*, slow: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        yield from the_same(Path(folder))
        yield from big_scikit.figures()
        yield from iterations(Path(folder), 512 if slow else 256)
        image = str(Path(folder, "image"))
        yield from big_passes.figures(Path(folder), image, SPACING, COUNT)
        yield from on_processes(Path(folder), 512 if slow else 256)


def the_same(folder: Path) -> Iterator[Figure]:
    """Count the digests of the ids over chunkings, workers and masks, and of those in memory."""
    image = written(folder / "small", SMALL)
    options = {"count": 300}
    for name, threshold in (("with a mask", "auto"), ("without", None)):
        given = options | {"threshold": threshold}
        whole = partition(open_array(image)[:], SPACING, **given).ids.astype(np.uint32)
        digests = {hashlib.sha256(whole).hexdigest()}
        for workers in (1, 2):
            executor = DaskExecutor.local(workers=workers, threads_per_worker=1)
            for chunks in CHUNKINGS:
                digests.add(digest(cut(folder, image, executor.patient(), chunks, given)))
            executor.shutdown(cancel_futures=True)
        runs = 1 + 2 * len(CHUNKINGS)
        yield Figure(f"different ids in {runs} runs {name}", [len(digests)], "", at_most=1)


def iterations(folder: Path, n: int) -> Iterator[Figure]:
    """Time an iteration from chunks on disk beside one in memory; both on two threads."""
    image = written(folder / "image", n)
    values = round_to_fractions((open_array(image)[:].astype(np.float32) - 1000) / 20000)
    features = create(
        folder / "features", values.shape, np.float32, stored_partition.CHUNKS, compressed=False
    )
    features[:] = values
    box = (0, n) * 3
    disk = Features((str(folder / "features"),), stored_partition.CHUNKS, values.shape, box)
    numbers, steps = grid_of(values.shape, SPACING, values.size / COUNT)
    centres = begun(values.shape, numbers, np.ones(numbers))
    how = exact_sums.rule(values.shape, len(centres), steps, 0.1)
    with Team(2) as team, ThreadPoolExecutor(2) as threads:
        tiles = make_tiles(values[..., None], None, AS_IT_IS, team)
        del values
        cutting = ChunkGrid(features.shape, stored_partition.CHUNKS)
        course = Checkpoints(folder, cutting, threads, silent)
        sums = []

        def in_memory():
            sums.append(exact_sums.assign_adding(tiles, centres, how, team))

        def out_of_core():
            run = course.run("", 0, 1)
            sums.append(stored_partition.sums_of_all(course, disk, centres, how, run))

        in_memory(), out_of_core()
        turns = alternate(in_memory, out_of_core)
        assert all((each == sums[0]).all() for each in sums)
        name = f"an iteration of {n}³, out of core to in memory"
        yield turns.ratio(f"{name}, processor time", at_most=1.5)
        turns = alternate(in_memory, out_of_core, clock=time.perf_counter)
        yield turns.ratio(f"{name}, wall", at_most=1.5)
        yield Figure("    out of core", turns.theirs, "s")
        yield Figure("    in memory", turns.ours, "s")


def on_processes(folder: Path, n: int) -> Iterator[Figure]:
    """Time a whole partition on one and on two worker processes, and measure their memory."""
    image, took, peaks = str(folder / "image"), {}, []
    for workers in (1, 2):
        executor = DaskExecutor.local(workers=workers, threads_per_worker=1)
        cut(folder, str(folder / "small"), executor.patient(), (64, 64, 64), {})  # begun, compiled
        began = time.perf_counter()
        cut(folder, image, executor.patient(), stored_partition.CHUNKS, {"count": COUNT})
        took[workers] = time.perf_counter() - began
        peaks += [peak_mib(process) for process in workers_here()]
        executor.shutdown(cancel_futures=True)
    efficiency = took[1] / took[2] / 2 * 100
    yield Figure(f"efficiency of two worker processes, {n}³", [efficiency], "%", at_least=85)
    for workers, seconds in took.items():
        yield Figure(f"    {workers} worker{'s' * (workers > 1)}", [seconds], "s")
    yield Figure("memory of a worker, chunks of 128³", [max(peaks)], "MiB", at_most=400)


def cut(folder: Path, image: str, executor, chunks, options) -> Path:
    out = folder / "ids"
    shutil.rmtree(folder / "work", ignore_errors=True)
    partition_stored(
        image, str(out), SPACING, executor, work=folder / "work", chunks=chunks, **options
    )
    return out


def digest(path: Path) -> str:
    return hashlib.sha256(np.ascontiguousarray(open_array(path)[:])).hexdigest()


def written(path: Path, n: int) -> str:
    """Write a phantom to disk, some slices at a time."""
    array = create(path, (n, n, n), np.uint16, compressed=False)
    for first, layer in phantom(n):
        array[first : first + len(layer)] = layer
    return str(path)


def workers_here() -> list[psutil.Process]:
    """Return the processes that have compiled kernels: those with the most memory."""
    below = psutil.Process().children(recursive=True)
    return [each for each in below if "spawn_main" in " ".join(each.cmdline())]


def peak_mib(process: psutil.Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(dict(line.split(":", 1) for line in status.splitlines())["VmHWM"].split()[0]) / 1024
