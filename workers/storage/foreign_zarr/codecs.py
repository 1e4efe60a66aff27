"""What is done to a chunk of zarr before it is written, and undone: at most one packing.

What packs what is packed already may unpack to anything, so it is refused, as is each filter whose
outcome has another size than what went in.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
from numcodecs import get_codec

from workers.storage.foreign_zarr.unpack import WAYS, unpack
from workers.storage.unreadable import UnreadableFile

_CHECKS = {"crc32c": 4, "crc32": 4, "adler32": 4, "fletcher32": 4}
"""What adds a sum: bytes."""

_SAME_SIZE = ("shuffle", "delta", "bitround")
_OF_NUMCODECS = "numcodecs."
_RAW = 3  # xz without a head that says what it is


class CodecStep(NamedTuple):
    """One thing that was done: how it is called, with its settings, and the bytes it was given."""

    name: str
    settings: dict
    size_in: int


class Codecs(NamedTuple):
    """All that was done to a chunk.

    Attributes
    ----------
    turned : str or tuple of int
        ``"C"``, ``"F"``, or in which order the axes were put.
    order : str
        Of bytes, as numpy writes it.
    steps : tuple of (name, settings)
        What was done to the bytes, in its order.
    index : Codecs or None
        Of the table in each shard, if the array has some.
    inner : tuple of int
        Shape of a chunk in a shard.
    index_first : bool
        Whether the table comes before the chunks.
    """

    turned: str | tuple[int, ...]
    order: str
    steps: tuple[tuple[str, dict], ...]
    index: Codecs | None = None
    inner: tuple[int, ...] = ()
    index_first: bool = False

    @property
    def fixed_more(self) -> int | None:
        """Bytes that the steps add; None if one of them packs."""
        if any(name in WAYS for name, _ in self.steps):
            return None
        return sum(_CHECKS.get(name, 0) for name, _ in self.steps)

    def undone(self, content: bytes, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        """Return the voxels of a chunk.

        Raises
        ------
        UnreadableFile
            If it is damaged, or holds more or less.
        """
        size = int(np.prod(shape, dtype=object)) * dtype.itemsize
        for step in reversed(self._sized(size)):
            content = _undo(step, content)
        if len(content) != size:
            raise UnreadableFile(f"expected {size:,} bytes in a chunk; got {len(content):,}.")
        values = np.frombuffer(content, dtype)
        if isinstance(self.turned, str):
            return values.reshape(shape, order=self.turned)
        lying = values.reshape([shape[axis] for axis in self.turned])
        return lying.transpose(np.argsort(self.turned))

    def _sized(self, size):
        steps = []
        for name, settings in self.steps:
            steps.append(CodecStep(name, settings, size))
            size += _CHECKS.get(name, 0)
        return steps


def codecs_of_2(filters: tuple, packing: dict | None, turned: str, dtype: np.dtype) -> Codecs:
    """Return what version 2 says by ``filters``, ``compressor`` and ``order``.

    Raises
    ------
    UnreadableFile
        If a filter or compressor is not read here.
    """
    steps = [_must_know(each["id"], each) for each in (*filters, *([packing] if packing else []))]
    if turned not in ("C", "F"):
        raise ValueError(f"expected the order C or F; got {turned}")
    return Codecs(turned, dtype.byteorder, _check(steps, dtype))


def codecs_of_3(told: list, axes: int, dtype: np.dtype) -> Codecs:
    """Return what version 3 says by ``codecs``, in shards or not.

    Raises
    ------
    UnreadableFile
        If a codec is not read here.
    """
    named = [(each, {}) if isinstance(each, str) else (each["name"], each.get("configuration", {}))
             for each in told]  # fmt: skip
    if named and named[0][0] == "sharding_indexed":
        return _read_sharded(named, axes, dtype)
    turned = tuple(range(axes))
    while named and named[0][0] == "transpose":
        order = tuple(named.pop(0)[1]["order"])
        if sorted(order) != list(range(axes)):
            raise ValueError(f"expected each axis once; got {order}")
        turned = tuple(turned[axis] for axis in order)
    if not named or named[0][0] != "bytes":
        raise UnreadableFile(_refusal(named[0][0] if named else "nothing"))
    order = {"little": "<", "big": ">"}[named.pop(0)[1].get("endian", "little")]
    steps = [_must_know(name, settings) for name, settings in named]
    return Codecs(turned, order, _check(steps, dtype))


def _read_sharded(named, axes, dtype):
    (_, told), *others = named
    if others:
        raise UnreadableFile("expected shards that are not packed as a whole; these are.")
    inside = codecs_of_3(told["codecs"], axes, dtype)
    index = codecs_of_3(told["index_codecs"], axes + 1, np.dtype("u8"))
    if inside.index or index.index or index.fixed_more is None:
        raise UnreadableFile("expected shards of chunks, and their table as it is; got others.")
    where = told.get("index_location", "end")
    if where not in ("start", "end"):
        raise ValueError(f"expected the table at the start or end; got {where}")
    return inside._replace(
        index=index, inner=tuple(told["chunk_shape"]), index_first=where == "start"
    )


def _must_know(name, settings):
    name = str(name).removeprefix(_OF_NUMCODECS)
    if name not in (*WAYS, *_CHECKS, *_SAME_SIZE):
        raise UnreadableFile(_refusal(name))
    if name == "lzma" and settings.get("format") == _RAW:
        raise UnreadableFile(_refusal("lzma without a head"))
    return name, {key: value for key, value in settings.items() if key != "id"}


def _refusal(name):
    return (
        f"expected chunks as they are, or packed by {', '.join(WAYS)}; these are by "
        f"{str(name)[:40]}: save them again by one of these."
    )


def _check(steps, dtype):
    if sum(name in WAYS for name, _ in steps) > 1:
        raise UnreadableFile("expected chunks that are packed once; these are packed again.")
    for name, settings in steps:
        if name == "delta" and np.dtype(settings.get("astype") or settings["dtype"]) != dtype:
            raise UnreadableFile("expected a filter that packs nothing; delta does so here.")
    packs = [name in WAYS for name, _ in steps]
    if any(packs) and any(name in _SAME_SIZE for name, _ in steps[packs.index(True) :]):
        raise UnreadableFile("expected chunks that are packed last; a filter comes after.")
    return tuple(steps)


def _undo(step, content):
    if step.name in WAYS:
        return unpack(step.name, bytes(content), step.size_in)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of those that are named otherwise in version 3
            done = get_codec({"id": step.name, **step.settings}).decode(content)
    except (ValueError, RuntimeError, TypeError) as error:
        raise UnreadableFile("a chunk is damaged: its sum is another.") from error
    return np.frombuffer(done, np.uint8)
