"""What each pass of a partition out of core costs, a chunk of 128³ on one thread."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

from benchmarks.figure import Figure
from workers.chunked.chunk_grid import ChunkGrid
from workers.chunked.stored_partition import CHUNKS, partition_stored
from workers.storage.stored_array import open_array


class Stages:
    """A report that notes how much processor time was taken when a stage began."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, float]] = []

    def __call__(self, fraction: float) -> None:
        pass

    def say(self, text: str) -> None:
        if " · chunk" not in text:
            self.begun.append((text, time.process_time()))


def figures(folder: Path, image: str, spacing: tuple[float, ...], count: int) -> Iterator[Figure]:
    chunks, stages = len(ChunkGrid(open_array(image).shape, CHUNKS).boxes()), Stages()
    with ThreadPoolExecutor(1) as thread:
        out = folder / "passes"
        partition_stored(
            image, str(out), spacing, thread, work=folder / "w", count=count, report=stages
        )
    shutil.rmtree(out)
    stages.say("end")
    took: dict[str, list[float]] = {}
    for (text, begin), (_, end) in pairwise(stages.begun):
        first = text.startswith("iteration") and text != "iteration 10 of 10"
        name = "iterations 1 to 9, each" if first else text
        took.setdefault(name, []).append((end - begin) / chunks * 1000)
    for name, ms in took.items():
        yield Figure(f"a chunk of 128³, processor time: {name}", ms, "ms")
    total = sum(sum(ms) for ms in took.values())
    yield Figure("    all of them", [total], "ms")
