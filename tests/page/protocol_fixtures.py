"""Good verbs and messages, as they are written here; bad ones, spoilt in all ways of these."""

from __future__ import annotations

import json
import math
from functools import singledispatch

from dashboard.page.protocol.table import (
    CHANGES,
    MESSAGES,
    PANE_MESSAGES,
    PANE_VERBS,
    VERBS,
)
from dashboard.page.protocol.value_types import (
    ByName,
    Bytes,
    Either,
    Fields,
    Flag,
    Integer,
    ListOf,
    Number,
    OneOf,
    Text,
    TupleOf,
)

ASKED = {"name": "page-3", "after": "page-2", "case": 1}
STROKE = ASKED | {"after": "", "plane": "axial", "index": 2, "label": 2}
TAKEN = {"name": "page-3", "case": 1, "refused": False}
TIP = {"kind": "voxels", "radius_mm": 2.5, "is_ball": True, "is_within": False}
AXIS = {"index": 0, "size": 12, "reversed": True, "letters": ["R", "L"]}
LAYOUT = {"axis": 2, "x": AXIS, "y": AXIS}
LAYOUTS = {"axial": LAYOUT, "coronal": LAYOUT, "sagittal": LAYOUT}
SETTINGS = {"count": 5, "compactness": 0.1, "sigma_mm": None, "threshold": "auto"}
OPEN = {
    "case": 1, "digest": "d1", "held": True, "name": "brain", "facts": ["12 × 12 × 6", "RAS"],
    "shape": [12, 12, 6], "spacing": [1, 1, 2.5], "unit": {"name": "mm", "mm": 1},
    "oriented": True, "affine": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 2.5, 0], [0, 0, 0, 1]],
    "voxel_mm3": 2.5, "layouts": LAYOUTS, "neurological": LAYOUTS, "range": [0, 100],
    "window": [2, math.inf], "cursor": [6, 6, 3], "settings": SETTINGS | {"threshold": 3.5},
    "source": "whole", "dtype": "int16",
}  # fmt: skip
LEVELS = {"levels": [{"shape": [12, 12, 6], "strides": [1, 1, 1]}], "overviews": [1, 0]}
ROW = {
    "value": 1, "name": "<b>liver", "color": "#66c2ff", "visible": True, "locked": False,
    "voxels": 12, "mean": 3.5, "sd": math.nan,
}  # fmt: skip
CHANNEL = {
    "key": 1, "name": "T1", "resampled": False, "range": [0, 9], "window": [0, 9], "dtype": "uint8",
}  # fmt: skip
PART = {
    "case": 1, "of": "labels", "axis": 0, "index": 3, "level": 0, "dtype": "uint16", "length": 72,
    "start": 0, "split": False,
}  # fmt: skip

