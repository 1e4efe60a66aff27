"""The table of all that a page and its server say to each other, with the types of the values.

A page sends verbs, the server sends messages; each has a name and values by name. What arrives is
read by this table before anybody acts, here and in the page's script, which has it as
``script/core/protocol.ts``. `dashboard.page.protocol.write` writes that file.
"""

from __future__ import annotations

import logging

from dashboard.annotation.slice_geometry import NAMES
from dashboard.page.protocol.read_value import Misfit, read
from dashboard.page.protocol.value_types import (
    Anything,
    ByName,
    Bytes,
    Either,
    Fields,
    Flag,
    Integer,
    ListOf,
    Nothing,
    Number,
    Text,
    Type,
    fields,
    one_of,
    optional,
    tuple_of,
)
from dashboard.session.export import TABLES
from dashboard.session.messages import Refused

log = logging.getLogger(__name__)

OPENED_AS = ("volume", "series", "labels", "superpixels", "table")

COUNT = Integer(0)
COLOR = Text(40)
PATH = Text(4096)
TITLE = Text()
KIND = one_of(*OPENED_AS)
VOXEL = tuple_of(Integer(), Integer(), Integer())
THREE = tuple_of(Number(), Number(), Number())
RANGE = tuple_of(Number(is_finite=False), Number(is_finite=False))
BOX = tuple_of(*[COUNT] * 6)
BOXES = ListOf(BOX)
WEIGHTS = ListOf(tuple_of(Text(), Number()))
THRESHOLD = Either((Number(), one_of("auto"), Nothing()))
MEASURED = optional(Number(is_finite=False))
DTYPE = one_of("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32")

# Under which name something is done, after which other that is unanswered, on which opening.
ASKED = fields(name=Text(200), after=Text(200), case=Integer())
TIP = fields({"radius_mm": Number(), "is_ball": Flag(), "is_within": Flag()}, kind=Text(40))
STROKE = fields(
    {"radiological": Flag(), "tip": TIP},
    **ASKED.must, plane=Text(40), index=Integer(), label=Integer(),
)  # fmt: skip
# Rows of the source in which strokes are drawn; each is read by itself: one holds up no other.
STROKES = fields(xs=ListOf(Anything()), ys=ListOf(Anything()), stroke=ListOf(Text()))
LINE = fields(xs=ListOf(Number()), ys=ListOf(Number()))

AXIS = fields(index=Integer(0, 2), size=COUNT, reversed=Flag(), letters=tuple_of(Text(9), Text(9)))
LAYOUT = fields(axis=Integer(0, 2), x=AXIS, y=AXIS)
LAYOUTS = fields(**dict.fromkeys(NAMES, LAYOUT))
LEVEL = fields(shape=VOXEL, strides=VOXEL)
SETTINGS = fields(
    count=Number(), compactness=Number(), sigma_mm=optional(Number()), threshold=THRESHOLD
)
CHANNEL = fields(
    key=COUNT, name=Text(), resampled=Flag(), range=RANGE, window=RANGE, dtype=DTYPE
)  # fmt: skip
ROW = fields(
    value=COUNT, name=Text(), color=COLOR, visible=Flag(), locked=Flag(), voxels=COUNT,
    mean=MEASURED, sd=MEASURED,
)  # fmt: skip
JOB = fields(
    title=TITLE, fraction=Number(), left_s=optional(Number(is_finite=False))
)  # fmt: skip
SPREAD = fields(name=Text(), color=COLOR, voxels=COUNT)

NAMED: dict[str, Type] = {
    "Box": BOX, "Asked": ASKED, "Tip": TIP, "Stroke": STROKE, "Axis": AXIS,
    "Layout": LAYOUT, "Layouts": LAYOUTS, "Level": LEVEL, "Settings": SETTINGS,
    "Channel": CHANNEL, "Row": ROW, "Job": JOB, "DType": DTYPE, "OpenedAs": KIND,
}  # fmt: skip
"""Types that have a name in the page's script."""

