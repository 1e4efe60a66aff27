"""Where an iteration's time goes, and what no SLIC of this kind can do without."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import numpy as np

from benchmarks import slic_start
from benchmarks.figure import Figure
from benchmarks.slic_start import COUNTS, ITERATIONS, SPACING, in_tiles, start
from benchmarks.timing import milliseconds
from workers.runtime.team import Team
from workers.slic.assign import assign
from workers.slic.blocks import Clusters, by_block, reach_of, windows_of
from workers.slic.candidates import by_tile
from workers.slic.metric import metric_of
from workers.slic.tiles import TILE_VOXELS
from workers.slic.update import move

REPEATS = 7
# A voxel's value and cluster are read to assign it, and its cluster is written; both are read
# again to move the centres.
BYTES = 5 * 4


def figures(image: np.ndarray) -> Iterator[Figure]:
    with Team(1) as team:
        for n in COUNTS:
            yield from parts(image, n, team, all_of_them=n == 2_000)


def parts(image: np.ndarray, n: int, team: Team, *, all_of_them: bool) -> Iterator[Figure]:
    """Time each part of one more iteration, after all the others."""
    given = start(image, n)
    tiles, centres = in_tiles(given, team), given.centres.copy()
    slic_start.ours(tiles, centres, given.step, ITERATIONS, team)
    windows = windows_of(centres, reach_of(tiles.shape, len(centres)), tiles.shape)
    clusters, rows = Clusters(centres, windows), np.ascontiguousarray(windows[:, :2])
    metric = metric_of(tiles, centres, given.step, SPACING)
    lists = by_block(windows, tiles.shape)
    every = (0, math.prod(lists.blocks))
    near = by_tile(*every, lists, tiles, clusters, metric)
    candidates = np.diff(near[0][:, 1:]).ravel()
    yield Figure(f"candidates a voxel, n = {n:,} (windows hold 64)", [candidates.mean()], "")
    if not all_of_them:
        return
    spare = np.zeros_like(tiles.values)
    nothing, sums = (np.zeros((size, 5), np.int64) for size in (0, len(centres)))
    timed = {
        "list the clusters of each block": lambda: by_block(windows, tiles.shape),
        "rule out, tile by tile": lambda: by_tile(*every, lists, tiles, clusters, metric),
        "assign": lambda: assign(*near, tiles, clusters, metric, True, nothing),
        "assign and add up in whole numbers, as the page does": lambda: assign(
            *near, tiles, clusters, metric, True, sums
        ),
        "move the centres": lambda: move(centres.copy(), tiles, rows, team),
        "floor: copy the values once": lambda: np.copyto(spare, tiles.values),
    }
    took = {
        name: milliseconds(action, REPEATS, time.process_time) for name, action in timed.items()
    }
    for name, each in took.items():
        yield Figure(f"    one iteration: {name}", each, "ms")
    evaluated = candidates.sum() * TILE_VOXELS
    each = [ms * 1e6 / evaluated for ms in took["assign"]]
    yield Figure("    assign, for each candidate of each voxel", each, "ns")
    yield Figure("    bytes moved in an iteration", [tiles.clusters.size * BYTES / 1e6], "MB")
