"""The one gate in for NIfTI: header first, data once, to the end of the file."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from workers.nifti_encode import encode_labels, encode_volume
from workers.nifti_error import SeveralVolumes, UnreadableFile
from workers.nifti_header import MAX_VOXELS, Layout, block_size, layout
from workers.progress import Report, silent

__all__ = [
    "MAX_VOXELS",
    "NiftiFile",
    "SeveralVolumes",
    "UnreadableFile",
    "encode_labels",
    "encode_volume",
    "read",
]

_PIECE = 2**22
_TRAILING = 4096  # some writers pad to a block; more than that is data the header does not know
_MAX_DEFLATE = 1032  # deflate cannot shrink further


class NiftiFile(NamedTuple):
    """A volume as its file has it.

    Attributes
    ----------
    data : (I, J, K) ndarray
        C-contiguous, native byte order, read-only. The file's own type; where the file scales,
        float32 (stored in 8 or 16 bits, or as float32) or float64.
    affine : (4, 4) ndarray of float64
        Voxel to RAS+ mm, as nibabel gives it: the sform, else the qform, else its fallback.
    header : bytes
        The file's header block, 348 bytes (NIfTI-1) or 540 (NIfTI-2), for the encoders.
    notes : tuple of str
        What the user should know of how the file was understood. Text, never markup.
    """

    data: np.ndarray
    affine: np.ndarray
    header: bytes
    notes: tuple[str, ...]


def read(
    source: str | os.PathLike | bytes,
    *,
    volume: int | None = None,
    max_voxels: int = MAX_VOXELS,
    report: Report | None = None,
) -> NiftiFile:
    """Open one volume of a single-file NIfTI-1 or NIfTI-2, plain or gzipped.

    The header is checked before the data is touched, the data is read to the end of the file
    so that gzip's checksum is checked, and one volume at most is held in memory. Up to 4096
    bytes after the voxels are taken for padding.

    Parameters
    ----------
    source : path or bytes
        The file, or its content. What it is, is told by its content, not by its name.
    volume : int, optional
        Which volume of a 4D file, from 0.
    max_voxels : int, optional
        Largest number of voxels in one volume; what is announced or comes beyond is refused.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Raises
    ------
    SeveralVolumes
        If the file holds more than one volume and `volume` is None.
    UnreadableFile
        If the file cannot be opened, in one sentence that names it.
    """
    name = "The file" if isinstance(source, bytes) else Path(source).name
    try:
        with _open(source) as raw:
            return _read(raw, volume, max_voxels, report or silent)
    except SeveralVolumes as error:
        raise SeveralVolumes(f"{name}: {error}", error.count) from None
    except UnreadableFile as error:
        raise UnreadableFile(f"{name}: {error}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFile(f"{name}: the compressed data is damaged or cut short.") from error
    except OSError as error:
        raise UnreadableFile(f"{name}: cannot be read ({error.strerror or error}).") from error
    except MemoryError as error:
        raise UnreadableFile(f"{name}: the volume does not fit into the memory.") from error


def _open(source):
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if "\0" in str(source):
        raise UnreadableFile("expected a path; this one holds a null character.")
    if not stat.S_ISREG(Path(source).stat().st_mode):
        raise UnreadableFile("expected a file; this is a folder or a device.")
    return Path(source).open("rb")


def _read(raw, volume, max_voxels, report):
    size = raw.seek(0, io.SEEK_END)
    raw.seek(0)
    zipped = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    stream = gzip.GzipFile(fileobj=raw) if zipped else raw
    found = _header(stream, max_voxels)
    index = _choose(volume, found.volumes)
    _check_size(found, size * _MAX_DEFLATE if zipped else size)
    data = _data(stream, found, index, lambda: report(min(1.0, raw.tell() / size)))
    notes = (f"Volume {index + 1} of {found.volumes}.",) if found.volumes > 1 else ()
    report(1.0)
    return NiftiFile(data, found.affine, found.header, found.notes + notes)


def _header(stream, max_voxels) -> Layout:
    start = stream.read(4)
    block = start + stream.read(block_size(start) - 4)
    if len(block) < block_size(start):
        raise UnreadableFile("expected a whole header; the file ends within it.")
    return layout(block, max_voxels)


def _choose(volume, count):
    if volume is None and count > 1:
        raise SeveralVolumes(f"expected one volume; the file holds {count}: choose one.", count)
    if not 0 <= (volume or 0) < count:
        raise UnreadableFile(f"expected a volume from 0 to {count - 1}; got {volume}.")
    return volume or 0


def _check_size(found, most):
    wanted = found.offset + found.volumes * found.volume_bytes
    if most < wanted:
        raise UnreadableFile(f"expected {wanted:,} bytes; the file can hold at most {most:,}.")


def _data(stream, found, index, tick):
    """Read one volume, plane by plane: NIfTI has I fastest, we have K fastest."""
    data = np.empty(found.shape, _target(found))
    _skip(stream, found.offset - len(found.header) + index * found.volume_bytes, tick)
    plane = found.shape[0] * found.shape[1] * found.dtype.itemsize
    planes = max(1, _PIECE // plane)
    for k in range(0, found.shape[2], planes):
        part = data[:, :, k : k + planes]
        stored = np.frombuffer(_exactly(stream, plane * part.shape[2], tick), found.dtype)
        part[...] = _values(stored, found).reshape(part.shape, order="F")
    _skip(stream, (found.volumes - 1 - index) * found.volume_bytes, tick)
    _end(stream)
    data.flags.writeable = False
    return data


def _target(found):
    """Return the dtype of the values: the stored one, or a float for what scaling makes."""
    if (found.slope, found.inter) == (1, 0):
        return found.dtype.newbyteorder("=")
    exact = np.result_type(found.dtype.newbyteorder("="), np.float16)
    return np.promote_types(exact, np.float32)


def _values(stored, found):
    if (found.slope, found.inter) == (1, 0):
        return stored
    with np.errstate(over="ignore", invalid="ignore"):
        return (stored.astype(np.float64) * found.slope + found.inter).astype(_target(found))


def _exactly(stream, count, tick):
    """Return `count` bytes, in pieces, so that a long read reports and can be cancelled."""
    content = bytearray(count)
    view, got = memoryview(content), 0
    while got < count:
        step = stream.readinto(view[got : got + _PIECE])
        if not step:
            raise UnreadableFile("expected more data; the file is cut short.")
        got += step
        tick()
    return content


def _skip(stream, count, tick):
    while count > 0:
        count -= len(_exactly(stream, min(count, _PIECE), tick))


def _end(stream):
    """Read what is left, so that gzip compares its checksum; only padding may be left."""
    left = 0
    while piece := stream.read(_TRAILING + 1):
        left += len(piece)
        if left > _TRAILING:
            raise UnreadableFile("expected no more data; the file is longer than its header says.")
