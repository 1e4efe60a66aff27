"""Where in a CT the body lies: without the table, and with its lungs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from workers.intensity.hounsfield import LOWEST, SKIN
from workers.runtime.box import BoxBounds

OUTSIDE, SKINWARD, WITHIN = 0, 1, 2

_CELLS = 1_000_000
_LONG = 1.5  # times the shortest edge: along a longer one, neighbours are no neighbours
_SMALLEST = 0.01  # of the largest piece: an arm or a hand
_LIGHTEST = -150  # HU, the mean of a piece: fat is above it, the shell of a table below
_LUNG = -930  # HU: air is below it
_AIRY = 0.3  # of what lies around: foam, clothes and a table do too
_TRUSTED = 0.5  # of all that is dense
_FINE = 50_000  # cells in a body; in one of fewer a wall of the chest is as thin as a table
_THIN = 3  # cells that come back of what the opening took
_OPEN = 0.1  # of a gap, as its part that lies in the open


class Body(NamedTuple):
    """Which voxels are in the body, in cells of some voxels.

    Attributes
    ----------
    cells : (I', J', K') ndarray of uint8
        OUTSIDE: no voxel is in it. SKINWARD: those that are dense. WITHIN: all but padding.
    step : tuple of int
        Voxels of a cell along i, j and k; it lies around the first of them.
    floor : float
        Padding is below it.
    low : tuple of int
        The first cell.
    """

    cells: np.ndarray
    step: tuple[int, int, int]
    floor: float
    low: tuple[int, int, int] = (0, 0, 0)

    def near(self, box: BoxBounds) -> Body:
        """Return what has to be known of a box of voxels."""
        ends = [self._at(axis, box[2 * axis : 2 * axis + 2]) for axis in range(3)]
        cut = tuple(slice(at[0], at[-1] + 1) for at in ends)
        i, j, k = (first + at[0] for first, at in zip(self.low, ends, strict=True))
        return self._replace(cells=self.cells[cut].copy(), low=(int(i), int(j), int(k)))

    def of(self, image: np.ndarray, dense: np.ndarray, low: tuple[int, int, int]) -> np.ndarray:
        """Return which voxels of a box of the volume are in the body.

        Parameters
        ----------
        image : (I, J, K) ndarray
            Intensities of the box.
        dense : (I, J, K) ndarray of bool
            Which of them are above the threshold.
        low : tuple of int
            The first voxel of the box.
        """
        cells = self.cells
        for axis, (start, size) in enumerate(zip(low, image.shape, strict=True)):
            cells = cells.take(self._at(axis, (start, start + size)), axis)
        inside = (cells == WITHIN) & (image > self.floor) & (image < np.inf)
        inside |= dense & (cells == SKINWARD)
        return inside

    def _at(self, axis, ends):
        """Return the cells of the voxels from one end to the other, along an axis."""
        step, first = self.step[axis], self.low[axis]
        cells = (np.arange(*ends) + step // 2) // step - first
        return np.minimum(cells, self.cells.shape[axis] - 1)


def steps(shape: Sequence[int], spacing: Sequence[float]) -> tuple[int, int, int]:
    """Return how many voxels a cell has along each axis: nearly cubic in mm, a million in all.

    Parameters
    ----------
    shape : (3,) sequence of int
        Of the volume.
    spacing : (3,) sequence of float
        Voxel edges; only their ratios matter.
    """
    edges, sizes = np.asarray(spacing, float), np.asarray(shape)
    edges = edges / edges.min()
    whole = np.zeros(3, bool)  # along which each voxel is a cell
    for _ in range(3):
        rest = math.prod(sizes[whole]) / _CELLS * math.prod((sizes * edges)[~whole])
        edge = max(1.0, rest ** (1 / max(1, np.count_nonzero(~whole))))
        whole |= edges >= edge
    i, j, k = np.clip(np.rint(edge / edges), 1, sizes).astype(int).tolist()
    return (i, j, k)


def body_of(
    sample: np.ndarray,
    spacing: Sequence[float],
    step: tuple[int, int, int],
    offset: float,
    padding: float | None = None,
) -> Body | None:
    """Find the body in every `step`-th voxel of a CT.

    What is denser than `SKIN`, after an opening that parts sheets and straps from it, falls into
    pieces; the body is the largest with all that is not much smaller nor as light as a table. In
    it is also what lies between parts of it along two of the three axes, however light, as lungs
    do, unless it is a gap that lies open to the air. Where there is no air around (a crop), all
    but the padding is the body.

    Parameters
    ----------
    sample : (I', J', K') ndarray
        Intensities.
    spacing : (3,) sequence of float
        Edges of a voxel.
    step : tuple of int
        Voxels from one to the next along each axis; see `steps`.
    offset : float
        What was added to HU.
    padding : float, optional
        The value of what was never measured.

    Returns
    -------
    body : Body or None
        None where most of what is dense is not in one: there the threshold alone has to do.
    """
    hu = np.where(np.isfinite(sample), sample, LOWEST - 1.0) - offset
    axes = _near_axes(np.multiply(spacing, step))
    dense = hu > SKIN
    if np.count_nonzero(dense) >= _FINE:
        solid = _with_thin_parts(_pieces_of_body(hu, _open(dense, axes)), dense, axes)
    else:
        solid = _pieces_of_body(hu, dense)
    hull = _fill(solid, dense, axes)
    floor = LOWEST + offset
    if not _has_air_around(hu[~hull & ~dense]):
        floor = max(floor, -np.inf if padding is None else padding)
        return Body(np.full((1, 1, 1), WITHIN, np.uint8), step, floor)
    if np.count_nonzero(solid & dense) < _TRUSTED * np.count_nonzero(dense):
        return None
    cells = _grow(hull, axes).astype(np.uint8)
    cells[_shrunk(hull, axes)] = WITHIN
    return Body(cells, step, floor)


def _near_axes(edges):
    return [axis for axis in range(3) if edges[axis] <= _LONG * edges.min()]


def _pieces_of_body(hu, solid):
    """Return the pieces that are large and heavy enough."""
    found, count = ndimage.label(solid)
    if not count:
        return solid
    sizes = np.bincount(found.ravel(), minlength=count + 1)
    sizes[0] = 0
    heavy = np.bincount(found.ravel(), np.clip(hu, LOWEST, 300).ravel()) >= _LIGHTEST * sizes
    large = sizes >= max(1, _SMALLEST * sizes.max())
    return (heavy & large)[found]


def _with_thin_parts(solid, dense, axes):
    """Return what is solid with what is dense about it: ears, fingers, a thin wall of the chest."""
    for _ in range(_THIN):
        solid = solid | (_grow(solid, axes) & dense)
    return solid


def _fill(solid, dense, axes):
    """Return what is solid, and what lies between it."""
    between = _between(solid)
    gaps, count = ndimage.label(between & ~dense)
    in_the_open = _grow(~between & ~dense, axes)
    open_share = np.bincount(gaps[in_the_open], minlength=count + 1) / np.maximum(
        1, np.bincount(gaps.ravel(), minlength=count + 1)
    )
    closed = open_share <= _OPEN
    closed[0] = False
    return solid | (between & dense) | closed[gaps]


def _between(solid):
    """Return which cells have something solid on both sides along two of the axes or three."""
    count = np.zeros(solid.shape, np.uint8)
    for axis in range(3):
        before = np.maximum.accumulate(solid, axis)
        behind = np.flip(np.maximum.accumulate(np.flip(solid, axis), axis), axis)
        count += before & behind
    return count >= 2


def _has_air_around(around):
    values = around[around >= LOWEST]
    return bool(around.size and (not values.size or np.mean(values < _LUNG) >= _AIRY))


def _open(mask, axes):
    return _grow(_shrunk(mask, axes), axes)


def _grow(mask, axes):
    """Return a mask with its neighbours along some axes."""
    grown = mask.copy()
    for axis in axes:
        to, of = np.moveaxis(grown, axis, 0), np.moveaxis(mask, axis, 0)
        to[1:] |= of[:-1]
        to[:-1] |= of[1:]
    return grown


def _shrunk(mask, axes):
    """Return what has all its neighbours in a mask; what is beyond the volume counts as in it."""
    return ~_grow(~mask, axes)
