"""The table of labels: which there are, how they are called, seen and guarded."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from dashboard.mending import Mending
from dashboard.model import palette, relabelling
from dashboard.model.case import Case
from dashboard.model.labels import Edit, Patch
from dashboard.model.palette import MOST_LABEL, Label, Relabelling, Table
from dashboard.notices import Notice, Refused
from dashboard.opening_tables import Rows, read_table

AT_ONCE_VOXELS = 2**22  # some ten milliseconds; in more, a label is looked for in a thread


class Labelling(Mending):
    """The verbs of the table of labels; parameters as of `OpenCase`."""

    def choose(self, label: int) -> None:
        """Let the next strokes give `label`; who only reads chooses for when it takes over."""
        self._must_know(label)
        case = self._opened()
        if self._keeper.holds:
            self._keeper.note(case.look(case.cursor, label))
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
        self.choose(new.value)

    def rename(self, label: int, name: str) -> None:
        """Call a label `name`; a blank name changes nothing."""
        self._known(label)
        self._order.do(partial(self._alter, self._held(), label, name=palette.named(name)))

    def recolour(self, label: int, color: str) -> None:
        """Give a label another colour, ``#rrggbb``."""
        self._known(label)
        if not palette.is_color(color := color.lower()):
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
        known = self._unlocked(label)
        self._change_all(known, 0, f"removed {known.name}")

    def merge_label(self, label: int, into: int) -> None:
        """Give all that has a label another one, and take the label out of the table."""
        known, other = self._unlocked(label), self._known(into)
        if label == into:
            raise Refused(f"Expected another label for {known.name} to be merged into; got itself.")
        self._change_all(known, into, f"{known.name} → merged into {other.name}")

    def show_label(self, label: int, visible: bool) -> None:
        """Draw a label, or not; that is no edit."""
        self._guard_table(self._known(label)._replace(visible=visible))

    def show_labels(self, visible: bool) -> None:
        """Draw all labels, or none; that is no edit."""
        self._name(tuple(label._replace(visible=visible) for label in self._held().table))

    def lock_label(self, label: int, locked: bool) -> None:
        """Let a label never be painted over, or again; that is no edit."""
        self._guard_table(self._known(label)._replace(locked=locked))

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
        change = palette.imported(case.table, rows)
        self._relabel(title, *change)
        shown = {value: visible for value, _, _, visible in rows if visible is not None}
        self._name(palette.seen(case.table, shown))
        if not change:
            self.notice = Notice("All labels of the table are here already, as it has them.")

    # How it is done

    def _new(self, value: int | None, name: str) -> Label:
        table = self._held().table
        value = palette.next_free(table) if value is None else value
        if value is None or not 1 <= value <= MOST_LABEL:
            raise Refused(f"Expected a value from 1 to {MOST_LABEL}; got {value}.")
        if taken := next((known for known in table if known.value == value), None):
            raise Refused(
                f"{taken.name} has the value {value} already; the next free one is "
                f"{palette.next_free(table)}."
            )
        return Label(value, palette.named(name) or f"label {value}", palette.color_of(value))

    def _known(self, label: int) -> Label:
        self._must_know(label)
        return next(known for known in self._held().table if known.value == label)

    def _unlocked(self, label: int) -> Label:
        known = self._known(label)
        if known.locked:
            raise Refused(f"{known.name} is locked: unlock it first.")
        return known

    def _change_all(self, known: Label, into: int, title: str) -> None:
        """Give all voxels of a label another one, as one edit, when it is its turn.

        Where they may be many they are looked for in a thread, and what was asked for after it
        waits until they are found.
        """
        case = self._held()
        found: Future = Future()
        self._order.do(partial(self._find_all, case, known, into, found))
        self._order.do(partial(self._take_all, case, known, title, found), found)

    def _find_all(self, case: Case, known: Label, into: int, found: Future) -> None:
        try:
            self._still(case)
            self._unlocked(known.value)
        except ValueError:
            found.cancel()
            raise
        asked = case.labels, known.value, into
        if relabelling.covered(*asked[:2]) <= AT_ONCE_VOXELS:
            found.set_result(relabelling.changed(*asked))
            return
        then, title = partial(self._found_all, found), f"Looking for {known.name}"
        self._lanes.start("labels", title, then, self._threads, relabelling.changed, *asked)

    def _found_all(self, found: Future, read: Callable[[], tuple[Patch, ...]]) -> None:
        if found.cancelled():
            return
        try:
            found.set_result(read())
        except BaseException:  # of which the lane tells
            found.cancel()
            raise

    def _take_all(self, case: Case, known: Label, title: str, found: Future) -> None:
        if found.cancelled():
            return
        self._still(case)
        edit = Edit(found.result(), title, relabelled=((self._known(known.value), None),))
        case.labels.apply(edit)
        self._record(edit)

    def _relabel(self, title: str, *pairs: tuple[Label | None, Label | None]) -> None:
        """Change the table as one edit, by pairs of a label before and after."""
        change: Relabelling = pairs
        self._record(Edit((), title, relabelled=change))

    def _guard_table(self, label: Label) -> None:
        table = self._held().table
        self._name(tuple(label if each.value == label.value else each for each in table))

    def _name(self, table: Table) -> None:
        """Take another table, without an edit that could be taken back."""
        case = self._held()
        if table != case.table:
            self._keeper.write(case.name(table))
            self.table = table
