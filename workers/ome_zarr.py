"""OME-Zarr: a folder that holds a volume in chunks, mostly at several resolutions.

References
----------
OME-NGFF 0.4 (zarr v2) and 0.5 (zarr v3), https://ngff.openmicroscopy.org
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from workers.lengths import in_mm
from workers.nifti_error import UnreadableFile, chosen
from workers.nifti_header import check_voxels
from workers.nifti_made import header_of
from workers.progress import Report, silent
from workers.source import Source, StoredLevel
from workers.stored import opened as opened_array
from workers.turning_error import Unwritable

_RECORDS = ("zarr.json", ".zattrs")
_DTYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8")
_WORLD = {"x": (0, -1), "y": (1, -1), "z": (2, 1)}
_LONGEST = 256  # of a chunk of a level that is used as it is
_MOST_BYTES = 2**26  # read at once, unless a single chunk has more
_MOST_CHUNK = 2**30
_PLACED = (
    "OME-Zarr has no orientation: the volume is placed as ITK (3D Slicer) does, x to the left, "
    "y to the back, z upwards."
)
_WRONG = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError)


class _Axes(NamedTuple):
    """Of the arrays: which are of space, in their order; the others make volumes."""

    names: tuple[str, ...]
    units: tuple[str, ...]

    @property
    def space(self) -> list[int]:
        return [n for n, name in enumerate(self.names) if name in _WORLD]

    @property
    def others(self) -> list[int]:
        return [n for n, name in enumerate(self.names) if name not in _WORLD]


def is_one(folder: Path) -> bool:
    """Tell whether a folder is a zarr group or array of any kind."""
    names = (*_RECORDS, ".zgroup", ".zarray")
    return any((folder / name).is_file() for name in names)


@contextmanager
def opened(
    folder: Path, *, volume: int | None, max_voxels: int, report: Report | None = None
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
    with _said():
        yield _source(folder, volume, max_voxels, report or silent)


@contextmanager
def _said() -> Iterator[None]:
    """Make what zarr and its codecs raise of a damaged folder, or another kind, a sentence."""
    try:
        yield
    except (UnreadableFile, Unwritable):
        raise
    except _WRONG as error:
        what = f"it says nothing of {error.args[0]}" if isinstance(error, KeyError) else error
        said = f"the OME-Zarr is damaged, or of a kind that is not known here ({what})."
        raise UnreadableFile(said) from error


def _source(folder, volume, max_voxels, report):
    image = _multiscales(folder)
    axes = _axes(image)
    datasets = image["datasets"]
    first = _array(folder, datasets[0]["path"])
    if first.ndim != len(axes.names):
        raise UnreadableFile(f"expected {len(axes.names)} axes, as it says; got {first.shape}.")
    shape = tuple(first.shape[n] for n in axes.space)
    others = tuple(first.shape[n] for n in axes.others)
    check_voxels(shape, max_voxels)
    count = math.prod(others)
    which = chosen(volume, count)
    notes = (_PLACED, *([f"Volume {which + 1} of {count}."] if count > 1 else []))
    place = dict(zip(axes.others, map(int, np.unravel_index(which, others)), strict=True))
    affine, missing = _affine(image, datasets[0], axes)
    dtype = first.dtype.newbyteorder("=")
    return Source(
        shape,
        dtype,
        affine,
        header_of(shape, dtype, affine),
        notes + missing,
        (folder,),
        lambda steps: _parts(first, axes, place, shape, steps, report),
        _levels(folder, image, first, axes) if not axes.others else (),
    )


def _multiscales(folder):
    """Return what a group says of its first image.

    Raises
    ------
    UnreadableFile
        If it holds none.
    """
    for name in _RECORDS:
        if (folder / name).is_file():
            told = json.loads((folder / name).read_bytes())
            told = told.get("attributes", told)
            images = told.get("ome", told).get("multiscales")
            if images:
                return images[0]
            if "bioformats2raw.layout" in told.get("ome", told):
                raise UnreadableFile(
                    "it is a folder of images, as bioformats2raw writes: open one of them, such as "
                    "its folder 0."
                )
    raise UnreadableFile("expected an image of OME-Zarr; this zarr says of none (multiscales).")


def _axes(image):
    if not image.get("axes"):
        raise UnreadableFile("expected the names of its axes (axes); this OME-Zarr has none.")
    told = [each if isinstance(each, dict) else {"name": each} for each in image["axes"]]
    names = tuple(str(each["name"]).lower() for each in told)
    if sorted(name for name in names if name in _WORLD) != ["x", "y", "z"]:
        raise UnreadableFile(f"expected the axes x, y and z; its are {', '.join(names)}.")
    return _Axes(names, tuple(str(each.get("unit", "")) for each in told))


def _array(folder, path):
    place = (folder / str(path)).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise UnreadableFile("expected its levels inside the folder; one leads out of it.")
    array = opened_array(place)
    if array.dtype.newbyteorder("=").str[1:] not in _DTYPES:
        raise UnreadableFile(f"expected integer or real voxels; this one's are {array.dtype}.")
    if (size := math.prod(array.chunks) * array.dtype.itemsize) > _MOST_CHUNK:
        raise UnreadableFile(f"expected chunks of at most {_MOST_CHUNK:,} bytes; got {size:,}.")
    return array


def _transformed(image, dataset, count):
    """Return scale and translation of a level, by what its own and the image's steps say."""
    scale, shift = np.ones(count), np.zeros(count)
    for step in (*dataset.get("coordinateTransformations", ()),
                 *image.get("coordinateTransformations", ())):  # fmt: skip
        if step["type"] == "scale":
            by = np.array(step["scale"], float)
            scale, shift = scale * by, shift * by
        elif step["type"] == "translation":
            shift = shift + np.array(step["translation"], float)
        elif step["type"] != "identity":
            raise UnreadableFile(f"expected a scale and a translation; it has a {step['type']}.")
    return scale, shift


