"""SLIC by sums without order: the same clusters for a volume and for its chunks.

In each iteration a voxel goes to its nearest centre, the lowest if several are as near, and centres
move to the exact means of their voxels. A voxel in no centre's window is nobody's until the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from workers.runtime.progress import Report
from workers.runtime.team import Team
from workers.slic.blocks import Clusters, by_block, reach_of, windows_of
from workers.slic.iteration import assign_near
from workers.slic.metric import weigh
from workers.slic.sums import Sums, means
from workers.slic.tiles import Tiles


class Rule(NamedTuple):
    """What decides which cluster a voxel goes to; the same for all chunks of a volume.

    Attributes
    ----------
    shape : tuple of int
        (I, J, K) of the whole.
    reach : (3,) ndarray of int
        How far the window of a cluster goes from its centre, in voxels.
    spacing : (3,) ndarray of float32
        Voxel edges, in any unit.
    weight : float
        What a squared length of 1 in that unit counts against a squared difference of 1 in
        intensity.
    """

    shape: tuple[int, int, int]
    reach: np.ndarray
    spacing: np.ndarray
    weight: float


def rule(shape: tuple[int, int, int], n: int, spacing: np.ndarray, compactness: float) -> Rule:
    """Return the rule for `n` centres on a grid, where `spacing` counts in steps of it.

    One step then weighs like an intensity of `compactness`.
    """
    edges = np.asarray(spacing, np.float32)
    return Rule(shape, reach_of(shape, n), edges, float(np.float32(compactness) ** 2))


def iterate(
    tiles: Tiles, centres: np.ndarray, how: Rule, iterations: int, team: Team, report: Report
) -> None:
    """Write to `Tiles.clusters` which centre each voxel belongs to after some iterations.

    Parameters
    ----------
    tiles : Tiles
        Of the whole, with values as `slic_sums.fixed` makes them.
    centres : (n, 3 + C) ndarray of float32
        Where it begins: voxel coordinates and channels; NaN for what is to be no cluster.
    how : Rule
    iterations : int
    team : Team
        The threads that do it; the result does not depend on them.
    report : callable
        Told the fraction that is done; may raise CancelledError.
    """
    for done in range(1, iterations):
        centres = means(assign_adding(tiles, centres, how, team))
        report(done / iterations)
    assign(tiles, centres, how, team)
    report(1.0)


def assign_adding(tiles: Tiles, centres: np.ndarray, how: Rule, team: Team) -> np.ndarray:
    """Give each voxel of a chunk its nearest centre, and add up those of each centre.

    Parameters
    ----------
    tiles, centres, how, team
        As for `assign`; the values are as `slic_sums.fixed` makes them.

    Returns
    -------
    sums : (n, 4 + C) ndarray of int64
        As `slic_sums.Sums.total` returns them.
    """
    sums = Sums(len(centres), centres.shape[1] - 3)
    assign(tiles, centres, how, team, sums)
    return sums.total()


def assign(
    tiles: Tiles, centres: np.ndarray, how: Rule, team: Team, sums: Sums | None = None
) -> None:
    """Give each voxel of a chunk its nearest centre.

    Parameters
    ----------
    tiles : Tiles
        Of the chunk; its `clusters` are written.
    centres : (n, 3 + C) ndarray of float32
        At least those that `near` selects, ascending.
    how, team
        As for `iterate`.
    sums : Sums, optional
        To which the voxels are added, if given.
    """
    windows = inside(windows_of(centres, how.reach, how.shape), tiles.origin, tiles.shape)
    metric = weigh(tiles, centres, how.weight, how.spacing)
    lists = by_block(windows, tiles.shape)
    assign_near(lists, tiles, Clusters(centres, windows), metric, team, keeps=False, sums=sums)


def near(
    centres: np.ndarray, how: Rule, origin: tuple[int, int, int], shape: tuple[int, int, int]
) -> np.ndarray:
    """Return the centres, ascending, whose windows meet a chunk: the only ones it needs."""
    ends = zip(origin, shape, strict=True)
    box = tuple(n for at, size in ends for n in (at, at + size))
    return near_each(centres, how, [box], (0, 0, 0))[0]


def near_each(
    centres: np.ndarray,
    how: Rule,
    boxes: Sequence[tuple[int, int, int, int, int, int]],
    corner: tuple[int, int, int],
) -> list[np.ndarray]:
    """Return for each chunk the centres, ascending, whose windows meet it.

    Parameters
    ----------
    centres : (n, 3 + C) ndarray of float32
    how : Rule
    boxes : sequence of tuple
        ``i0, i1, j0, j1, k0, k1`` of each chunk, the ends half open.
    corner : (3,) tuple of int
        The voxel from which `centres` count, in the space of `boxes`.
    """
    windows = windows_of(centres, how.reach, how.shape) + np.repeat(np.asarray(corner), 2)
    some = np.flatnonzero((windows[:, ::2] < windows[:, 1::2]).all(1))

    @cache  # each slab is searched once, and each column of it
    def meeting(ends: tuple) -> np.ndarray:
        if not ends:
            return some
        before, axis = meeting(ends[:-1]), len(ends) - 1
        low, high = ends[-1]
        met = (windows[before, 2 * axis] < high) & (windows[before, 2 * axis + 1] > low)
        return before[met]

    return [meeting(tuple(zip(box[::2], box[1::2], strict=True))) for box in boxes]


def inside(
    windows: np.ndarray, origin: tuple[int, int, int], shape: tuple[int, int, int]
) -> np.ndarray:
    """Return what lies of windows in a chunk, counted from its first voxel."""
    low = np.repeat(np.asarray(origin, np.int32), 2)
    return np.clip(windows - low, 0, np.repeat(np.asarray(shape, np.int32), 2))
