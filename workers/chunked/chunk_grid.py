"""A volume cut into chunks of one size; those at its end may be smaller."""

from __future__ import annotations

import math
from itertools import product
from typing import NamedTuple

from workers.runtime.box import BoxBounds


class ChunkGrid(NamedTuple):
    """How a volume is cut; chunks count from 0, in C order.

    Attributes
    ----------
    shape : (3,) tuple of int
        Of the volume.
    chunk : (3,) tuple of int
        Voxels of a chunk along each axis; above the shape's it counts as that.
    """

    shape: tuple[int, int, int]
    chunk: tuple[int, int, int]

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many chunks there are along each axis."""
        sizes = zip(self.shape, self.chunk, strict=True)
        return tuple(-(-size // side) for size, side in sizes)

    def boxes(self) -> list[BoxBounds]:
        """Return ``i0, i1, j0, j1, k0, k1`` of each chunk, the ends half open."""
        axes = (
            [(start, min(start + side, size)) for start in range(0, size, side)]
            for size, side in zip(self.shape, self.chunk, strict=True)
        )
        return [(*i, *j, *k) for i, j, k in product(*axes)]

    def behind(self) -> list[tuple[int, int, int]]:
        """Return of each chunk its neighbours towards the end of each axis; −1 for none."""
        counts = self.counts
        steps = [math.prod(counts[axis + 1 :]) for axis in range(3)]
        places = enumerate(product(*map(range, counts)))
        return [
            tuple(
                n + step if at + 1 < count else -1
                for at, count, step in zip(place, counts, steps, strict=True)
            )
            for n, place in places
        ]