def _affine(image, dataset, axes):
    scale, shift = _transformed(image, dataset, len(axes.names))
    if not (np.isfinite([scale, shift]).all() and scale.all()):
        raise UnreadableFile(f"expected voxel edges above 0; its scale says {scale.tolist()}.")
    affine, missing = np.eye(4), ()
    affine[:3, :3] = 0
    for column, n in enumerate(axes.space):
        edge = in_mm(scale[n], axes.units[n])
        if edge is None:
            missing = ("The file tells no voxel size with a unit: its numbers are taken for mm.",)
            edge = scale[n]
        row, sign = _WORLD[axes.names[n]]
        affine[row, column] = sign * edge
        affine[row, 3] = sign * shift[n] * edge / scale[n]
    return affine, missing


def _levels(folder, image, first, axes):
    """Return those levels that can be used as they are; none if the first cannot."""
    finest, _ = _transformed(image, image["datasets"][0], len(axes.names))
    levels = []
    for dataset in image["datasets"]:
        array = _array(folder, dataset["path"])
        scale, _ = _transformed(image, dataset, len(axes.names))
        strides = tuple(int(n) for n in np.rint(scale / finest))
        if not _serves(array, first, strides, levels):
            break
        levels.append(StoredLevel(str((folder / dataset["path"]).resolve()), array.shape, strides))
    return tuple(levels)


def _serves(array, first, strides, finer):
    near = all(min(c, n) <= _LONGEST for c, n in zip(array.chunks, array.shape, strict=True))
    above = finer[-1].strides if finer else (1, 1, 1)
    halved = all(b in {a, 2 * a} for a, b in zip(above, strides, strict=True))
    fits = array.shape == tuple(-(-n // s) for n, s in zip(first.shape, strides, strict=True))
    return near and halved and fits and array.dtype == first.dtype and array.dtype.isnative


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
