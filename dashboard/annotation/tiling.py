"""How a 3D array is cut into cubes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from workers.runtime.box import Box

Place = tuple[int, int, int]


class TilePart(NamedTuple):
    """What a box has of one tile: which one, where in the tile, and where in the box."""

    place: Place
    there: Box
    here: Box


class Tiling(NamedTuple):
    """Cubes with edges of `side` in an array of `shape`; the last ones may be cut short."""

    shape: tuple[int, int, int]
    side: int

    def within(self, box: Box) -> Box:
        """Return `box` with both ends of each axis, inside the array."""
        ends = (axis.indices(size)[:2] for axis, size in zip(box, self.shape, strict=True))
        return tuple(slice(low, max(low, high)) for low, high in ends)

    def box(self, place: Place) -> Box:
        """Return where a tile lies."""
        return tuple(
            slice(n * self.side, min((n + 1) * self.side, size))
            for n, size in zip(place, self.shape, strict=True)
        )

    def sizes(self, place: Place) -> tuple[int, int, int]:
        """Return how many voxels a tile has along i, j and k."""
        return tuple(axis.stop - axis.start for axis in self.box(place))

    def parts(self, box: Box) -> Iterator[TilePart]:
        """Yield what lies in `box` of each tile."""
        if any(axis.stop <= axis.start for axis in box):
            return
        ranges = (range(a.start // self.side, -(-a.stop // self.side)) for a in box)
        for place in itertools.product(*ranges):
            both = [self._along(n, axis) for n, axis in zip(place, box, strict=True)]
            yield TilePart(place, *zip(*both, strict=True))

    def _along(self, n: int, axis: slice) -> tuple[slice, slice]:
        begin = n * self.side
        low, high = max(axis.start, begin), min(axis.stop, begin + self.side)
        return slice(low - begin, high - begin), slice(low - axis.start, high - axis.start)
