"""What a journal's records say: edits, undo and redo, the table, the view, the superpixels."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dashboard.annotation.label_map import DTYPE, Edit, Patch, Values
from dashboard.annotation.label_table import Label
from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.split import Split
from dashboard.annotation.superpixels import corners
from dashboard.cases.payload import MOST_BYTES, LaterPayload, Unreadable, deflate, inflate, integer
from dashboard.volumes.channel import MOST_WEIGHT, Origin, Weights
from workers.runtime.box import Box
from workers.superpixels.division import Division

_MOST_LABEL = np.iinfo(DTYPE).max
_MOST_ID = 2**31


class Begin(NamedTuple):
    """The first record: of which volume."""

    digest: str
    shape: tuple[int, int, int]
    name: str


class Edited(NamedTuple):
    """An edit; `stroke` is how the page calls what it asked for, mostly a stroke."""

    edit: Edit
    stroke: str


class Stepped(NamedTuple):
    """Undo or redo: `done` edits are in force now."""

    done: int


class Named(NamedTuple):
    """The table of labels as it is now."""

    table: tuple[Label, ...]


class Looked(NamedTuple):
    """Where the cursor is, and which label is chosen."""

    cursor: tuple[int, int, int]
    label: int


class Partitioned(NamedTuple):
    """The superpixels are those in `file`, of the case's folder, or the volume's partition `key`.

    `asked` tells whether somebody chose them; else they can be computed again. `weights` are those
    of the volumes that they were cut from.
    """

    file: str
    threshold: float | None
    settings: Settings | None
    asked: bool
    key: str = ""
    weights: Weights = ()


class SeriesShown(NamedTuple):
    """Which volumes are shown beside the main one."""

    origins: tuple[Origin, ...]


Entry = Begin | Edited | Stepped | Named | Looked | Partitioned | SeriesShown


class Record(NamedTuple):
    """What a payload says, and how the page calls what was asked for: it is done but once."""

    entry: Entry
    names: tuple[str, ...] = ()


def pack(entry: Entry, *names: str) -> bytes:
    """Return the payload of an entry, with the names of what it does.

    Raises
    ------
    Unreadable
        If it could not be read back: nobody could open the case again.
    """
    if isinstance(entry, Edited):
        return pack_edit(*entry)
    named = {"names": names} if names else {}
    payload = deflate({"kind": _KINDS[type(entry)], **entry._asdict(), **named}, [])
    unpack(payload)
    return payload


def pack_edit(edit: Edit, stroke: str = "") -> bytes:
    """Return the payload of an edit."""
    arrays = [] if edit.ids is None else [np.asarray(edit.ids, "<u4")]
    patches = []
    for patch in edit.patches:
        values = [_number(value) for value in (patch.before, patch.after)]
        patches.append([corners(patch.box), *values])
        arrays.append(np.packbits(patch.mask))
        arrays += [np.asarray(v, "<u2") for v in (patch.before, patch.after) if _number(v) is None]
    told = {
        "title": edit.title,
        "label": edit.label,
        "stroke": stroke,
        "ids": edit.ids is not None,
        "at": edit.at,
        "relabelled": edit.relabelled,
    }
    if edit.split is not None:
        made = edit.split.divisions
        listed = [[n, first, corners(box)] for n, first, box, _ in made]
        told["split"] = [edit.split.partition, listed]
        arrays += [_narrow(pieces) for *_, pieces in made]
    return deflate({"kind": "edited", **told, "patches": patches}, arrays)


def _narrow(pieces: np.ndarray) -> np.ndarray:
    return pieces.astype("u1" if pieces.max() < 256 else "<u2")


def unpack(payload: bytes, most_bytes: int = MOST_BYTES) -> Entry:
    """Return the entry in a payload.

    Raises
    ------
    Unreadable
        As `read`.
    """
    return read(payload, most_bytes).entry


def read(payload: bytes, most_bytes: int = MOST_BYTES) -> Record:
    """Return what a payload says, which may inflate to `most_bytes`.

    Raises
    ------
    Later
        If a later version wrote it.
    Unreadable
        If it is none.
    """
    try:
        head, arrays = inflate(payload, most_bytes)
        return Record(_READ[head["kind"]](head, arrays), _names(head))
    except LaterPayload:
        raise
    except (ValueError, LookupError, TypeError, RecursionError, zlib.error) as error:
        raise Unreadable(f"Expected a record of a journal; this one is none ({error}).") from error


def unpack_edit(payload: bytes) -> Edit:
    """Return the edit in a payload of `pack_edit`.

    Raises
    ------
    Unreadable
        As `unpack`.
    """
    return unpack(payload).edit


def _names(head: dict) -> tuple[str, ...]:
    """Return the names that a record has; journals of 0.1.0 name strokes alone."""
    given = [head["stroke"]] if head.get("stroke") else head.get("names", [])
    return tuple(map(_text, given))


def _number(values: Values) -> int | None:
    return int(values) if np.ndim(values) == 0 else None


def _read_edit(head: dict, arrays: Iterator[np.ndarray]) -> Edited:
    ids = _next(arrays).astype(np.int64) if head["ids"] else None
    patches = tuple(_patch(arrays, *told) for told in head["patches"])
    label = None if head["label"] is None else integer(head["label"], most=_MOST_LABEL)
    at = _three(head["at"]) if head.get("at") else None
    change = tuple(tuple(map(_label_or_none, pair)) for pair in head.get("relabelled", ()))
    split = _split(arrays, *head["split"]) if head.get("split") else None
    edit = Edit(patches, _text(head["title"]), ids, label, at, change, split)
    return Edited(edit, _text(head["stroke"]))


def _split(arrays: Iterator[np.ndarray], partition: str, listed: list) -> Split:
    return Split(_text(partition), tuple(_division(arrays, *told) for told in listed))


def _division(arrays: Iterator[np.ndarray], n: int, first: int, ends: list[int]) -> Division:
    box, shape = _box(ends)
    pieces = _next(arrays).copy()
    if pieces.size != math.prod(shape) or pieces.max() < 2 or not 0 < n < first <= _MOST_ID:
        raise ValueError(f"{pieces.size:,} pieces of superpixel {n} for the box {ends}")
    return Division(integer(n), integer(first), box, pieces.reshape(shape))


def _box(ends: list[int]) -> tuple[Box, tuple[int, ...]]:
    """Return a box by its first and end along i, j and k, and its shape."""
    starts, stops = (tuple(map(integer, ends[n::2])) for n in (0, 1))
    shape = tuple(stop - start for start, stop in zip(starts, stops, strict=True))
    if len(shape) != 3 or min(shape) < 1:
        raise ValueError(f"a box {ends}")
    return tuple(map(slice, starts, stops)), shape


def _patch(arrays: Iterator[np.ndarray], ends: list[int], *values: int | None) -> Patch:
    box, shape = _box(ends)
    bits, size = _next(arrays), math.prod(shape)
    # unpackbits would fill up what is missing, however much that is.
    if bits.size != (size + 7) // 8:
        raise ValueError(f"a mask of {bits.size:,} bytes for the box {ends}")
    mask = np.unpackbits(bits, count=size).astype(bool).reshape(shape)
    before, after = (_values(arrays, value, np.count_nonzero(mask)) for value in values)
    return Patch(box, mask, before, after)


def _values(arrays: Iterator[np.ndarray], value: int | None, m: int) -> Values:
    if value is not None:
        return integer(value, most=_MOST_LABEL)
    values = _next(arrays).astype(DTYPE)
    if values.size != m:
        raise ValueError(f"{values.size:,} labels for {m:,} voxels")
    return values


def _next(arrays: Iterator[np.ndarray]) -> np.ndarray:
    array = next(arrays, None)
    if array is None:
        raise ValueError("too few arrays")
    return array


def _begin(head: dict, _) -> Begin:
    return Begin(_text(head["digest"]), _three(head["shape"]), _text(head["name"]))


def _read_partition(head: dict, _) -> Partitioned:
    file, key = _text(head["file"]), _text(head.get("key", ""))
    if not re.fullmatch(r"[\w.-]*", file) or not re.fullmatch(r"[\w-]*", key):
        raise ValueError("superpixels out of its folder")
    settings = head["settings"] and Settings(*head["settings"])
    weights = tuple(_weight(*pair) for pair in head.get("weights", ()))
    return Partitioned(file, head["threshold"], settings, bool(head["asked"]), key, weights)


def _weight(name: str, weight: float) -> tuple[str, float]:
    if not 0 < weight <= MOST_WEIGHT:
        raise ValueError(f"a weight of {weight!r:.20}")
    return _text(name), float(weight)


def _origin(name: str, path: str, digest: str, volume: int | None, form: str | None) -> Origin:
    which = None if volume is None else integer(volume)
    return Origin(*map(_text, (name, path, digest)), which, None if form is None else _text(form))


def _label(value: int, name: str, color: str, visible: bool = True, locked: bool = False) -> Label:
    number = integer(value, most=_MOST_LABEL)
    return Label(number, _text(name), _text(color), bool(visible), bool(locked))


def _label_or_none(told: list | None) -> Label | None:
    return None if told is None else _label(*told)


def _three(values: list[int]) -> tuple[int, int, int]:
    i, j, k = map(integer, values)
    return i, j, k


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.20} for a text")
    return value


# How journals name what they say, since 0.1.0.
_KINDS = {
    Begin: "begin",
    Stepped: "stepped",
    Named: "named",
    Looked: "looked",
    Partitioned: "cut",
    SeriesShown: "series",
}
_READ = {
    "begin": _begin,
    "edited": _read_edit,
    "stepped": lambda head, _: Stepped(integer(head["done"])),
    "named": lambda head, _: Named(tuple(_label(*label) for label in head["table"])),
    "looked": lambda head, _: Looked(
        _three(head["cursor"]), integer(head["label"], most=_MOST_LABEL)
    ),
    "cut": _read_partition,
    "series": lambda head, _: SeriesShown(tuple(_origin(*told) for told in head["origins"])),
}
