"""The table of labels: which there are, how they are called, seen and guarded."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from dashboard.annotation import label_table, relabel
from dashboard.annotation.label_map import Edit, Patch
from dashboard.annotation.label_table import MOST_LABEL, Label, Relabelling, Table
from dashboard.annotation.stroke import ERASE
from dashboard.cases.case import Case
from dashboard.session.edit_queue import finished
from dashboard.session.label_cleanup import LabelCleanup
from dashboard.session.messages import Notice, Refused
from dashboard.volumes.read_label_table import Rows, read_table

AT_ONCE_VOXELS = 2**22  # some ten milliseconds; in more, a label is looked for in a thread


class Labelling(LabelCleanup):
    """The verbs of the table of labels; parameters as of `OpenCase`."""

    def choose(self, label: int, at_turn: Callable[[], None] = lambda: None) -> None:
        """Let the next strokes give `label`; who only reads chooses for when it takes over.

        `at_turn` is called when it is its turn, before anybody is told.
        """
        self._order.do(partial(self._choose, self._opened(), label, at_turn))

    def _choose(self, case: Case, label: int, at_turn: Callable[[], None]) -> None:
        at_turn()
        self._must_know(label)
        if self._writes(case):
            self._commit(case.note_view, case.cursor, label)
        else:
            self._chosen = label
        self.label = label

    def add_label(self, value: int | None = None, name: str = "") -> None:
        """Add a label and choose it; by default with the lowest free value."""
        self._order.do(partial(self._add_label, self._held(), value, name))

    def _add_label(self, case: Case, value: int | None, name: str) -> None:
        self._still(case)
        new = self._new(value, name)
        self._relabel(f"added {new.name}", (None, new))
        self._commit(case.note_view, case.cursor, new.value)
        self.label = new.value

    def rename(self, label: int, name: str) -> None:
        """Call a label `name`; a blank name changes nothing."""
        self._order.do(partial(self._alter, self._held(), label, name=label_table.named(name)))

    def recolour(self, label: int, color: str) -> None:
        """Give a label another colour, ``#rrggbb``."""
        if not label_table.is_color(color := color.lower()):
            raise Refused(f"Expected a colour like #ff8800; got “{color[:20]}”.")
        self._order.do(partial(self._alter, self._held(), label, color=color))

    def _alter(self, case: Case, label: int, **features: str) -> None:
        self._still(case)
        known = self._known(label)
        new = known._replace(**{name: to for name, to in features.items() if to})
        if new.name != known.name:
            self._relabel(f"{known.name} → called {new.name}", (known, new))
        elif new != known:
            self._relabel(f"{known.name} → another colour", (known, new))

    def remove_label(self, label: int) -> None:
        """Take a label out of the table, and from all that has it: that is unlabelled again."""
        self._change_all(label, ERASE)

    def merge_label(self, label: int, into: int) -> None:
        """Give all that has a label another one, and take the label out of the table."""
        if label == into:
            called = self._called(label)
            raise Refused(f"Expected another label for {called} to be merged into; got itself.")
        self._change_all(label, into)

    def show_label(self, label: int, visible: bool) -> None:
        """Draw a label, or not; that is no edit."""
        self._order.do(partial(self._guard_table, self._held(), label, visible=visible))

    def show_labels(self, visible: bool) -> None:
        """Draw all labels, or none; that is no edit."""
        self._order.do(partial(self._show_all, self._held(), visible=visible))

    def _show_all(self, case: Case, *, visible: bool) -> None:
        self._still(case)
        self._name(tuple(label._replace(visible=visible) for label in case.table))

    def lock_label(self, label: int, locked: bool) -> None:
        """Let a label never be painted over, or again; that is no edit.

        Strokes that were drawn before are painted as if nobody had.
        """
        self._order.do(partial(self._guard_table, self._held(), label, locked=locked))

    def _guard_table(self, case: Case, label: int, **features: bool) -> None:
        self._still(case)
        new = self._known(label)._replace(**features)
        self._name(tuple(new if each.value == label else each for each in case.table))

    def open_table(self, source: Path | bytes, name: str, within: Path | None = None) -> None:
        """Start to read a label table: its labels are added, renamed and recoloured as one edit.

        No link may lead out of the folder `within`.
        """
        then, call = partial(self._adopt_table, self._held(), name), (self._files, read_table)
        self._lanes.start("file", f"Opening {name}", then, *call, source, within=within)

    def _adopt_table(self, case: Case, name: str, read: Callable[[], Rows]) -> None:
        rows, note = read()
        self._order.do(partial(self._import, case, f"opened {name}", rows))
        if note:
            self.notice = Notice(note)

    def _import(self, case: Case, title: str, rows: Rows) -> None:
        self._still(case)
        change = label_table.imported(case.table, rows)
        self._relabel(title, *change)
        shown = {value: visible for value, _, _, visible in rows if visible is not None}
        self._name(label_table.with_visibility(case.table, shown))
        if not change:
            self.notice = Notice("All labels of the table are here already, as it has them.")

    # How it is done

    def _new(self, value: int | None, name: str) -> Label:
        table = self._held().table
        value = label_table.next_free(table) if value is None else value
        if value is None or not 1 <= value <= MOST_LABEL:
            raise Refused(f"Expected a value from 1 to {MOST_LABEL}; got {value}.")
        if taken := self._held().index.by_value.get(value):
            raise Refused(
                f"{taken.name} has the value {value} already; the next free one is "
                f"{label_table.next_free(table)}."
            )
        return Label(
            value, label_table.named(name) or f"label {value}", label_table.color_of(value)
        )

    def _known(self, label: int) -> Label:
        self._must_know(label)
        return self._held().index.by_value[label]

    def _unlocked(self, label: int) -> Label:
        known = self._known(label)
        if known.locked:
            raise Refused(f"{known.name} is locked: unlock it first.")
        return known

    def _change_all(self, label: int, into: int) -> None:
        """Give all voxels of a label another one, as one edit, when it is its turn.

        Where they may be many they are looked for in a thread, and what was asked for after it
        waits until they are found.
        """
        case = self._held()
        find = partial(self._find_all, case, label, into)
        self._order.do_with(find, partial(self._take_all, case, label, into))

    def _find_all(self, case: Case, label: int, into: int) -> Future:
        self._still(case)
        called = self._unlocked(label).name
        if into != ERASE:
            self._must_know(into)
        asked = case.labels, label, into
        if relabel.covered(*asked[:2]) <= AT_ONCE_VOXELS:
            return finished(relabel.changed(*asked))
        found: Future = Future()
        then, title = partial(self._found_all, found), f"Looking for {called}"
        self._lanes.start("labels", title, then, self._threads, relabel.changed, *asked)
        return found

    def _found_all(self, found: Future, read: Callable[[], tuple[Patch, ...]]) -> None:
        try:
            found.set_result(read())
        except BaseException:  # of which the lane tells
            found.set_result(None)
            raise

    def _take_all(self, case: Case, label: int, into: int, found: Future) -> None:
        patches = found.result()
        if patches is None:
            return
        self._still(case)
        known = self._known(label)
        done = (
            f"{known.name} → merged into {self._called(into)}" if into else f"removed {known.name}"
        )
        edit = Edit(patches, done, relabelled=((known, None),))
        case.labels.apply(edit)
        self._record(edit)

    def _relabel(self, title: str, *pairs: tuple[Label | None, Label | None]) -> None:
        """Change the table as one edit, by pairs of a label before and after."""
        change: Relabelling = pairs
        self._record(Edit((), title, relabelled=change))

    def _name(self, table: Table) -> None:
        """Take another table, without an edit that could be taken back."""
        case = self._held()
        if table != case.table:
            self._commit(case.name, table)
            self.table = table
