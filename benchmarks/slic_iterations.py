"""SLIC's iterations alone, from the same centres: how fast, and whether a bit differs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks import slic_start
from benchmarks.alternating import Turns, alternate
from benchmarks.figure import Figure
from benchmarks.slic_start import COUNTS, ITERATIONS, Start, in_tiles, start
from workers.runtime.team import Team
from workers.slic.tiles import join_tiles

TURNS = 5
AT_LEAST = 30
AT_MOST_FOR_MANY = 1.6


def figures(image: np.ndarray) -> Iterator[Figure]:
    with Team(1) as team:
        for n in COUNTS:
            yield from beside(start(image, n), n, team)
        yield many_to_few(image, team)


def beside(given: Start, n: int, team: Team) -> Iterator[Figure]:
    turns, differ, own, other = in_turns(given, team)
    name = f"{ITERATIONS} iterations, n = {n:,}"
    yield turns.ratio(f"{name}: scikit-image to ours", at_least=AT_LEAST)
    yield Figure("    scikit-image, all of them", [sum(turns.theirs)], "s")
    yield Figure("    ours, all of them", [sum(turns.ours)], "s")
    voxels = given.image.size * TURNS
    yield Figure(f"    voxels that differ, of {voxels:,}", [differ], "", at_most=0)
    bits = np.count_nonzero(own.view(np.int32) != other.view(np.int32))
    yield Figure(f"    numbers of {len(own):,} centres that differ", [bits], "", at_most=0)


def in_turns(given: Start, team: Team) -> tuple[Turns, int, np.ndarray, np.ndarray]:
    """Run all iterations in five parts, ours and scikit-image's in turns.

    Returns
    -------
    turns : Turns
    differ : int
        In how many voxels, in all turns.
    own, other : (n, 4) ndarray of float32
        The centres at last.
    """
    tiles, some = in_tiles(given, team), ITERATIONS // TURNS
    own, other = given.centres.copy(), given.centres.copy()
    # Compiled, and in the cache as the peer's is.
    slic_start.ours(tiles, given.centres.copy(), given.step, 1, team)
    turns, differ = Turns(), 0
    for _ in range(TURNS):
        _, labels = turns.take(
            lambda: slic_start.ours(tiles, own, given.step, some, team),
            lambda: slic_start.theirs(given, other, some),
        )
        differ += np.count_nonzero(join_tiles(tiles, 1) != labels)
    return turns, differ, own, other


def many_to_few(image: np.ndarray, team: Team) -> Figure:
    few, many = (prepared(image, n, team) for n in (COUNTS[0], COUNTS[-1]))
    turns = alternate(few, many)
    name = f"cost of n = {COUNTS[-1]:,} over n = {COUNTS[0]}, ours"
    return turns.ratio(name, at_most=AT_MOST_FOR_MANY)


def prepared(image: np.ndarray, n: int, team: Team):
    """Return a call that runs all iterations from the start."""
    given = start(image, n)
    tiles = in_tiles(given, team)
    return lambda: slic_start.ours(tiles, given.centres.copy(), given.step, ITERATIONS, team)
