"""The table of labels: which there are, how they are called, seen and guarded."""

from __future__ import annotations

from dashboard.mending import Mending
from dashboard.model.labels import Edit
from dashboard.model.palette import MOST_KEYS, Label, Table, color_of
from dashboard.notices import Refused


class Labelling(Mending):
    """The verbs of the table of labels; parameters as of `OpenCase`."""

    def choose(self, label: int) -> None:
        """Let the next strokes give `label`."""
        self._must_know(label)
        case = self._held()
        self._keeper.note(case.look(case.cursor, label))
        self.label = label

    def add_label(self) -> None:
        """Add a label with the next number, and choose it."""
        case = self._held()
        used = {known.value for known in case.table}
        value = next((key for key in range(1, MOST_KEYS + 1) if key not in used), None)
        if value is None:
            raise Refused(f"There are {MOST_KEYS} labels already, one for each key.")
        new = Label(value, f"label {value}", color_of(value))
        self._relabel(f"added {new.name}", (None, new))
        self.choose(value)

    def rename(self, label: int, name: str) -> None:
        """Call a label `name`; a blank name changes nothing."""
        name = " ".join(name.split())[:80]
        known = self._known(label)
        if name and name != known.name:
            self._relabel(f"{known.name} → called {name}", (known, known._replace(name=name)))

    def show_label(self, label: int, visible: bool) -> None:
        """Draw a label, or not; that is no edit."""
        self._guard_table(self._known(label)._replace(visible=visible))

    def lock_label(self, label: int, locked: bool) -> None:
        """Let a label never be painted over, or again; that is no edit."""
        self._guard_table(self._known(label)._replace(locked=locked))

    # How it is done

    def _known(self, label: int) -> Label:
        self._must_know(label)
        return next(known for known in self._held().table if known.value == label)

    def _relabel(self, title: str, *pairs: tuple[Label | None, Label | None]) -> None:
        """Change the table as one edit, by pairs of a label before and after."""
        self._record(Edit((), title, relabelled=pairs))

    def _guard_table(self, label: Label) -> None:
        table = self._held().table
        self._name(tuple(label if each.value == label.value else each for each in table))

    def _name(self, table: Table) -> None:
        """Take another table, without an edit that could be taken back."""
        case = self._held()
        if table != case.table:
            self._keeper.write(case.name(table))
            self.table = table
