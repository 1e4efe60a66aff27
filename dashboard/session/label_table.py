"""The table of labels: which there are, how they are called, seen and guarded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dashboard.annotation import label_table, relabel
from dashboard.annotation.label_map import Edit
from dashboard.annotation.label_table import MOST_LABEL, Label, Table
from dashboard.annotation.stroke import ERASE
from dashboard.cases.case import Case
from dashboard.session.edits import Edits
from dashboard.session.flow import at_once, start
from dashboard.session.held_case import HeldCase
from dashboard.session.jobs import Executors, Jobs
from dashboard.session.messages import Notice, Refused
from dashboard.session.state import State
from dashboard.session.tools.tool import must_know, name_of
from dashboard.volumes.read_label_table import Rows, read_table

AT_ONCE_VOXELS = 2**22  # some ten milliseconds; in more, a label is looked for in a thread


class LabelTable:
    """Changes the table of labels; owns nothing.

    Parameters
    ----------
    state, edits, jobs, executors, held_case
        Of the session.
    """

    def __init__(
        self, state: State, edits: Edits, jobs: Jobs, executors: Executors, held_case: HeldCase
    ) -> None:
        self._state, self._edits, self._jobs, self._executors = state, edits, jobs, executors
        self._held_case = held_case

    @at_once
    async def choose(self, label: int, at_turn: Callable[[], None] = lambda: None) -> None:
        """Let the next strokes give `label`; who only reads chooses for when it takes over.

        `at_turn` is called when it is its turn, before anybody is told.
        """
        case = self._state.case
        await self._edits.wait_for_turn()
        at_turn()
        must_know(self._state.case, label)
        if self._edits.writes(case):
            self._edits.commit(case.note_view, case.cursor, label)
        else:
            self._held_case.choose_when_taken(label)
        self._state.label = label

    @at_once
    async def add_label(self, value: int | None = None, name: str = "") -> None:
        """Add a label and choose it; by default with the lowest free value."""
        case = await self._edits.turn()
        new = label_to_add(case, value, name)
        self._relabel(f"added {new.name}", (None, new))
        self._edits.commit(case.note_view, case.cursor, new.value)
        self._state.label = new.value

    @at_once
    async def rename(self, label: int, name: str) -> None:
        """Call a label `name`; a blank name changes nothing."""
        name = label_table.named(name)
        known = known_label(await self._edits.turn(), label)
        new = known._replace(name=name or known.name)
        if new != known:
            self._relabel(f"{known.name} → called {new.name}", (known, new))

    @at_once
    async def recolour(self, label: int, color: str) -> None:
        """Give a label another colour, ``#rrggbb``."""
        if not label_table.is_color(color := color.lower()):
            raise Refused(f"Expected a colour like #ff8800; got “{color[:20]}”.")
        known = known_label(await self._edits.turn(), label)
        new = known._replace(color=color)
        if new != known:
            self._relabel(f"{known.name} → another colour", (known, new))

    @at_once
    async def remove_label(self, label: int) -> None:
        """Take a label out of the table, and from all that has it: that is unlabelled again."""
        await self._change_all(label, ERASE)

    @at_once
    async def merge_label(self, label: int, into: int) -> None:
        """Give all that has a label another one, and take the label out of the table."""
        if label == into:
            name = name_of(self._state.case, label)
            raise Refused(f"Expected another label for {name} to be merged into; got itself.")
        await self._change_all(label, into)

    @at_once
    async def show_label(self, label: int, visible: bool) -> None:
        """Draw a label, or not; that is no edit."""
        await self._mark(label, visible=visible)

    @at_once
    async def show_labels(self, visible: bool) -> None:
        """Draw all labels, or none; that is no edit."""
        case = await self._edits.turn()
        self.take(tuple(label._replace(visible=visible) for label in case.table))

    @at_once
    async def lock_label(self, label: int, locked: bool) -> None:
        """Let a label never be painted over, or again; that is no edit.

        Strokes that were drawn before are painted as if nobody had.
        """
        await self._mark(label, locked=locked)

    @at_once
    async def open_table(self, source: Path | bytes, name: str, within: Path | None = None) -> None:
        """Start to read a label table: its labels are added, renamed and recoloured as one edit.

        No link may lead out of the folder `within`.
        """
        case, files = self._edits.writable(), self._executors.files
        read = await self._jobs.run(
            "file", f"Opening {name}", files, read_table, source, within=within
        )
        rows, note = read
        await self._edits.turn(case)
        self._import(case, f"opened {name}", rows)
        if note:
            self._state.notice = Notice(note)

    def take(self, table: Table) -> None:
        """Take another table, without an edit that could be taken back."""
        case = self._edits.writable()
        if table != case.table:
            self._edits.commit(case.name, table)
            self._state.table = table

    # How it is done

    async def _mark(self, label: int, **features: bool) -> None:
        case = await self._edits.turn()
        new = known_label(case, label)._replace(**features)
        self.take(tuple(new if each.value == label else each for each in case.table))

    def _import(self, case: Case, title: str, rows: Rows) -> None:
        pairs = label_table.imported(case.table, rows)
        self._relabel(title, *pairs)
        shown = {value: visible for value, _, _, visible in rows if visible is not None}
        self.take(label_table.with_visibility(case.table, shown))
        if not pairs:
            notice = "All labels of the table are here already, as it has them."
            self._state.notice = Notice(notice)

    async def _change_all(self, label: int, into: int) -> None:
        """Give all voxels of a label another one, as one edit, when it is its turn.

        Where they may be many they are looked for in a thread, and what was asked for after it
        waits until they are found.
        """
        case = await self._edits.turn()
        title = f"Looking for {unlocked_label(case, label).name}"
        if into != ERASE:
            must_know(case, into)
        asked = case.labels, label, into
        if relabel.covered(*asked[:2]) <= AT_ONCE_VOXELS:
            patches = relabel.changed(*asked)
        else:
            run = self._jobs.run("labels", title, self._executors.threads, relabel.changed, *asked)
            looking = start(run)
            await self._edits.keep_turn(case, looking)
            patches = looking.result()
        if patches is None:  # of which the job has told
            return
        known = known_label(case, label)
        into_name = name_of(case, into)
        done = f"{known.name} → merged into {into_name}" if into else f"removed {known.name}"
        edit = Edit(patches, done, relabelled=((known, None),))
        case.labels.apply(edit)
        self._edits.record(edit)

    def _relabel(self, title: str, *pairs: tuple[Label | None, Label | None]) -> None:
        """Change the table as one edit, by pairs of a label before and after."""
        self._edits.record(Edit((), title, relabelled=pairs))


def known_label(case: Case, label: int) -> Label:
    """Return a label of the table; refused where there is none."""
    must_know(case, label)
    return case.index.by_value[label]


def unlocked_label(case: Case, label: int) -> Label:
    """Return a label of the table; refused where it is locked."""
    known = known_label(case, label)
    if known.locked:
        raise Refused(f"{known.name} is locked: unlock it first.")
    return known


def label_to_add(case: Case, value: int | None, name: str) -> Label:
    """Return a label that is in no table yet; refused where its value cannot be."""
    free = label_table.next_free(case.table)
    value = free if value is None else value
    if value is None or not 1 <= value <= MOST_LABEL:
        raise Refused(f"Expected a value from 1 to {MOST_LABEL}; got {value}.")
    if taken := case.index.by_value.get(value):
        raise Refused(f"{taken.name} has the value {value} already; the next free one is {free}.")
    return Label(value, label_table.named(name) or f"label {value}", label_table.color_of(value))
