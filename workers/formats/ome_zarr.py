"""OME-Zarr: a folder that holds a volume in chunks, mostly at several resolutions.

References
----------
OME-NGFF 0.4 (zarr v2) and 0.5 (zarr v3), https://ngff.openmicroscopy.org
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import numpy as np

from workers.formats.nifti.header import check_voxels
from workers.formats.nifti.make_header import header_of
from workers.formats.ome_axes import affine_of, axes_of, read_transform
from workers.runtime.progress import Report, silent
from workers.storage.convert_error import Unwritable
from workers.storage.foreign_zarr.array import ZarrArray
from workers.storage.foreign_zarr.record import MOST_BYTES, read_json
from workers.storage.regular_file import links_in, must_lie_within, read_regular
from workers.storage.source import Source, StoredLevel, held_dtype
from workers.storage.unreadable import UnreadableFile, chosen

_RECORDS = ("zarr.json", ".zattrs")
_DTYPES = ("b1", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8")
_LONGEST = 256  # of a chunk of a level that is used as it is
_MOST_BYTES = 2**26  # read at once, unless a single chunk has more
_PLACED = (
    "OME-Zarr has no orientation: its x, y and z lie in what is downloaded as ITK (3D Slicer) has "
    "them."
)
_WRONG = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError)


def is_one(folder: Path) -> bool:
    """Tell whether a folder is a zarr group or array of any kind."""
    names = (*_RECORDS, ".zgroup", ".zarray")
    return any((folder / name).is_file() for name in names)


@contextmanager
def open_file(
    folder: Path,
    *,
    volume: int | None,
    max_voxels: int,
    within: Path | None = None,
    report: Report | None = None,
) -> Iterator[Source]:
    """Open an image of OME-Zarr without reading a voxel.

    Its axes stay in their order: i is the first one of space, mostly z; the affine says so.

    Parameters
    ----------
    folder : Path
    volume : int, optional
        Which one of those that time, channels and other axes make, from 0.
    max_voxels : int
        Of more, nothing is opened.
    within : Path, optional
        A folder out of which no link in it may lead.
    report : callable, optional
        Told the fraction that is read.

    Yields
    ------
    source : Source
        Of one volume; nothing can be read of it when the context has ended.

    Raises
    ------
    SeveralVolumes, UnreadableFile
        The sentence lacks the name.
    """
    with _as_sentence():
        yield _source(folder, volume, max_voxels, within, report or silent)


@contextmanager
def _as_sentence() -> Iterator[None]:
    """Make what zarr and its codecs raise of a damaged folder, or another kind, a sentence."""
    try:
        yield
    except (UnreadableFile, Unwritable):
        raise
    except _WRONG as error:
        what = f"it says nothing of {error.args[0]}" if isinstance(error, KeyError) else error
        said = f"the OME-Zarr is damaged, or of a kind that is not known here ({what})."
        raise UnreadableFile(said) from error


def _source(folder, volume, max_voxels, within, report):
    image = _multiscales(folder, within)
    datasets = image["datasets"]
    place, first = _array(folder, datasets[0]["path"], within)
    axes = axes_of(image, first.ndim)
    is_plain = _is_plain(place, within)
    if first.ndim != len(axes.names):
        raise UnreadableFile(f"expected {len(axes.names)} axes, as it says; got {first.shape}.")
    shape = tuple(first.shape[n] for n in axes.space)
    others = tuple(first.shape[n] for n in axes.others)
    check_voxels(shape, max_voxels)
    count = math.prod(others)
    which = chosen(volume, count)
    notes = (_PLACED, *([f"Volume {which + 1} of {count}."] if count > 1 else []))
    at = dict(zip(axes.others, map(int, np.unravel_index(which, others)), strict=True))
    affine, missing = affine_of(image, datasets[0], axes)
    dtype = held_dtype(first.dtype)
    return Source(
        shape,
        dtype,
        affine,
        header_of(shape, dtype, affine),
        notes + missing,
        (folder,),
        lambda steps: _parts(first, axes, at, shape, steps, report),
        _levels(folder, image, first, axes, within) if is_plain and not axes.others else (),
        oriented=False,
    )


def _multiscales(folder, within):
    """Return what a group says of its first image.

    Raises
    ------
    UnreadableFile
        If it holds none.
    """
    for name in _RECORDS:
        if (folder / name).is_file():
            told = read_json(read_regular(folder / name, MOST_BYTES, within, name))
            told = told.get("attributes", told)
            images = told.get("ome", told).get("multiscales")
            if images:
                return images[0]
            if inside := _inside(folder, told.get("ome", told)):
                raise UnreadableFile(f"expected one image of OME-Zarr; {inside} inside it.")
    raise UnreadableFile("expected an image of OME-Zarr; this zarr says of none (multiscales).")


def _inside(folder, told):
    """Return in words which folder of a group that holds images is to be opened; "" of another."""
    if "bioformats2raw.layout" in told:
        images = [name for name in map(str, range(100)) if is_one(folder / name)]
        also = f" (or another up to {images[-1]})" if images[1:] else ""
        return f"this folder holds images by their numbers: open the folder 0{also}"
    if "plate" in told:
        return "this folder is a plate of wells: open a field of one of them, such as A/1/0,"
    if "well" in told:
        return "this folder is a well: open one of its fields, such as 0,"
    if told.get("labels"):
        return f"this folder lists label maps: open the folder {told['labels'][0]}"
    return ""


def _array(folder, path, within):
    """Return where a level lies, and it."""
    inner = PurePosixPath(str(path))
    if inner.is_absolute() or ".." in inner.parts or "\\" in str(path):
        raise UnreadableFile("expected its levels inside the folder; one leads out of it.")
    place = (folder / inner).resolve()
    must_lie_within(place, within, str(path))
    array = ZarrArray(place, within)
    if array.dtype.newbyteorder("=").str[1:] not in _DTYPES:
        raise UnreadableFile(f"expected integer or real voxels; this one's are {array.dtype}.")
    return place, array


def _is_plain(place, within):
    """Tell whether no link is in a level: what is read later, chunk by chunk, lies in it then.

    Raises
    ------
    UnreadableFile
        If one leads out of the folder allowed.
    """
    is_plain = True
    for link in links_in(place):
        if within is None:
            return False
        must_lie_within(link, within, str(link.relative_to(place)))
        is_plain = False
    return is_plain


def _levels(folder, image, first, axes, within):
    """Return those levels that can be used as they are; none if the first cannot."""
    finest, _ = read_transform(image, image["datasets"][0], len(axes.names))
    levels = []
    for dataset in image["datasets"]:
        place, array = _array(folder, dataset["path"], within)
        scale, _ = read_transform(image, dataset, len(axes.names))
        strides = tuple(int(n) for n in np.rint(scale / finest))
        if not (_serves(array, first, strides, levels) and _is_plain(place, within)):
            break
        levels.append(StoredLevel(str(place), array.shape, strides))
    return tuple(levels)


def _serves(array, first, strides, finer):
    near = all(min(c, n) <= _LONGEST for c, n in zip(array.chunks, array.shape, strict=True))
    above = finer[-1].strides if finer else (1, 1, 1)
    halved = all(b in {a, 2 * a} for a, b in zip(above, strides, strict=True))
    fits = array.shape == tuple(-(-n // s) for n, s in zip(first.shape, strides, strict=True))
    return near and halved and fits and array.dtype == first.dtype == held_dtype(first.dtype)


def _parts(array, axes, place, shape, steps, report):
    """Yield boxes of whole `steps`, and of whole chunks where they are larger and fit."""
    chunks = [array.chunks[n] for n in axes.space]
    sides = [_side(*each) for each in zip(steps, chunks, shape, strict=True)]
    while math.prod(sides) * array.dtype.itemsize > _MOST_BYTES and sides != list(steps):
        widest = max(range(3), key=lambda n: sides[n] / steps[n])
        sides[widest] = max(steps[widest], sides[widest] // 2 // steps[widest] * steps[widest])
    starts = list(itertools.product(*(range(0, n, s) for n, s in zip(shape, sides, strict=True))))
    for n, start in enumerate(starts, 1):
        box = tuple(slice(a, min(a + s, size))
                    for a, s, size in zip(start, sides, shape, strict=True))  # fmt: skip
        where = dict(zip(axes.space, box, strict=True)) | place
        yield box, array[tuple(where[axis] for axis in range(array.ndim))]
        report(n / len(starts))


def _side(step, chunk, size):
    """Return a multiple of `step` that holds whole chunks of the file, if that is not too much."""
    side = math.lcm(step, chunk)
    return side if side < size else -(-size // step) * step
