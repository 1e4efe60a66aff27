"""The foreground of a volume on disk, chunk by chunk; what is decided is decided by the caller.

Each function opens arrays by their paths, so that any process that sees these can run it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from workers.chunked.local_pieces import local_pieces
from workers.chunked.stored_pieces import keep
from workers.runtime.box import BoxBounds
from workers.slic.seeds import cells, counts
from workers.storage.chunks import common, every, low_of, shape_of, slices
from workers.storage.foreign_zarr.array import image_at
from workers.storage.stored_array import open_array
from workers.superpixels.body import Body
from workers.superpixels.foreground import foreground_of, lowest


class StoredForeground(NamedTuple):
    """The foreground of a stored volume.

    Attributes
    ----------
    images : tuple of str
        Paths of the intensities, for each channel.
    mask : str
        Path of what of them is foreground (uint8).
    box : BoxBounds
        Around it.
    """

    images: tuple[str, ...]
    mask: str
    box: BoxBounds


class Look(NamedTuple):
    """What of the foreground is looked at.

    Attributes
    ----------
    step : tuple of int
        Every how many voxels intensities are sampled along each axis, from the corner of its box.
    numbers : tuple of int
        How many grid cells divide its box along each axis.
    """

    step: tuple[int, int, int]
    numbers: tuple[int, int, int]


class Cells(NamedTuple):
    """How many voxels of the foreground lie in each of some grid cells, from the cell `low` on."""

    low: tuple[int, int, int]
    counts: np.ndarray


def survey(
    path: str, chunk: BoxBounds, steps: tuple[tuple[int, int, int], ...]
) -> tuple[float, list[np.ndarray]]:
    """Return the lowest finite value of a chunk, and every n-th of the volume's voxels by steps."""
    values, low = image_at(path)[slices(chunk)], low_of(chunk)
    # Copies, since a view would keep the chunk in memory until whoever asked has fetched it.
    thin = [_thin(values, every(step, chunk, (0, 0, 0)), step, low).copy() for step in steps]
    return lowest(values), thin


def write_mask(
    images: tuple[str, ...],
    mask: str | None,
    chunk: BoxBounds,
    threshold: float | None,
    pieces: tuple[str, int] | None,
    body: Body | None = None,
) -> tuple[int, BoxBounds]:
    """Find what of a chunk is foreground; return how many voxels, and the box around them.

    Parameters
    ----------
    images : tuple of str
        Paths of the intensities.
    mask : str or None
        Path of an array of uint8 of the same shape, where to write it.
    chunk : BoxBounds
    threshold : float or None
        As in `workers.superpixels.foreground.foreground_of`.
    pieces : tuple or None
        Where to keep the pieces of the foreground, and as which chunk; see
        `workers.chunked.stored_pieces.keep`.
    body : Body, optional
        What has to be known of it in the chunk.
    """
    channels = [image_at(image)[slices(chunk)] for image in images]
    inside = foreground_of(channels, threshold, body, low_of(chunk))
    if mask is not None:
        open_array(mask, "r+")[slices(chunk)] = inside
    if pieces is not None:
        nobody = np.zeros(inside.shape, np.int32)
        found = local_pieces(nobody, low_of(chunk), image_at(images[0]).shape, inside, threads=1)
        keep(*pieces, chunk, found)
    return int(np.count_nonzero(inside)), _around(inside, chunk)


def look(ground: StoredForeground, chunk: BoxBounds, wish: Look) -> tuple[list[np.ndarray], Cells]:
    """Return sampled intensities of each channel, and how the foreground fills the grid's cells."""
    box = common(chunk, ground.box)
    mask = open_array(ground.mask)[slices(box)].astype(bool)
    if not mask.any():
        nothing = [np.empty(0, image_at(image).dtype) for image in ground.images]
        return nothing, Cells((0, 0, 0), np.zeros((0, 0, 0), int))
    picked = every(wish.step, box, low_of(ground.box))
    thin = _thin(mask, picked, wish.step, low_of(box))
    samples = [
        _thin(image_at(image)[slices(box)], picked, wish.step, low_of(box))[thin]
        for image in ground.images
    ]
    return samples, _cells(ground.box, box, mask, wish)


def all_inside(ground: StoredForeground, chunk: BoxBounds) -> list[np.ndarray]:
    """Return all intensities of the foreground in a chunk: for where a sample holds too few."""
    box = common(chunk, ground.box)
    mask = open_array(ground.mask)[slices(box)].astype(bool)
    return [image_at(image)[slices(box)][mask] for image in ground.images]


def _around(inside, chunk):
    found = ndimage.find_objects(inside.view(np.uint8))
    if not found:
        return common(chunk, (0, 0, 0, 0, 0, 0))
    ends = zip(found[0], low_of(chunk), strict=True)
    i, j, k = ((at.start + zero, at.stop + zero) for at, zero in ends)
    return (*i, *j, *k)


def _thin(values, picked, step, origin):
    index = (
        slice(at.start, at.stop, n) for at, n in zip(slices(picked, origin), step, strict=True)
    )
    return values[tuple(index)]


def _cells(ground, box, mask, wish):
    low, starts = [], []
    for axis, (length, n) in enumerate(zip(shape_of(ground), wish.numbers, strict=True)):
        edges = cells(length, n) - (low_of(box)[axis] - low_of(ground)[axis])
        first = int(np.searchsorted(edges, 0, "right")) - 1
        low.append(first)
        starts.append(np.maximum(edges[first : np.searchsorted(edges, mask.shape[axis])], 0))
    return Cells(tuple(low), counts(np.ascontiguousarray(mask), starts))