_LABEL = {"label": Integer()}
_SWITCH = {"label": Integer(), "to": Flag()}
CHANGES: dict[str, Fields] = {
    "undo": fields(),
    "redo": fields(),
    "go_to": fields(done=Integer()),
    "add_label": fields({"value": optional(Integer()), "name": Text()}),
    "choose": fields(label=Integer(), choice=Integer()),
    "rename": fields(label=Integer(), name=Text()),
    "recolour": fields(label=Integer(), color=Text()),
    "show_label": fields(**_SWITCH),
    "show_labels": fields(to=Flag()),
    "lock_label": fields(**_SWITCH),
    "remove_label": fields(**_LABEL),
    "merge_label": fields(label=Integer(), into=Integer()),
    "fill_holes": fields(**_LABEL),
    "keep_largest_island": fields(**_LABEL),
    "partition": fields({**SETTINGS.must, "weights": WEIGHTS}),
    "remove_volume": fields(key=Integer()),
    "open_over": fields(path=PATH, kind=KIND),
    "open_resampled": fields(),
}
"""Verbs that change something: each may come with what it is `ASKED` under."""

VERBS: dict[str, Fields] = {
    **{verb: fields(values.may | {"asked": ASKED}, **values.must)
       for verb, values in CHANGES.items()},
    "begin": fields(),
    "ping": fields(),
    "resync": fields(),
    "slice": fields(
        case=Integer(), axis=Integer(), index=Integer(), level=Integer(),
        parts=ListOf(one_of("volume", "labels", "ids")), ahead=Flag(),
    ),
    "overview": fields(case=Integer(), level=Integer()),
    "intensities": fields(),
    "surfaces_shown": fields(value=Flag()),
    "cancel": fields(),
    "take_over": fields(),
    "download_table": fields(form=one_of(*TABLES)),
    "cursor": fields(ijk=VOXEL),
    "list": fields({"kind": KIND}, path=PATH),
    "open": fields(path=PATH, kind=KIND),
    "open_volume_of": fields(volume=Integer()),
    "open_by": fields(form=one_of("qform", "sform")),
    "open_together": fields(),
    "upload_as": fields(kind=KIND),
    "failed": fields(text=Text()),
}  # fmt: skip
"""What a page may ask for."""

MESSAGES: dict[str, Fields] = {
    # A volume that is opened, and its arrays
    "open": fields(
        {"levels": ListOf(LEVEL), "overviews": ListOf(COUNT)},
        case=COUNT, digest=Text(200), held=Flag(), name=Text(), facts=ListOf(Text()), shape=VOXEL,
        spacing=THREE, unit=fields(name=Text(), mm=Number()), oriented=Flag(),
        affine=ListOf(ListOf(Number(), 4), 4), voxel_mm3=Number(), layouts=LAYOUTS,
        neurological=LAYOUTS, range=RANGE, window=RANGE, cursor=VOXEL, settings=SETTINGS,
        source=one_of("whole", "slices"), dtype=DTYPE,
    ),
    "begin": fields(
        array=Text(), dtype=DTYPE, length=COUNT, revision=optional(COUNT)
    ),
    "piece": fields(start=COUNT, data=Bytes()),
    "end": fields(),
    "part": fields(
        {"data": Bytes(), "raw": Flag(), "blank": Flag(), "revision": COUNT, "partition": COUNT},
        case=COUNT, of=one_of("volume", "labels", "ids", "overview", "sizes"), axis=Integer(-1, 2),
        index=Integer(-1), level=COUNT, dtype=DTYPE, length=COUNT, start=COUNT, split=Flag(),
    ),
    "partition": fields(partition=COUNT, count=COUNT, voxels=optional(COUNT)),
    "divided": fields(at=ListOf(tuple_of(COUNT, COUNT, COUNT)), boxes=BOXES, data=Bytes()),
    "volumes": fields(volumes=ListOf(CHANNEL), weights=WEIGHTS),
    # Labels that have changed
    "painted": fields(revision=COUNT, ids=ListOf(COUNT), label=COUNT, box=BOX),
    "patched": fields(revision=COUNT, boxes=BOXES, stroke=Text(200), data=Bytes()),
    "stale": fields(revision=COUNT, boxes=BOXES, stroke=Text(200)),
    "replaced": fields(revision=COUNT),
    "rows": fields(fresh=Flag(), rows=ListOf(ROW), gone=ListOf(COUNT)),
    "history": fields(start=COUNT, titles=ListOf(TITLE), done=COUNT, count=COUNT),
    "went": fields(at=VOXEL),
    # What becomes of what the page has asked for
    "taken": fields(name=Text(200), case=Integer(), refused=Flag()),
    "kept": fields(held=Flag(), pending=COUNT, trouble=Text()),
    "state": fields(
        label=COUNT, choice=Integer(), held=Flag(), threshold=MEASURED, why_here=Text()
    ),
    "job": fields(job=optional(JOB)),
    "pong": fields(),
    # What the user is told, asked and given
    "notice": fields(text=Text(), mood=one_of("info", "success", "error"), link=Text()),
    "ask": fields(name=Text(), count=COUNT, together=COUNT, difference=Text(), grid=Text()),
    "intensities": fields(labels=optional(ListOf(SPREAD)), said=Text()),
    "folder": fields(
        path=Text(), folders=ListOf(Text()), files=ListOf(Text()), truncated=Flag()
    ),
    "uploaded": fields(),
    "file": fields(name=Text(), part=COUNT, parts=Integer(1), data=Bytes()),
    "several": fields(messages=ListOf(ByName(Anything()))),
}  # fmt: skip
"""What a server may say, by its kind."""

