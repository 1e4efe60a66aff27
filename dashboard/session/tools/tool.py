"""What a tool is: it answers a stroke with an edit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

import numpy as np

from dashboard.annotation.label_map import Edit
from dashboard.annotation.stroke import Stroke
from dashboard.cases.case import Case
from dashboard.session.document import Document
from dashboard.session.messages import Notice, Refused
from workers.runtime.box import Box


class Answer(NamedTuple):
    """What a tool makes of a stroke.

    Attributes
    ----------
    edit : Edit
        What was changed in the labels, or is to be in the superpixels; it may be empty.
    notice : Notice or None
        What the user is told, such as why nothing has changed.
    boxes : tuple of Box or None
        Where the page has painted already, and is told again what the labels are; None if it
        paints only what it is told.
    """

    edit: Edit
    notice: Notice | None = None
    boxes: tuple[Box, ...] | None = None


class Tool(Protocol):
    """What one draws with; it holds nothing of a document."""

    async def answer(self, document: Document, stroke: Stroke) -> Answer:
        """Wait for the turn of a stroke, and change what it touches in a document.

        Raises
        ------
        Refused
            With a sentence, if that cannot be done.
        """


def must_know(case: Case, label: int) -> None:
    """Refuse a label that is in no table.

    Raises
    ------
    Refused
        With the way out.
    """
    if label not in case.index.by_value:
        raise Refused(f"There is no label {label} yet: add it with + beside LABELS.")


def name_of(case: Case, label: int) -> str:
    """Return what a label is called, or its value."""
    known = case.index.by_value.get(label)
    return known.name if known else str(label)


def name_slice(stroke: Stroke) -> str:
    """Return on which slice a stroke was drawn, in words."""
    return f"{stroke.plane.layout.name} {stroke.plane.index}"


def why_locked(case: Case, masks: Iterable[tuple[Box, np.ndarray]]) -> Notice | None:
    """Return which locked labels lie there, in a sentence, if any do."""
    found = {int(n) for box, mask in masks for n in np.unique(case.labels.read(box)[mask])}
    locked = sorted(found.intersection(case.index.locked))
    if not locked:
        return None
    names = ", ".join(name_of(case, label) for label in locked)
    return Notice(f"Nothing has changed: what lies there is locked ({names}).")
