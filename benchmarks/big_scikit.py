"""How many voxels sums without order give the cluster that scikit-image's sums give."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.figure import Figure
from benchmarks.slic_start import COMPACTNESS, ITERATIONS, SPACING, Start, start, theirs, volume
from workers.runtime.progress import silent
from workers.runtime.team import Team
from workers.slic.blocks import reach_of
from workers.slic.exact_sums import Rule, iterate
from workers.slic.sums import round_to_fractions
from workers.slic.tiles import Scale, join_tiles, make_tiles

COUNT = 2_000
AT_LEAST = 99.95
AS_IT_IS = Scale(np.float32(0), np.float32(1), np.float32(1))


def figures() -> Iterator[Figure]:
    given = start(volume(), COUNT)
    single = theirs(given, given.centres.copy(), ITERATIONS)
    double = Start(given.image.astype(np.float64), given.centres.astype(np.float64), given.step)
    wide = theirs(double, double.centres.copy(), ITERATIONS)
    found = {"ours": ours(given), "scikit-image in float64": wide}
    for name, labels in found.items():
        equal = 100 * np.mean(labels == single)
        goal = {"at_least": AT_LEAST} if name == "ours" else {}
        yield Figure(f"voxels as scikit-image in float32, {name}", [equal], "%", **goal)


def ours(given: Start) -> np.ndarray:
    """Return the clusters by sums without order, from scikit-image's own beginning."""
    values = round_to_fractions(given.image * np.float32(COMPACTNESS))
    shape = values.shape[:3]
    how = Rule(shape, reach_of(shape, len(given.centres)), SPACING, (COMPACTNESS / given.step) ** 2)
    with Team() as team:
        tiles = make_tiles(values, None, AS_IT_IS, team)
        iterate(tiles, given.centres, how, ITERATIONS, team, silent)
        return join_tiles(tiles, 1)