GOOD_VERBS = {
    "undo": [{}, {"asked": ASKED}],
    "redo": [{}],
    "go_to": [{"done": 1}],
    "add_label": [{}, {"value": None}, {"value": 9, "name": "spleen"}],
    "choose": [{"label": 3, "choice": 1}],
    "rename": [{"label": 2, "name": "<i>bone"}],
    "recolour": [{"label": 2, "color": "#123456"}],
    "show_label": [{"label": 2, "to": False}],
    "show_labels": [{"to": False}],
    "lock_label": [{"label": 2, "to": True}],
    "remove_label": [{"label": 2}],
    "merge_label": [{"label": 2, "into": 3}],
    "fill_holes": [{"label": 1}],
    "keep_largest_island": [{"label": 2}],
    "partition": [
        {"count": 5},
        SETTINGS | {"sigma_mm": 0.5, "threshold": None, "weights": [["two", 1], ["T1", 0.5]]},
    ],
    "remove_volume": [{"key": 1}],
    "open_over": [{"path": "labels.nii", "kind": "labels"}],
    "open_resampled": [{}],
    "begin": [{}],
    "ping": [{}],
    "resync": [{}],
    "slice": [
        {"case": 1, "axis": 2, "index": 3, "level": 0, "parts": ["volume", "ids"], "ahead": False}
    ],
    "overview": [{"case": 1, "level": 2}],
    "intensities": [{}],
    "surfaces_shown": [{"value": True}],
    "cancel": [{}],
    "take_over": [{}],
    "download_table": [{"form": "bids"}],
    "cursor": [{"ijk": [3, -1, 99]}],
    "list": [{"path": ""}, {"path": "scans/a", "kind": "table"}],
    "open": [{"path": "one.nii", "kind": "volume"}],
    "open_volume_of": [{"volume": 1}],
    "open_by": [{"form": "qform"}],
    "open_together": [{}],
    "upload_as": [{"kind": "table"}],
    "failed": [{"text": "no slice"}],
}
GOOD_MESSAGES = {
    "open": [OPEN, OPEN | LEVELS | {"source": "slices"}],
    "begin": [
        {"array": "labels", "dtype": "uint16", "length": 864, "revision": 3},
        {"array": "channel 1", "dtype": "float32", "length": 864, "revision": None},
    ],
    "piece": [{"start": 0, "data": b"abc"}],
    "end": [{}],
    "part": [
        PART | {"revision": 2, "data": b"abc", "raw": True},
        PART | {"of": "sizes", "axis": -1, "index": -1, "partition": 1, "blank": True},
    ],
    "partition": [
        {"partition": 2, "count": 5, "voxels": 800},
        {"partition": 2, "count": 5, "voxels": None},
    ],
    "divided": [{"at": [[4, 9, 12]], "boxes": [[0, 2, 0, 3, 0, 1]], "data": b"abc"}],
    "volumes": [{"volumes": [CHANNEL], "weights": [["T1", 0.5]]}],
    "painted": [{"revision": 3, "ids": [1, 2, 5], "label": 0, "box": [0, 2, 0, 3, 0, 1]}],
    "patched": [{"revision": 3, "boxes": [[0, 2, 0, 3, 0, 1]], "stroke": "page-3", "data": b"abc"}],
    "stale": [{"revision": 3, "boxes": [[0, 2, 0, 3, 0, 1]], "stroke": ""}],
    "replaced": [{"revision": 3}],
    "rows": [{"fresh": True, "rows": [ROW, ROW | {"mean": None, "sd": None}], "gone": [3]}],
    "history": [{"start": 1, "titles": ["1 superpixel → label 1"], "done": 2, "count": 2}],
    "went": [{"at": [1, 2, 3]}],
    "taken": [TAKEN],
    "kept": [{"held": True, "pending": 2, "trouble": ""}],
    "state": [
        {"label": 2, "choice": 1, "held": True, "threshold": 3.5, "why_here": "no worker answers"}
    ],
    "job": [{"job": None}, {"job": {"title": "Partitioning", "fraction": 0.5, "left_s": None}}],
    "pong": [{}],
    "notice": [{"text": "Saved.", "mood": "success", "link": "files/a.nii"}],
    "ask": [{"name": "a.nii", "count": 2, "together": 2, "difference": "", "grid": ""}],
    "intensities": [
        {"labels": None, "said": ""},
        {"labels": [{"name": "liver", "color": "#66c2ff", "voxels": 3}], "said": "The share."},
    ],
    "folder": [{"path": "", "folders": ["a"], "files": ["one.nii"], "truncated": False}],
    "uploaded": [{}],
    "file": [{"name": "a.nii.gz", "part": 0, "parts": 1, "data": b""}],
    "several": [{"messages": [{"kind": "pong"}, {"kind": "taken", **TAKEN}]}],
}  # fmt: skip
SURFACE = {
    "label": 2, "vertices": 4, "faces": 2, "low": [-90, 1.5, 0], "step": [0.002, 0.001, 0.5],
    "part": 0, "parts": 1, "data": b"abc",
}  # fmt: skip
GOOD_PANE_VERBS = {
    "begin": [{}],
    "seen": [{"value": False}],
    "failed": [{"text": "no picture"}],
}
GOOD_PANE_MESSAGES = {
    "scene": [{"digest": "d1", "oriented": True, "inset": 0.5}],
    "looks": [{"looks": [{"label": 2, "color": "#66c2ff", "visible": False}]}, {"looks": []}],
    "surface": [SURFACE],
    "gone": [{"label": 2}],
    "shown": [{"value": False}],
    "several": [{"messages": [{"kind": "gone", "label": 2}]}],
}
GOOD_ROWS = {"xs": [[1.5, 2]], "ys": [[1, 2]], "stroke": [json.dumps(STROKE)]}
GOOD_STROKES = [STROKE, STROKE | {"radiological": False, "tip": TIP}]
UNKNOWN = ["", "close", "_open", "__init__", "constructor", "toString", "Undo", "cut"]


