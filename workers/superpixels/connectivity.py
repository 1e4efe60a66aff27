"""Each superpixel in one piece: stray pieces and crumbs join the neighbour they touch most.

Nothing depends on the order in which voxels are visited: sizes, first voxels and face counts are
sums and minima.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from workers.runtime.progress import Report, part, silent
from workers.runtime.team import Team
from workers.superpixels.joining import faces
from workers.superpixels.pieces import pieces, spread
from workers.superpixels.settle_pieces import settle


def connect(
    ids: np.ndarray,
    mask: np.ndarray | None = None,
    min_size: int = 0,
    *,
    threads: int | None = None,
    report: Report | None = None,
) -> np.ndarray:
    """Return ids whose superpixels are in one piece and number from 1 without gaps.

    1. Each id keeps its largest 6-connected piece (tie: the one that begins first in C order).
    2. Each other piece joins the settled id with which it shares most faces (tie: the lowest id);
       what touches none waits for the next round, until nothing changes. What is left becomes
       superpixels of their own.
    3. Superpixels below `min_size` join a larger one by the same rule and rounds. Where only
       small ones touch each other, the largest of them (tie: the lowest id) takes in the rest.

    Invariants: the result is positive exactly in the mask; each superpixel is 6-connected; a
    superpixel below `min_size` touches no other; ids number in C order of their first voxels; a
    result given again comes back unchanged; it is the same for any number of threads.

    Above the input it takes the result, 8 bytes for each run of equal ids along the last axis, 24
    for each voxel that changes hands and some 50 for each piece.

    Parameters
    ----------
    ids : (I, J, K) ndarray of int
        Not negative. 0 inside the mask is nobody's: such voxels join a neighbour. Of any integer
        type; other than C-ordered int32 and uint32 are copied first.
    mask : (I, J, K) ndarray of bool, optional
        What the superpixels cover; ids outside are ignored. Everything if not given.
    min_size : int, optional
        In voxels.
    threads : int, optional
        By default `workers.runtime.team.usable`.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    connected : (I, J, K) ndarray of uint32

    Raises
    ------
    ValueError
        If `ids` is not a volume of integers or has 2³¹ voxels or more, the mask has another
        shape, an id inside the mask is negative or above 2³¹ − 1, or `threads` is below 1.
    """
    report = report or silent
    found = pieces(ids, mask, threads=threads, report=part(report, 0, 0.5))
    with Team(threads) as team:
        faces_of = partial(_faces_of, team, found)
        rule = settle(found.ids, found.sizes, faces_of, min_size, part(report, 0.5, 0.8))
        spread(team, found.map, rule.numbers)
    report(1.0)
    return found.map.view(np.uint32)


def _faces_of(team, found, regions, owner, sizes):
    """List the faces of open regions; from then on the map is one of these regions."""
    if regions is not None:
        spread(team, found.map, regions)
    return faces(found.map, found.bounds, owner, sizes)
