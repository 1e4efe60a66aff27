"""The table of labels as the page has it: after a stroke it is sent the rows that changed."""

from __future__ import annotations

from dashboard.annotation.label_table import Label, Table
from dashboard.session.session import Session


class LabelRows:
    """Remembers what the page was sent, and tells what has changed since.

    After a stroke that costs as much as the labels that it touched, however many there are.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin with a page, or a volume, of which nothing was sent."""
        self._sent: dict[int, dict] = {}
        self._table: Table = ()
        self._known: dict[int, Label] = {}
        self._fresh = True

    def news(self, session: Session) -> dict | None:
        """Return what the page is to be sent; None if it has all.

        Returns
        -------
        dict
            ``rows``: those that are new or have changed; ``gone``: values of those that are no
            more; ``fresh``: whether the page is to forget those that it has.
        """
        touched, gone = self._touched(session)
        rows = {value: row_of(session, self._known[value]) for value in sorted(touched)}
        changed = [row for value, row in rows.items() if row != self._sent.get(value)]
        self._sent |= rows
        fresh, self._fresh = self._fresh, False
        return {"fresh": fresh, "rows": changed, "gone": gone} if fresh or changed or gone else None

    def _touched(self, session: Session) -> tuple[set[int], list[int]]:
        """Return which rows may have changed, and which are no more."""
        touched = session.labels.take_moved()
        gone = []
        if session.table is not self._table:
            known = {label.value: label for label in session.table}
            touched |= {value for value, label in known.items() if self._known.get(value) != label}
            gone = [value for value in self._known if value not in known]
            for value in gone:
                del self._sent[value]
            self._table, self._known = session.table, known
        return touched & self._known.keys(), gone


def row_of(session: Session, label) -> dict:
    """Return all that the table shows of a label."""
    found = session.intensity(label.value)
    mean, sd = (None, None) if found is None else map(short, found)
    numbers = {"voxels": session.labels.voxels[label.value], "mean": mean, "sd": sd}
    return label._asdict() | numbers


def short(number: float) -> float:
    """Return a number with as many digits as anybody reads; rounding leaves rows as they were."""
    return float(f"{number:.6g}")
