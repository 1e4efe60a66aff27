"""The table of labels as the page has it: after a stroke it is sent the rows that changed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from dashboard.annotation.label_table import Label, Table
from dashboard.session.session import Session

NONE: Mapping = MappingProxyType({})


class Rows(NamedTuple):
    """The rows that a page was sent, and of which table; of none, if it was sent nothing."""

    table: Table | None = None
    labels: Mapping[int, Label] = NONE
    rows: Mapping[int, dict] = NONE


def update(sent: Rows, session: Session) -> tuple[Rows, dict | None]:
    """Return the rows as they are now, and what a page is to be told that was sent others.

    After a stroke that costs as much as the labels that it touched, however many there are.

    Returns
    -------
    rows : Rows
    news : dict or None
        ``rows``: those that are new or have changed; ``gone``: values of those that are no more;
        ``fresh``: whether the page is to forget those that it has. None if it has all.
    """
    labels, touched = _touched(sent, session)
    gone = [] if labels is sent.labels else [value for value in sent.labels if value not in labels]
    looked = {value: row_of(session, labels[value]) for value in sorted(touched & labels.keys())}
    changed = [row for value, row in looked.items() if row != sent.rows.get(value)]
    fresh = sent.table is None
    rows = {**sent.rows, **looked}
    for value in gone:
        del rows[value]
    news = {"fresh": fresh, "rows": changed, "gone": gone}
    now = Rows(session.table, labels, rows)
    return now, news if fresh or changed or gone else None


def _touched(sent: Rows, session: Session) -> tuple[Mapping[int, Label], set[int]]:
    """Return the labels by value, and of which of them the rows may have changed."""
    moved = session.labels.take_moved()
    if session.table is sent.table:
        return sent.labels, moved
    labels = {label.value: label for label in session.table}
    return labels, moved | {
        value for value, label in labels.items() if sent.labels.get(value) != label
    }


def row_of(session: Session, label: Label) -> dict:
    """Return all that the table shows of a label."""
    found = session.intensity(label.value)
    mean, sd = (None, None) if found is None else map(short, found)
    numbers = {"voxels": session.labels.voxels[label.value], "mean": mean, "sd": sd}
    return label._asdict() | numbers


def short(number: float) -> float:
    """Return a number with as many digits as anybody reads; rounding leaves rows as they were."""
    return float(f"{number:.6g}")
