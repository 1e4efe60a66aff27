"""What `connect` and `without_specks` do, for a volume in chunks: equal in every voxel.

Nothing here knows who runs the kernels, nor holds more of the volume than some 60 bytes for each
piece of a chunk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from workers.chunked.chunk_grid import ChunkGrid
from workers.chunked.local_boxes import merge
from workers.chunked.stored_pieces import finish, meet, tell, touching
from workers.chunked.unite_pieces import United, unite
from workers.superpixels.joining import OPEN, gather
from workers.superpixels.settle_pieces import settle

Run = Callable[[Callable, Sequence[tuple]], list]
"""Called with a kernel and the arguments of its calls, which may run in any order and anywhere;
returns what they returned, in the order of the calls."""


class Connected(NamedTuple):
    """Superpixels, each in one piece.

    Attributes
    ----------
    count : int
        How many.
    boxes : (count, 6) ndarray of int32
        As `workers.runtime.boxes.boxes` finds them.
    sizes : (count,) ndarray of int64
        In voxels.
    """

    count: int
    boxes: np.ndarray
    sizes: np.ndarray


class MaskRest(NamedTuple):
    """What is left of a mask.

    Attributes
    ----------
    box : tuple of 6 int
        The smallest that holds it.
    size : int
        In voxels.
    dropped : int
        How many voxels are left no more.
    """

    box: tuple[int, int, int, int, int, int]
    size: int
    dropped: int


def connect_chunks(
    folder: str | os.PathLike,
    cutting: ChunkGrid,
    out: str | os.PathLike,
    run: Run,
    min_size: int = 0,
) -> Connected:
    """Write what `workers.superpixels.connectivity.connect` would return for the whole volume.

    It is the same for any cutting.

    Parameters
    ----------
    folder : path
        Where `workers.chunked.stored_pieces.keep` has put the pieces of all chunks.
    cutting : ChunkGrid
        How the volume is cut.
    out : path
        An array of unsigned integers of the volume's shape, whose chunks do not reach over those
        of the cutting.
    run : callable
        Runs kernels, see `Run`. It is called up to four times; what it raises ends the work.
    min_size : int, optional
        In voxels.

    Raises
    ------
    ValueError
        If the chunks have 2³¹ pieces or more together.
    """
    folder, boxes = os.fspath(folder), cutting.boxes()
    whole = _unite(folder, cutting, run)
    faces_of = partial(_faces_of, folder, boxes, whole, run)
    regions, numbers = settle(whole.ids, whole.sizes, faces_of, min_size)
    numbers = numbers if regions is None else numbers[regions]
    calls = [
        _leave_values(folder, n, box, "number", numbers[of], os.fspath(out))
        for n, (box, of) in enumerate(zip(boxes, whole.of, strict=True))
    ]
    count = int(numbers.max())
    return Connected(count, *merge(run(finish, calls), count))


def drop_specks(
    folder: str | os.PathLike,
    cutting: ChunkGrid,
    mask: str | os.PathLike,
    run: Run,
    smallest: float,
) -> MaskRest:
    """Write what `workers.superpixels.foreground.without_specks` would leave of a mask.

    Parameters
    ----------
    folder, cutting, run
        As `connect_chunks` takes them; the pieces are those of the mask, all with one id.
    mask : path
        As `out` of `connect_chunks`: 1 is written where something is left. Nothing else may write
        to it, so that a kernel which comes late and again brings no speck back.
    smallest : float
        In voxels; smaller pieces are dropped, but for the largest.

    Returns
    -------
    ground : Ground
        Its box is of zeros if nothing is set.
    """
    folder, boxes = os.fspath(folder), cutting.boxes()
    whole = _unite(folder, cutting, run)
    kept = whole.sizes >= min(smallest, whole.sizes.max())
    kept[0] = False
    calls = [
        _leave_values(folder, n, box, "kept", kept[of].astype(np.int32), os.fspath(mask))
        for n, (box, of) in enumerate(zip(boxes, whole.of, strict=True))
    ]
    around, sizes = merge(run(finish, calls), 1)
    return MaskRest(tuple(around[0].tolist()), int(sizes[0]), int(whole.sizes.sum() - sizes[0]))


def _unite(folder, cutting, run) -> United:
    """Return the pieces of the whole volume."""
    met = run(meet, [(folder, n, behind) for n, behind in enumerate(cutting.behind())])
    return unite([table for table, _ in met], [seam for _, seams in met for seam in seams])


def _faces_of(folder, boxes, whole, run, regions, owner, _):
    """List the faces of open regions, as `workers.superpixels.settle_pieces.FacesOf` says."""
    region = np.arange(whole.ids.size, dtype=np.int32) if regions is None else regions
    told = np.where(owner == OPEN, -1, 1).astype(np.int32)[region] * region
    name = "piece" if regions is None else "region"
    calls = [
        _leave_values(folder, n, box, name, told[of])
        for n, (box, of) in enumerate(zip(boxes, whole.of, strict=True))
        if (told[of] < 0).any()
    ]
    return gather([*run(touching, calls), *_across(whole.seams, told)], owner.size)


def _across(seams, told):
    """Return what touches open regions across seams, from both sides."""
    near, far, count = told[seams.near], told[seams.far], seams.count
    for one, other in ((near, far), (far, near)):
        wanted = (one < 0) & (one != other)
        yield -one[wanted], np.abs(other[wanted]), count[wanted]


def _leave_values(folder, n, box, name, values, *more):
    """Leave values for a chunk's pieces; return the arguments of the call that takes them."""
    tell(folder, n, name, values)
    return (folder, n, box, name, *more)