# What the pane of the surfaces and its server say to each other.
LOOK = fields(label=COUNT, color=COLOR, visible=Flag())
PANE_VERBS: dict[str, Fields] = {
    "begin": fields(),
    "seen": fields(value=Flag()),
    "failed": fields(text=Text()),
}
"""What the pane of the surfaces may say."""

PANE_MESSAGES: dict[str, Fields] = {
    "scene": fields(digest=Text(200), oriented=Flag(), inset=Number()),
    "looks": fields(looks=ListOf(LOOK)),
    "surface": fields(
        label=COUNT, vertices=Integer(1), faces=Integer(1), low=THREE, step=THREE, part=COUNT,
        parts=Integer(1), data=Bytes(),
    ),
    "gone": fields(label=COUNT),
    "shown": fields(value=Flag()),
    "several": fields(messages=ListOf(ByName(Anything()))),
}  # fmt: skip
"""What a server may say to the pane of the surfaces, by its kind."""


def read_verb(verb: str, values: dict, verbs: dict[str, Fields] = VERBS) -> dict:
    """Return the values that came with a verb, each of its type; `verbs` is of whom it came from.

    Raises
    ------
    Refused
        If there is no such verb, a value is missing or cannot be, or there is one too many.
    """
    if verb not in verbs:
        raise Refused(f"The page asked for “{verb[:40]}”, which is unknown here: reload it.")
    return read_as(verbs[verb], verb, values)


def read_as(of: Type, verb: str, values: object) -> dict:
    """Return values of a type, which came with what is called `verb`; raises Refused."""
    try:
        return read(of, values)
    except Misfit as misfit:
        log.warning("A page asked for %s with what cannot be: %s", verb, misfit)
        raise Refused(
            f"The page asked for “{verb}” with values that are unknown here: reload it."
        ) from None


def check_message(message: dict, messages: dict[str, Fields] = MESSAGES) -> None:
    """Raise Misfit if a message to the page is not what the page expects.

    Nobody asks on the way of a message: the page's script does, with the same table, and so does
    whatever takes messages in tests. What the server has made itself costs a stroke nothing here.
    """
    kind, values = message["kind"], {**message}
    del values["kind"]
    if kind not in messages:
        raise Misfit(f"{kind}: unknown")
    for each in read(messages[kind], values).get("messages", ()):
        check_message(each, messages)
