"""What a zarr array says of itself, of version 2 or 3, as far as it is read here.

It is read without zarr, which opens whatever lies in the folder and unpacks whatever it is told to.

References
----------
https://zarr-specs.readthedocs.io, versions 2 and 3.1
"""

from __future__ import annotations

import json
import math
import struct
from typing import NamedTuple

import numpy as np

from workers.storage.foreign_zarr.codecs import Codecs, codecs_of_2, codecs_of_3
from workers.storage.unreadable import UnreadableFile

MOST_BYTES = 2**23
"""Of a record; that of a group may hold those of all that is in it."""

_V2_DTYPES = "buif"
_V3_DTYPES = {"bool": "b1"} | {
    f"{kind}{bits}": f"{kind[0]}{bits // 8}"
    for kind in ("uint", "int", "float")
    for bits in (8, 16, 32, 64)
    if kind != "float" or bits > 8
}
_LETTERS = {2: "e", 4: "f", 8: "d"}
_MOST_AXES = 8
_NUMBERS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": -float("inf")}


class ArrayLayout(NamedTuple):
    """How an array lies in its files.

    Attributes
    ----------
    shape, chunks : tuple of int
        Voxels of the array, and of what is packed by itself.
    shards : tuple of int or None
        Voxels of what lies in one file, if that is more than a chunk.
    dtype : dtype
        As the bytes are ordered in the file.
    fill : number
        What is read where there is no file.
    prefix, separator : str
        Of the files' names.
    codecs : Codecs
        What was done to a chunk.
    """

    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    shards: tuple[int, ...] | None
    dtype: np.dtype
    fill: float
    prefix: str
    separator: str
    codecs: Codecs

    @property
    def chunk_bytes(self) -> int:
        """Of a chunk, unpacked."""
        return math.prod(self.chunks) * self.dtype.itemsize

    def name_of(self, place: tuple[int, ...]) -> str:
        """Return the file of a chunk, or shard, by its number along each axis."""
        numbers = self.separator.join(map(str, place))
        if not self.prefix:
            return numbers or "0"
        return self.separator.join((self.prefix, numbers)) if numbers else self.prefix


def read_json(content: bytes) -> dict:
    """Return what a record says.

    Raises
    ------
    ValueError
        If it is no JSON of names and values, or one without end of depth.
    """
    try:
        told = json.loads(content)
    except RecursionError:
        raise ValueError("a record is too deep") from None
    if not isinstance(told, dict):
        raise ValueError("a record holds no names")
    return told


def layout_of(told: dict) -> ArrayLayout:
    """Return what ``.zarray`` or ``zarr.json`` says of an array.

    Raises
    ------
    UnreadableFile
        With a sentence, if it is of a kind that is not read here.
    ValueError, LookupError, TypeError
        If it is damaged.
    """
    if told["zarr_format"] == 2:
        return _of_2(told)
    if told["zarr_format"] == 3 and told["node_type"] == "array":
        return _of_3(told)
    raise ValueError("it is no array of version 2 or 3")


def _of_2(told):
    dtype = np.dtype(told["dtype"]) if isinstance(told["dtype"], str) else None
    if dtype is None or dtype.kind not in _V2_DTYPES:
        raise UnreadableFile(f"expected integer or real voxels; this one's are {told['dtype']}.")
    shape, chunks = _sides(told["shape"], 0), _sides(told["chunks"], 1, len(told["shape"]))
    codecs = codecs_of_2(told.get("filters") or (), told.get("compressor"), told["order"], dtype)
    separator = _one_of(told.get("dimension_separator", "."), "./")
    fill = _fill(told.get("fill_value"), dtype)
    return ArrayLayout(shape, chunks, None, dtype, fill, "", separator, codecs)


def _of_3(told):
    if told["data_type"] not in _V3_DTYPES:
        raise UnreadableFile(f"expected integer or real voxels; its are {told['data_type']}.")
    dtype = np.dtype(_V3_DTYPES[told["data_type"]])
    if told["chunk_grid"]["name"] != "regular":
        raise UnreadableFile("expected chunks of one size; this zarr's are of several.")
    if told.get("storage_transformers"):
        raise UnreadableFile("expected chunks as they are stored; this zarr transforms them.")
    shape = _sides(told["shape"], 0)
    files = _sides(told["chunk_grid"]["configuration"]["chunk_shape"], 1, len(shape))
    codecs = codecs_of_3(told["codecs"], len(shape), dtype)
    chunks, shards = (_sides(codecs.inner, 1, len(shape)), files) if codecs.index else (files, None)
    if shards and any(n % c for n, c in zip(shards, chunks, strict=True)):
        raise ValueError("its shards hold no whole chunks")
    named = told["chunk_key_encoding"]
    prefix = {"default": "c", "v2": ""}[named["name"]]
    more = named.get("configuration") or {}
    separator = _one_of(more.get("separator", "/" if prefix else "."), "./")
    fill = _fill(told["fill_value"], dtype)
    return ArrayLayout(
        shape, chunks, shards, dtype.newbyteorder(codecs.order), fill, prefix, separator, codecs
    )


def _sides(given, least, count=None):
    sides = tuple(given)
    if len(sides) > _MOST_AXES or len(sides) != (len(sides) if count is None else count):
        raise ValueError(f"expected a number for each axis; got {len(sides)}")
    if not all(type(n) is int and least <= n < 2**53 for n in sides):
        raise ValueError(f"expected whole numbers from {least}; got {sides}")
    return sides


def _one_of(given, allowed):
    if given not in tuple(allowed):
        raise ValueError(f"expected one of {allowed}; got {given}")
    return given


def _fill(told, dtype):
    """Return the number that stands where nothing was written; of floats it may be hexadecimal."""
    if isinstance(told, str) and told.startswith("0x"):
        told = struct.unpack(f">{_LETTERS[dtype.itemsize]}", bytes.fromhex(told[2:]))[0]
    return dtype.type(_NUMBERS.get(told, told) if isinstance(told, str) else told or 0)
