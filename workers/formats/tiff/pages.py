"""The slices of a TIFF file, one by one, none of which may be missing."""

from __future__ import annotations

import math
import struct
import zlib

import numpy as np
from tifffile import COMPRESSION, PHOTOMETRIC, TiffFile, TiffPage, TiffPageSeries

from workers.storage.unreadable import UnreadableFile

_DTYPES = ("b1", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8")
_GREY = (PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.MINISWHITE)
_DEFLATE = (COMPRESSION.ADOBE_DEFLATE, COMPRESSION.DEFLATE)
_COMPRESSIONS = (COMPRESSION.NONE, COMPRESSION.PACKBITS, *_DEFLATE)
_MOST_BYTES = 2**30  # of a slice, which is in memory as a whole
_HARMLESS = 2**26  # bytes to which a slice may inflate before it is looked at
_RATIO = {**dict.fromkeys(_DEFLATE, 1032), COMPRESSION.PACKBITS: 64}
"""To how many bytes one can be unpacked at most."""
_SPARE = 2**10
_MOST_PAGES = 2**20
_CUT = "expected more data; the file is cut short."


def check_page(page: TiffPage) -> None:
    """Refuse a slice that is not grey, or not of a type or compression that is read.

    Raises
    ------
    UnreadableFile
    """
    if page.samplesperpixel != 1 or page.photometric not in _GREY:
        many = f" of {page.samplesperpixel} values a voxel" if page.samplesperpixel > 1 else ""
        raise UnreadableFile(
            f"expected grey slices; these are in colour{many}: save them in grey, or each channel "
            "on its own."
        )
    if page.dtype is None or page.dtype.newbyteorder("=").str[1:] not in _DTYPES:
        raise UnreadableFile(
            f"expected integers or reals of at most 64 bits; its voxels are {page.dtype}: save "
            "them again as 16-bit integers or float32."
        )
    if page.compression not in _COMPRESSIONS:
        name = getattr(page.compression, "name", page.compression)
        raise UnreadableFile(
            f"expected slices that are not compressed, or by Deflate or PackBits; these are by "
            f"{name}: save them again without."
        )
    if page.nbytes > _MOST_BYTES:
        raise UnreadableFile(
            f"expected slices of at most {_MOST_BYTES:,} bytes; these have {page.nbytes:,}."
        )


def check_chain(file: TiffFile) -> None:
    """See that each page leads to a next one or is said to be the last.

    tifffile takes the pages before a cut for all there are.

    Raises
    ------
    UnreadableFile
        If the file is cut short, or its pages lead in a circle.
    """
    handle, tiff, seen = file.filehandle, file.tiff, set()
    handle.seek(4 if tiff.offsetsize == 4 else 8)
    while at := _number(handle, tiff.offsetformat, tiff.offsetsize):
        if at in seen:
            raise UnreadableFile("the TIFF is damaged: its pages lead in a circle.")
        seen.add(at)
        if len(seen) > _MOST_PAGES:
            raise UnreadableFile(f"expected at most {_MOST_PAGES:,} slices; the TIFF has more.")
        handle.seek(at)
        tags = _number(handle, tiff.tagnoformat, tiff.tagnosize)
        handle.seek(at + tiff.tagnosize + tags * tiff.tagsize)


def _number(handle, form, size):
    content = handle.read(size)
    if len(content) < size:
        raise UnreadableFile(_CUT)
    return struct.unpack(form, content)[0]


class Pages:
    """The slices of a series in an open file.

    Parameters
    ----------
    file : TiffFile
    series : TiffPageSeries

    Raises
    ------
    UnreadableFile
        If the file is cut short.
    """

    def __init__(self, file: TiffFile, series: TiffPageSeries) -> None:
        self._file, self._series = file, series
        keyframe = series.keyframe
        self.shape: tuple[int, int] = (keyframe.imagelength, keyframe.imagewidth)
        self._dtype = np.dtype(series.dtype).newbyteorder(file.byteorder)
        self._bytes = math.prod(self.shape) * self._dtype.itemsize
        if series.dataoffset is not None:
            self._check_end(series.dataoffset + math.prod(series.shape) * self._dtype.itemsize)

    def read(self, index: int) -> np.ndarray:
        """Return one slice: rows, columns.

        Raises
        ------
        UnreadableFile
            If it is not there as a whole.
        """
        if self._series.dataoffset is not None:
            handle = self._file.filehandle
            handle.seek(self._series.dataoffset + index * self._bytes)
            content = handle.read(self._bytes)
            return np.frombuffer(content, self._dtype).reshape(self.shape)
        page = self._series.pages[index]
        if page is None:
            raise UnreadableFile("expected all slices in one file; some lie in others.")
        self._check(page)
        return page.asarray(maxworkers=1).reshape(self.shape)

    def _check(self, page) -> None:
        for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True):
            if not offset or not count:
                raise UnreadableFile("expected whole slices; a part of one is missing.")
            self._check_end(offset + count)
        ratio = _RATIO.get(page.keyframe.compression, 0)
        if sum(page.databytecounts) * ratio > _HARMLESS:
            for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True):
                self._check_unpacked(page.keyframe, offset, count)

    def _check_unpacked(self, keyframe, offset, count):
        """See that a part gives no more than its size: what unpacks it does not stop there."""
        most = math.prod(_part_of(keyframe)) * self._dtype.itemsize + _SPARE
        handle = self._file.filehandle
        handle.seek(offset)
        content = handle.read(count)
        is_longer = _inflates if keyframe.compression in _DEFLATE else _repeats
        if is_longer(content, most):
            raise UnreadableFile("expected no more data; a slice is longer than its header says.")

    def _check_end(self, end):
        if end > self._file.filehandle.size:
            raise UnreadableFile(_CUT)


def _part_of(page):
    """Return the sides of what is packed by itself, a strip or a tile."""
    if page.is_tiled:
        return page.tiledepth, page.tilelength, page.tilewidth
    return min(page.rowsperstrip, page.imagelength), page.imagewidth


def _inflates(content, most):
    inflater = zlib.decompressobj()
    inflater.decompress(content, most)
    return bool(inflater.unconsumed_tail)


def _repeats(content, most):
    """Tell whether PackBits unpacks to more: of each run, the first byte tells its length."""
    at = size = 0
    while at < len(content) and size <= most:
        head = content[at]
        size += 257 - head if head > 128 else head + 1 if head < 128 else 0
        at += 2 if head > 128 else head + 2 if head < 128 else 1
    return size > most
