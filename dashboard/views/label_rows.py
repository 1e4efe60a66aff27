"""The table of labels as the page has it: after a stroke it is sent the rows that changed."""

from __future__ import annotations

from dashboard.session import Session


class LabelRows:
    """Remembers what the page was sent, and tells what has changed since."""

    def __init__(self) -> None:
        self._sent: dict[int, dict] = {}
        self._fresh = True

    def forget(self) -> None:
        """Begin with a page, or a volume, of which nothing was sent."""
        self._sent, self._fresh = {}, True

    def news(self, session: Session) -> dict | None:
        """Return what the page is to be sent; None if it has all.

        Returns
        -------
        dict
            ``rows``: those that are new or have changed; ``gone``: values of those that are no
            more; ``fresh``: whether the page is to forget those that it has.
        """
        rows = {label.value: row_of(session, label) for label in session.table}
        changed = [row for value, row in rows.items() if row != self._sent.get(value)]
        gone = [value for value in self._sent if value not in rows]
        fresh, self._sent, self._fresh = self._fresh, rows, False
        return {"fresh": fresh, "rows": changed, "gone": gone} if fresh or changed or gone else None


def row_of(session: Session, label) -> dict:
    """Return all that the table shows of a label."""
    found = session.intensity(label.value)
    mean, sd = (None, None) if found is None else map(short, found)
    numbers = {"voxels": session.labels.voxels[label.value], "mean": mean, "sd": sd}
    return label._asdict() | numbers


def short(number: float) -> float:
    """Return a number with as many digits as anybody reads; rounding leaves rows as they were."""
    return float(f"{number:.6g}")
