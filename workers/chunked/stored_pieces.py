"""The pieces of each chunk on disk: kernels that open them by the name of their folder.

`create` makes the folder, `keep` puts the pieces of a chunk there; the other kernels may then run
for all chunks at once, in any order and again.

    FOLDER/map            zarr: the piece of each voxel, in the numbers of its chunk
    FOLDER/<n>/pieces.npz   of chunk n: what is known of its pieces, and their numbers on its faces
    FOLDER/<n>/<name>.npy   what the whole has decided for each of its pieces
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import numpy as np

from workers.chunked.chunk_grid import ChunkGrid
from workers.chunked.local_boxes import Parts, parts
from workers.chunked.local_pieces import LocalPieces, local_pieces
from workers.chunked.piece_contacts import Contacts, across, inside
from workers.chunked.unite_pieces import Seam, Table
from workers.runtime.box import BoxBounds
from workers.storage.atomic_write import replace
from workers.storage.stored_array import create as create_array
from workers.storage.stored_array import open_array


def create(folder: str | os.PathLike, cutting: ChunkGrid) -> None:
    """Make a folder for the pieces of all chunks; one that is there already is lost."""
    if Path(folder).exists():
        shutil.rmtree(folder)
    create_array(Path(folder, "map"), cutting.shape, np.int32, cutting.chunk)


def keep(folder: str, n: int, box: BoxBounds, found: LocalPieces) -> None:
    """Store the pieces of chunk `n`: its table last, so that with it all is there.

    Parameters
    ----------
    folder : str
        Made by `create`.
    n : int
        As in `workers.chunked.chunk_grid.ChunkGrid`.
    box : tuple of 6 int
        Where the chunk lies.
    found : LocalPieces
    """
    open_array(Path(folder, "map"), "r+")[_slices(box)] = found.map
    content = io.BytesIO()
    np.savez(content, **found._replace(map=np.empty(0))._asdict(), **_faces(found.map))
    _path(folder, n, "pieces.npz").parent.mkdir(exist_ok=True)
    replace(_path(folder, n, "pieces.npz"), content.getvalue())


def is_kept(folder: str, n: int) -> bool:
    """Return whether the pieces of chunk `n` are stored."""
    return _path(folder, n, "pieces.npz").exists()


def find(
    folder: str,
    n: int,
    box: BoxBounds,
    shape: Sequence[int],
    ids: str | None,
    mask: str | None = None,
) -> None:
    """Find the pieces of chunk `n` of a stored array of ids, and store them.

    Parameters
    ----------
    folder, n, box
        As `keep` takes them.
    shape : (3,) sequence of int
        Of the volume.
    ids : str or None
        Path of an array of ids; 0 everywhere if there is none.
    mask : str, optional
        Path of an array that is not 0 where there are pieces.
    """
    where = _slices(box)
    inside_ = None if mask is None else open_array(mask)[where].astype(bool)
    there = open_array(ids)[where] if ids else np.zeros(inside_.shape, np.int32)
    keep(folder, n, box, local_pieces(there, box[::2], shape, inside_))


def meet(folder: str, n: int, behind: Sequence[int]) -> tuple[Table, list[Seam]]:
    """Return what the whole has to know of chunk `n`, and what touches where it meets others.

    Parameters
    ----------
    folder, n
        As `keep` takes them.
    behind : (3,) sequence of int
        The chunks that follow along each axis; −1 for none.
    """
    seams = []
    with _pieces(folder, n) as here:
        table = Table(*(here[name] for name in Table._fields))
        for axis, other in enumerate(behind):
            if other >= 0:
                with _pieces(folder, other) as there:
                    touching = across(here[f"last_{axis}"], there[f"first_{axis}"])
                seams.append(Seam(n, other, touching))
    return table, seams


def tell(folder: str, n: int, name: str, values: np.ndarray) -> None:
    """Leave a value for each piece of chunk `n`, for the kernels that take `name`.

    A kernel that was begun before and comes late reads the old values or the new.
    """
    path = _path(folder, n, f"{name}.npy")
    written = path.with_name(f"{name}.{uuid4().hex}.npy")
    np.save(written, values)
    written.replace(path)


def touching(folder: str, n: int, box: BoxBounds, name: str) -> Contacts:
    """List what touches the open regions inside chunk `n`; two open ones are listed both ways.

    Parameters
    ----------
    folder, n, box
        As `keep` takes them.
    name : str
        Told before: the region of each piece, int32, negative if it is open; 0 for outside.
    """
    told = _load_values(folder, n, name)
    region = np.abs(told)
    near, far, count = inside(open_array(Path(folder, "map"))[_slices(box)], told < 0)
    near, far = region[near], region[far]
    differ = near != far
    return Contacts(near[differ], far[differ], count[differ])


def finish(folder: str, n: int, box: BoxBounds, name: str, out: str) -> Parts:
    """Write the values of chunk `n` to an array; return boxes and sizes of what lies there.

    Parameters
    ----------
    folder, n, box
        As `keep` takes them.
    name : str
        Told before: a value for each piece, not negative; 0 for outside.
    out : str
        Path of an array of the volume's shape, whose chunks do not reach into other boxes.
    """
    values = _load_values(folder, n, name)
    array = open_array(out, "r+")
    map_ = open_array(Path(folder, "map"))[_slices(box)]
    array[_slices(box)] = values.astype(array.dtype).take(map_)
    with _pieces(folder, n) as here:
        return parts(values, here["boxes"], here["sizes"])


def _path(folder, n, name):
    return Path(folder, str(n), name)


@contextmanager
def _pieces(folder, n):
    # What numpy opens itself stays open if it is not whole.
    with _path(folder, n, "pieces.npz").open("rb") as file, np.load(file) as found:
        yield found


def _load_values(folder, n, name):
    return np.load(_path(folder, n, f"{name}.npy"))


def _slices(box):
    return tuple(slice(*box[axis : axis + 2]) for axis in (0, 2, 4))


def _faces(map_):
    """Return the pieces on the first and on the last slice along each axis."""
    turned = [(axis, np.moveaxis(map_, axis, 0)) for axis in range(3)]
    first = {f"first_{axis}": each[0] for axis, each in turned}
    return first | {f"last_{axis}": each[-1] for axis, each in turned}