def bad_verbs(verb):
    """Values of a verb that must be refused."""
    of = CHANGES.get(verb, VERBS[verb])
    bad = [each for good in GOOD_VERBS[verb] if "asked" not in good for each in spoil(of, good)]
    if verb in CHANGES:
        good = GOOD_VERBS[verb][0]
        bad += [{**good, "asked": each} for each in spoil(VERBS["undo"].may["asked"], ASKED)]
    return bad


def bad_messages(kind):
    """Values of a kind that must not be acted on."""
    return all_spoilt(MESSAGES[kind], GOOD_MESSAGES[kind])


def bad_pane_verbs(verb):
    """As `bad_verbs`, of what the pane of the surfaces says."""
    return all_spoilt(PANE_VERBS[verb], GOOD_PANE_VERBS[verb])


def bad_pane_messages(kind):
    """As `bad_messages`, of what the pane of the surfaces is told."""
    return all_spoilt(PANE_MESSAGES[kind], GOOD_PANE_MESSAGES[kind])


def all_spoilt(of, good):
    return [each for one in good for each in spoil(of, one)]


def as_json(value):
    """A value as JSON knows it: bytes as {bytes: numbers}, what is not finite as {number: name}."""
    if isinstance(value, bytes):
        return {"bytes": [*value]}
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": "NaN" if math.isnan(value) else "Infinity"}
    if isinstance(value, dict):
        return {name: as_json(each) for name, each in value.items()}
    return [*map(as_json, value)] if isinstance(value, list | tuple) else value


@singledispatch
def spoil(_of, _good):
    """Values that are like a good one, and not of its type."""
    return []


@spoil.register
def _integer(of: Integer, _good):
    return ["two", 1.5, math.nan, [], None, True, of.least - 2, of.most + 2]


@spoil.register
def _number(of: Number, _good):
    return ["much", [], {}, True, *([math.nan, math.inf] if of.is_finite else [])]


@spoil.register
def _text(of: Text, _good):
    return [7, None, ["a"], "x" * (of.most + 1)]


@spoil.register
def _flag(_: Flag, _good):
    return [1, "true", None]


@spoil.register
def _bytes(_: Bytes, _good):
    return ["abc", [97], None]


@spoil.register
def _one_of(_: OneOf, _good):
    return ["poem", 5, None]


@spoil.register
def _list(of: ListOf, good):
    return [5, "abc", None, *([*good, each] for each in _of_first(of.each, good))]


def _of_first(of, good):
    return spoil(of, good[0]) if good else []


@spoil.register
def _tuple(of: TupleOf, good):
    nested = [
        [*good[:n], each, *good[n + 1 :]]
        for n, kind in enumerate(of.types)
        for each in spoil(kind, good[n])
    ]
    return [[], [*good, 1], 5, None, *nested]


@spoil.register
def _by_name(_: ByName, _good):
    return [5, None, [1]]


@spoil.register
def _either(of: Either, good):
    """What none of the types takes; `good` tells which one is meant."""
    return [[[]], {"no": "such"}, *_bad_of_all(of, good)]


def _bad_of_all(of, good):
    if isinstance(good, dict):
        return spoil(of.types[0], good)
    return []


@spoil.register
def _fields(of: Fields, good):
    known = {**of.must, **of.may}
    missing = [{key: good[key] for key in good if key != name} for name in of.must]
    nested = [
        good | {name: each}
        for name in good
        if name in known
        for each in spoil(known[name], good[name])
    ]
    return [*missing, good | {"more": 1}, *nested]
