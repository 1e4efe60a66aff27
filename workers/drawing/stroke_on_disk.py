"""What a stroke touches on disk, as kernels: every machine that sees the files answers the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from workers.drawing.brush_sweep import sweep
from workers.drawing.superpixels_under_stroke import MOST_VOXELS, Touched, in_masks, locate, on_line
from workers.runtime.box import Box
from workers.runtime.progress import Report
from workers.storage.box_reader import BoxReader
from workers.storage.recent_chunks import RecentChunks, recent_chunks
from workers.superpixels.division import Division, overlay
from workers.superpixels.split import split


class DrawnLine(NamedTuple):
    """The line of a stroke on one slice, and how far its tip reaches there.

    Attributes
    ----------
    axis, index : int
        The slice: where it is cut, and at which voxel.
    cells : (n, 2) ndarray of int
        The voxels at its points, on the two other axes in ascending order; some may lie off it.
    places : (n, 2) ndarray of float
        Its points there between voxels, too.
    radius_mm : float
        0 is the line itself.
    """

    axis: int
    index: int
    cells: np.ndarray
    places: np.ndarray
    radius_mm: float


Masks = list[tuple[Box, np.ndarray]]
"""Boxes of a volume, and which of their voxels count."""


class Reached(NamedTuple):
    """What a tip reaches.

    Attributes
    ----------
    boxes : tuple of Box
        Around all voxels that it reaches.
    masks : tuple of (Box, ndarray of bool)
        Those of them that it is to label.
    """

    boxes: tuple[Box, ...]
    masks: tuple[tuple[Box, np.ndarray], ...]


class IdsOnDisk(NamedTuple):
    """The ids of superpixels as they lie on disk, and what has changed of them where one draws.

    Attributes
    ----------
    path : str
        A zarr array (I, J, K).
    boxes_path : str
        Of an ``.npy`` file: the (n, 6) boxes of the superpixels on disk.
    divisions : tuple of Division
        What was cut into finer ones there, in order.
    changed : (k,) ndarray of int
        The ids of all pieces of `divisions`, each once, ascending.
    boxes : (k, 6) ndarray of int
        Their boxes.
    """

    path: str
    boxes_path: str
    divisions: tuple[Division, ...]
    changed: np.ndarray
    boxes: np.ndarray

    def chunks(self) -> ChangedChunks:
        """Return what reads them; what this process has read last is at hand."""
        return ChangedChunks(recent_chunks(self.path), self.divisions)

    def boxes_of(self, ids: np.ndarray) -> np.ndarray:
        """Return the (m, 6) boxes of superpixels."""
        on_disk = np.load(self.boxes_path, mmap_mode="r")
        found = np.asarray(on_disk[np.minimum(ids.astype(np.int64), len(on_disk)) - 1])
        is_changed = np.isin(ids, self.changed)
        found[is_changed] = self.boxes[np.searchsorted(self.changed, ids[is_changed])]
        return found


class ChangedChunks(NamedTuple):
    """Chunks of ids on disk, with divisions written over what is read."""

    recent: RecentChunks
    divisions: tuple[Division, ...]

    @property
    def array(self) -> BoxReader:
        """What has their shape, chunks and dtype."""
        return self.recent.array

    def read(self, box: Box) -> np.ndarray:
        """Return a copy of the ids in `box`."""
        ids = self.recent.read(box)
        overlay(ids, [axis.start for axis in box], self.divisions)
        return ids


def find_under(
    superpixels: IdsOnDisk,
    line: DrawnLine,
    spacing: tuple[float, float, float],
    most_voxels: int = MOST_VOXELS,
) -> Touched:
    """Return the superpixels on a line, or within its tip's radius on the slice.

    Only the chunks at the line, and those in the boxes of what lies there, are read.

    Parameters
    ----------
    superpixels : IdsOnDisk
    line : DrawnLine
    spacing : (3,) tuple of float
        Voxel edges in mm.
    most_voxels : int, optional
        How many the boxes of what is found may hold together.

    Raises
    ------
    ValueError
        With a sentence, if they hold more.
    OSError
        If a file cannot be read.
    """
    chunks = superpixels.chunks()
    ids = _ids_under(chunks, line, spacing)
    return locate(chunks, ids, superpixels.boxes_of(ids), most_voxels)


def _ids_under(chunks: ChangedChunks, line: DrawnLine, spacing: tuple[float, float, float]):
    axis, index, cells, places, radius_mm = line
    if not radius_mm:
        return on_line(chunks, axis, index, cells)
    swept = sweep(chunks.array.shape, spacing, axis, index, places, radius_mm)
    return in_masks(chunks.read, swept, chunks.array.dtype)


def split_under(
    superpixels: IdsOnDisk,
    line: DrawnLine,
    spacing: tuple[float, float, float],
    image: str,
    most_voxels: int,
    *,
    report: Report | None = None,
) -> tuple[Touched, list[np.ndarray]]:
    """Return what `find_under` does, and the pieces into which each superpixel is to be cut.

    `image` is the path of the intensities: a zarr array (I, J, K). The pieces are those that
    `workers.superpixels.split.split` returns for the boxes around them.
    """
    found = find_under(superpixels, line, spacing, most_voxels)
    reader = BoxReader(image)
    around = zip(found.ids.tolist(), superpixels.boxes_of(found.ids).tolist(), strict=True)
    crops = [_crop(reader, found, n, box) for n, box in around]
    return found, split(crops, spacing, report=report)


def _crop(reader: BoxReader, found: Touched, n: int, corners: list[int]):
    """Return the intensities around a superpixel, and which of the voxels are in it."""
    box = tuple(slice(*corners[2 * axis : 2 * axis + 2]) for axis in range(3))
    image = reader.read(box)
    inside = np.zeros(image.shape, bool)
    for part, mask in found.pieces(n):
        at = (slice(p.start - b.start, p.stop - b.start) for p, b in zip(part, box, strict=True))
        inside[tuple(at)] = mask
    return image, inside


def reach(
    masks: Callable[[], Masks], superpixels: IdsOnDisk | None = None, voxel: Box | None = None
) -> Reached:
    """Return what a tip reaches.

    Parameters
    ----------
    masks : callable
        Returns the voxels, such as `workers.drawing.brush_sweep.sweep` with its arguments.
    superpixels : IdsOnDisk, optional
        If the tip stays in the superpixel in which the line began.
    voxel : Box, optional
        Where it began; without one, or outside all superpixels, nothing is labelled then.
    """
    read = superpixels and superpixels.chunks().read
    return keep_within(masks(), read, voxel)


def keep_within(
    reached: Masks, read: Callable[[Box], np.ndarray] | None, voxel: Box | None
) -> Reached:
    """Return what is reached; of that, only what is in the superpixel at a voxel is labelled.

    `read` gives the ids in a box; without it all is labelled.
    """
    boxes = tuple(box for box, _ in reached)
    if read is None:
        return Reached(boxes, tuple(reached))
    own = 0 if voxel is None else int(read(voxel).item())
    if not own:
        return Reached(boxes, ())
    return Reached(boxes, tuple((box, mask & (read(box) == own)) for box, mask in reached))


for _kernel in (find_under, split_under, reach):
    _kernel.priority = 2  # a hand waits for it: before all else that waits for a worker
