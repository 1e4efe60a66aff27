"""From a volume to all that was done to it, in the thread that reads files."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from functools import partial
from typing import NamedTuple

from dashboard import demo
from dashboard.annotation.label_map import DTYPE, LabelMap
from dashboard.annotation.label_table import first_labels
from dashboard.cases.case import Case
from dashboard.cases.case_store import CaseKey, Cases, Opened
from dashboard.cases.held_edits import HeldEdits
from dashboard.cases.lease import LeaseWatch
from dashboard.session.backing.backing import Backing, Uncached
from dashboard.session.document import Document
from dashboard.volumes.grid import Grid


class CaseOpener(NamedTuple):
    """Opens the cases of one user for one page, which is told of the journal.

    Attributes
    ----------
    cases : Cases
    user : str
    hear : callable
        Told a journal and its Progress, in the journal's thread.
    is_watched, is_wanted : callable
        Tell whether a page is there that writes to a journal, and whether this one does.
    is_gone : callable
        Tells whether there is no page any more.
    """

    cases: Cases
    user: str
    hear: Callable
    is_watched: Callable
    is_wanted: Callable
    is_gone: Callable[[], bool]

    def key(self, volume: Grid) -> CaseKey:
        """Return whose case, and of which volume."""
        return CaseKey(self.user, volume.digest, volume.shape, volume.name)

    def may_follow(self, watch: LeaseWatch, volume: Grid, mine: HeldEdits) -> bool:
        """Tell whether the case that is watched may be taken without being asked to.

        Raises
        ------
        OSError, ValueError
            If it cannot be read.
        """
        return self.cases.may_follow(watch, self.key(volume), partial(begin, volume), mine)

    def open(
        self, volume: Grid, *, by_force: bool = False, mine: HeldEdits | None = None
    ) -> Opened:
        """Open the case of a volume.

        Raises
        ------
        Fewer
            If edits of `mine` would be lost.
        ValueError
            As `Cases.open`.
        CancelledError
            If the page has gone meanwhile.
        """
        opened = self.cases.open(
            self.key(volume),
            partial(begin, volume),
            self.hear,
            is_watched=self.is_watched,
            is_wanted=self.is_wanted,
            by_force=by_force,
            mine=mine,
        )
        if self.is_gone():
            self.cases.leave(opened)
            raise CancelledError
        return opened


def resume(
    backing: Backing,
    *,
    opener: CaseOpener,
    by_force: bool = False,
    mine: HeldEdits | None = None,
    report: Callable | None = None,
) -> Document:
    """Read the case of a volume that was opened.

    Raises
    ------
    Fewer, ValueError
        As `Cases.open`.
    """
    if report is not None:
        report(0.0)  # the last moment at which it can be cancelled: then the case is held
    opened = opener.open(backing.volume, by_force=by_force, mine=mine)
    try:
        return read_back(backing, opened)
    except BaseException:  # else the case would be held by nobody's page
        opener.cases.leave(opened)
        raise


def read_back(backing: Backing, opened: Opened) -> Document:
    """Add superpixels to an opened case, and what the user should know of it."""
    is_bad = opened.found.is_damaged or opened.unread
    notes = [(describe(opened), "error" if is_bad else "info")]
    opened.case.sums = backing.label_sums(opened.case.labels)
    if opened.case.partitioned is not None:
        notes.append(restore_superpixels(backing, opened))
    return Document(backing, opened, tuple(note for note in notes if note[0]))


def restore_superpixels(backing: Backing, opened: Opened) -> tuple[str, str]:
    """Give a case the superpixels that it was painted with; returns a note, "" if all is well."""
    case, kept = opened.case, opened.case.partitioned
    try:
        case.take_superpixels(backing.restore_superpixels(opened), kept.file or kept.key)
    except Uncached as gone:
        # Their settings stay: whoever presses Partition gets the very same ones.
        case.partitioned = kept._replace(key="", threshold=None)
        return str(gone), "info"
    except (OSError, ValueError):
        # Of those that were computed, the settings stay as above.
        case.partitioned = kept._replace(file="", threshold=None) if kept.settings else None
        return "The superpixels could not be read back: press Partition.", "error"
    return "", "info"


def describe(opened: Opened) -> str:
    """Return what the user is told of a case that was read back; "" if there is nothing to tell."""
    edits, found = len(opened.case.history.titles), opened.found
    if opened.unread:
        return (
            f"What was kept of this volume cannot be read ({opened.unread}): you begin anew here, "
            "and nothing of it is written over."
        )
    if not opened.writes:
        return (
            f"{opened.holder} is writing to this volume’s labels in another page. They are shown "
            "as they were when you opened it; press Take over to go on with them here."
        )
    if found.is_damaged:
        return (
            f"The journal of this volume is damaged: {count(edits)} could be read back, what "
            f"followed could not. It is kept as {found.damaged[0].stem}.damaged in {opened.folder}."
        )
    if found.dropped:
        return (
            f"{count(edits)} read back. A last one was still being written when supervox ended, "
            "and had not been shown as saved."
        )
    return f"Resumed with {count(edits)}." if edits else ""


def count(edits: int) -> str:
    """Return a number of edits in words."""
    return f"{edits:,} edit{'s' * (edits != 1)}"


def begin(volume: Grid) -> Case:
    """Return a fresh case for `volume`."""
    shown = demo.is_demo(volume.name, volume.shape)
    return Case(
        labels=LabelMap(volume.shape, volume.zeros(DTYPE)),
        table=first_labels(demo.LABELS if shown else ()),
        cursor=demo.CURSOR if shown else tuple(n // 2 for n in volume.shape),
    )
