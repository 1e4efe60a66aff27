"""All that was done to one volume."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from dashboard.model import entry
from dashboard.model.channel import Origin
from dashboard.model.division import Division
from dashboard.model.entry import Begin, Cut, Edited, Looked, Named, Series, Stepped
from dashboard.model.history import History
from dashboard.model.label_sums import LabelSums
from dashboard.model.labels import Edit, LabelMap
from dashboard.model.palette import Label, inverse, relabelled
from dashboard.model.settings import Settings
from dashboard.model.split import AnySuperpixels, divided, joined
from dashboard.model.superpixels import Box


@dataclass(eq=False)
class Case:
    """The annotation of one volume: what a session changes and a reload brings back.

    What changes it returns the payload of the journal's record; `replay` takes such a payload, so
    that a case that was read back has gone the same way.
    """

    labels: LabelMap
    table: tuple[Label, ...]
    cursor: tuple[int, int, int]
    label: int = 1
    revision: int = 0
    history: History = field(default_factory=History)
    strokes: set[str] = field(default_factory=set)
    superpixels: AnySuperpixels | None = None
    partition: str = ""
    cut: Cut | None = None
    series: tuple[Origin, ...] = ()
    sums: LabelSums | None = None
    first_table: tuple[Label, ...] = ()

    def __post_init__(self) -> None:
        self.first_table = self.table

    @property
    def settings(self) -> Settings | None:
        """How it was partitioned last, if it was."""
        return self.cut and self.cut.settings

    @property
    def threshold(self) -> float | None:
        """Intensity above which the last partition took voxels as foreground."""
        return self.cut and self.cut.threshold

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was done to it that cannot be computed again."""
        asked = (self.cut is not None and self.cut.asked) or bool(self.series)
        return not self.history.titles and self.table == self.first_table and not asked

    # What changes it

    def record(self, edit: Edit, stroke: str = "") -> bytes:
        """Add an edit that was made to the labels; `stroke` is what the page calls it."""
        payload = entry.pack_edit(edit, stroke)
        self._add(edit, stroke, payload)
        return payload

    def step_back(self) -> Edit | None:
        """Take the latest edit back; returns it, or None at the beginning."""
        if edit := self.history.step_back():
            self.labels.revert(edit)
            if made := self.divisions(edit):
                self.superpixels = joined(self.superpixels, made)
            self.table = relabelled(self.table, inverse(edit.relabelled))
        return edit

    def step_forward(self) -> Edit | None:
        """Do again what was taken back last; returns it, or None at the end."""
        if edit := self.history.step_forward():
            self.labels.apply(edit)
            self._divide(self.divisions(edit))
            self.table = relabelled(self.table, edit.relabelled)
        return edit

    def step_towards(self, done: int) -> Edit | None:
        """Step once, so that in the end `done` edits are in force; None if they are."""
        if self.history.done == done:
            return None
        return self.step_back() if self.history.done > done else self.step_forward()

    @property
    def place(self) -> tuple[int, int, int] | None:
        """The voxel at which the latest edit in force was done, if it was done at one."""
        return self.history.edit(self.history.done - 1).at if self.history.done else None

    def stepped(self) -> bytes:
        """Return the record of the undo or redo that was just done."""
        return entry.pack(Stepped(self.history.done))

    def divisions(self, edit: Edit) -> tuple[Division, ...]:
        """Return what an edit does to the superpixels; nothing, if it was made on others."""
        mine = edit.split and self.superpixels and edit.split.partition == self.partition
        return edit.split.divisions if mine else ()

    def take_superpixels(self, superpixels: AnySuperpixels, partition: str) -> None:
        """Take superpixels by the name of their partition, and split them as was done to it."""
        self.superpixels, self.partition = superpixels, partition
        self._divide(self._divisions())

    @property
    def first_superpixels(self) -> AnySuperpixels:
        """The superpixels as they were taken, before any was split."""
        made = self._divisions()
        return joined(self.superpixels, made) if made else self.superpixels

    def _divisions(self) -> tuple[Division, ...]:
        made = (each.divisions for each in self.history.splits if each.partition == self.partition)
        return tuple(chain.from_iterable(made))

    def name(self, table: tuple[Label, ...]) -> bytes:
        """Take another table of labels."""
        self.table = table
        return entry.pack(Named(table))

    def look(self, cursor: tuple[int, int, int], label: int) -> bytes:
        """Remember where the user is, and with which label."""
        self.cursor, self.label = cursor, label
        return entry.pack(Looked(cursor, label))

    def take_cut(self, cut: Cut) -> bytes:
        """Remember where its superpixels are, and how they were made."""
        self.cut = cut
        return entry.pack(cut)

    def take_series(self, origins: tuple[Origin, ...]) -> bytes:
        """Remember which volumes are shown beside the main one."""
        self.series = origins
        return entry.pack(Series(origins))

    # From and to a journal

    def entries(self, digest: str, name: str) -> list[bytes]:
        """Return the shortest journal that leads to it, with its history."""
        begin = entry.pack(Begin(digest, self.labels.shape, name))
        series = Series(self.series) if self.series else None
        said = [Looked(self.cursor, self.label), *filter(None, [self.cut, series])]
        history = self.history
        undone = [self.stepped()] if history.done < len(history.titles) else []
        # The table last: edits change it too, and what is seen and locked is in none of them.
        table = entry.pack(Named(self.table))
        return [begin, *map(entry.pack, said), *history.payloads, *undone, table]

    def replay(self, payloads: Iterable[bytes]) -> None:
        """Do again what a journal's records say, after the first.

        Raises
        ------
        entry.Unreadable
            If one of them is none of ours, or of a later version.
        """
        for payload in payloads:
            self._replay(entry.unpack(payload), payload)

    def _replay(self, said: entry.Entry, payload: bytes) -> None:
        match said:
            case Edited(edit, stroke):
                made = edit.split.divisions if edit.split else ()
                self._must_fit(each.box for each in (*edit.patches, *made))
                self.labels.apply(edit)
                self._add(edit, stroke, payload)
            case Stepped(done):
                self._step_to(done)
            case Named(table):
                self.table = table
            case Looked(cursor, label):
                self._must_fit([tuple(slice(n, n + 1) for n in cursor)])
                self.cursor, self.label = cursor, label
            case Cut():
                self.cut = said
            case Series(origins):
                self.series = origins

    def _must_fit(self, boxes: Iterable[Box]) -> None:
        shape = self.labels.shape
        for box in boxes:
            if any(axis.stop > size for axis, size in zip(box, shape, strict=True)):
                raise entry.Unreadable(f"Expected voxels inside {shape}; a record has {box}.")

    def _add(self, edit: Edit, stroke: str, payload: bytes) -> None:
        self.history.record(edit.title, payload, splits=edit.split is not None)
        self.table = relabelled(self.table, edit.relabelled)
        self._divide(self.divisions(edit))
        if stroke:
            self.strokes.add(stroke)

    def _divide(self, made: tuple[Division, ...]) -> None:
        if made:
            self.superpixels = divided(self.superpixels, made)

    def _step_to(self, done: int) -> None:
        if done > len(self.history.titles):
            raise entry.Unreadable(f"Expected a step to one of the edits; a record has {done}.")
        while self.step_towards(done):
            pass
