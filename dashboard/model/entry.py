"""What a journal's records say: edits, undo and redo, the table, the view, the superpixels.

A payload is deflated: the length of a JSON text (4 bytes), the text, then the arrays it lists.
"""

from __future__ import annotations

import json
import zlib
from typing import NamedTuple

import numpy as np

from dashboard.model.labels import DTYPE, Edit, Patch, Values
from dashboard.model.palette import Label
from dashboard.model.settings import Settings

FORMAT = 1
_LEVEL = 1  # half a millisecond for a stroke; more takes three times as long for a tenth less


class Begin(NamedTuple):
    """The first record: of which volume."""

    digest: str
    shape: tuple[int, int, int]
    name: str


class Edited(NamedTuple):
    """An edit; `stroke` is how the page that drew it calls it, so that it is taken but once."""

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


class Cut(NamedTuple):
    """The superpixels are those in `file`, of the case's folder.

    `asked` tells whether somebody chose them; else they can be computed again.
    """

    file: str
    threshold: float | None
    settings: Settings | None
    asked: bool


Entry = Begin | Edited | Stepped | Named | Looked | Cut


class Unreadable(ValueError):
    """A payload that is none of ours, or of a later version."""


def pack(entry: Entry) -> bytes:
    """Return the payload of an entry."""
    if isinstance(entry, Edited):
        return pack_edit(*entry)
    kind = type(entry).__name__.lower()
    return _pack({"kind": kind, "format": FORMAT, **entry._asdict()}, [])


def pack_edit(edit: Edit, stroke: str = "") -> bytes:
    """Return the payload of an edit."""
    arrays = [] if edit.ids is None else [np.asarray(edit.ids, "<u4")]
    patches = []
    for patch in edit.patches:
        corners = [n for axis in patch.box for n in (axis.start, axis.stop)]
        values = [_number(value) for value in (patch.before, patch.after)]
        patches.append([corners, *values])
        arrays.append(np.packbits(patch.mask))
        arrays += [np.asarray(v, "<u2") for v in (patch.before, patch.after) if _number(v) is None]
    told = {"title": edit.title, "label": edit.label, "stroke": stroke, "ids": edit.ids is not None}
    return _pack({"kind": "edited", "format": FORMAT, **told, "patches": patches}, arrays)


def unpack(payload: bytes) -> Entry:
    """Return the entry in a payload.

    Raises
    ------
    Unreadable
        If it is none, or of a later version.
    """
    try:
        head, arrays = _unpack(payload)
        return _READ[head["kind"]](head, arrays)
    except (ValueError, KeyError, TypeError, IndexError, zlib.error) as error:
        raise Unreadable(f"Expected a record of a journal; this one is none ({error}).") from error


def unpack_edit(payload: bytes) -> Edit:
    """Return the edit in a payload of `pack_edit`.

    Raises
    ------
    Unreadable
        As `unpack`.
    """
    return unpack(payload).edit


def _number(values: Values) -> int | None:
    return int(values) if np.ndim(values) == 0 else None


def _pack(head: dict, arrays: list[np.ndarray]) -> bytes:
    listed = [[array.dtype.str, array.size] for array in arrays]
    text = json.dumps(head | {"arrays": listed}, separators=(",", ":")).encode()
    parts = [len(text).to_bytes(4, "little"), text, *(array.tobytes() for array in arrays)]
    return zlib.compress(b"".join(parts), _LEVEL)


def _unpack(payload: bytes) -> tuple[dict, list[np.ndarray]]:
    content = zlib.decompress(payload)
    at = 4 + int.from_bytes(content[:4], "little")
    head = json.loads(content[4:at])
    if head["format"] != FORMAT:
        raise ValueError(f"format {head['format']}")
    arrays = []
    for dtype, size in head["arrays"]:
        array = np.frombuffer(content, _DTYPES[dtype], size, at)
        at += array.nbytes
        arrays.append(array)
    return head, arrays


_DTYPES = {name: np.dtype(name) for name in ("|u1", "<u2", "<u4")}


def _edited(head: dict, arrays: list[np.ndarray]) -> Edited:
    left = iter(arrays)
    ids = next(left).astype(np.int64) if head["ids"] else None
    patches = tuple(_patch(left, *told) for told in head["patches"])
    return Edited(Edit(patches, head["title"], ids, head["label"]), head["stroke"])


def _patch(left, corners: list[int], before: int | None, after: int | None) -> Patch:
    box = tuple(slice(corners[n], corners[n + 1]) for n in (0, 2, 4))
    shape = tuple(axis.stop - axis.start for axis in box)
    mask = np.unpackbits(next(left), count=int(np.prod(shape))).astype(bool).reshape(shape)
    values = [next(left).astype(DTYPE) if value is None else value for value in (before, after)]
    return Patch(box, mask, *values)


def _cut(head: dict, _) -> Cut:
    settings = head["settings"] and Settings(*head["settings"])
    return Cut(head["file"], head["threshold"], settings, head["asked"])


_READ = {
    "begin": lambda head, _: Begin(head["digest"], tuple(head["shape"]), head["name"]),
    "edited": _edited,
    "stepped": lambda head, _: Stepped(int(head["done"])),
    "named": lambda head, _: Named(tuple(Label(*label) for label in head["table"])),
    "looked": lambda head, _: Looked(tuple(head["cursor"]), int(head["label"])),
    "cut": _cut,
}
