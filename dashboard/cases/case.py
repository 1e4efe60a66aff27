"""All that was done to one volume."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, islice

from dashboard.annotation.label_intensity import LabelSums
from dashboard.annotation.label_map import Edit, LabelMap
from dashboard.annotation.label_table import Index, Label, inverse, relabelled
from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.split import AnySuperpixels, divided, joined
from dashboard.cases import journal_entry
from dashboard.cases.history import History
from dashboard.cases.journal_entry import (
    Begin,
    Edited,
    Looked,
    Named,
    Partitioned,
    SeriesShown,
    Stepped,
)
from dashboard.volumes.channel import Origin
from workers.runtime.box import Box
from workers.superpixels.division import Division

MOST_NAMES = 100_000
"""The latest of what was asked for that a journal which is written anew still knows."""


@dataclass(eq=False)
class Case:
    """The annotation of one volume: what a session changes and a reload brings back.

    What changes it returns the payload of the journal's record; `replay` takes such a payload, so
    that a case that was read back has gone the same way.

    Attributes
    ----------
    taken : dict of str to None
        Names of what pages have asked for and was done, or refused, in its order: when one is
        asked for again, since the answer was lost, nothing is done.
    """

    labels: LabelMap
    table: tuple[Label, ...]
    cursor: tuple[int, int, int]
    label: int = 1
    revision: int = 0
    history: History = field(default_factory=History)
    taken: dict[str, None] = field(default_factory=dict)
    superpixels: AnySuperpixels | None = None
    partition: str = ""
    partitioned: Partitioned | None = None
    series: tuple[Origin, ...] = ()
    sums: LabelSums | None = None
    first_table: tuple[Label, ...] = ()

    def __post_init__(self) -> None:
        self.first_table = self.table
        self._index = Index(self.table)

    @property
    def index(self) -> Index:
        """Its table of labels, by value."""
        if self._index.table is not self.table:
            self._index = Index(self.table)
        return self._index

    @property
    def settings(self) -> Settings | None:
        """How it was partitioned last, if it was."""
        return self.partitioned and self.partitioned.settings

    @property
    def threshold(self) -> float | None:
        """Intensity above which the last partition took voxels as foreground."""
        return self.partitioned and self.partitioned.threshold

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was done to it that cannot be computed again."""
        asked = (self.partitioned is not None and self.partitioned.asked) or bool(self.series)
        return not self.history.titles and self.table == self.first_table and not asked

    # What changes it

    def record(self, edit: Edit, name: str = "") -> bytes:
        """Add an edit that was made to the labels; `name` is how the page calls it."""
        payload = journal_entry.pack_edit(edit, name)
        self._add(edit, payload)
        self._take(name)
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

    def stepped(self, name: str = "") -> bytes:
        """Return the record of the undo or redo that was just done."""
        return self._pack(Stepped(self.history.done), name)

    def heard(self, name: str) -> bytes:
        """Return the record of what was asked for and changed nothing: a step to where it is."""
        return self.stepped(name)

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

    def name(self, table: tuple[Label, ...], name: str = "") -> bytes:
        """Take another table of labels."""
        self.table = table
        return self._pack(Named(table), name)

    def note_view(self, cursor: tuple[int, int, int], label: int, name: str = "") -> bytes:
        """Remember where the user is, and with which label."""
        self.cursor, self.label = cursor, label
        return self._pack(Looked(cursor, label), name)

    def note_partition(self, partitioned: Partitioned, name: str = "") -> bytes:
        """Remember where its superpixels are, and how they were made."""
        self.partitioned = partitioned
        return self._pack(partitioned, name)

    def take_series(self, origins: tuple[Origin, ...], name: str = "") -> bytes:
        """Remember which volumes are shown beside the main one."""
        self.series = origins
        return self._pack(SeriesShown(origins), name)

    # From and to a journal

    def entries(self, digest: str, name: str) -> list[bytes]:
        """Return the shortest journal that leads to it, with its history."""
        begin = journal_entry.pack(Begin(digest, self.labels.shape, name))
        series = SeriesShown(self.series) if self.series else None
        said = [Looked(self.cursor, self.label), *filter(None, [self.partitioned, series])]
        history = self.history
        latest = islice(self.taken, max(0, len(self.taken) - MOST_NAMES), None)
        undone = history.done < len(history.titles)
        stepped = (
            [journal_entry.pack(Stepped(history.done), *latest)] if undone or self.taken else []
        )
        # The table last: edits change it too, and what is seen and locked is in none of them.
        table = journal_entry.pack(Named(self.table))
        return [begin, *map(journal_entry.pack, said), *history.payloads, *stepped, table]

    def replay(self, payloads: Iterable[bytes]) -> None:
        """Do again what a journal's records say, after the first.

        Raises
        ------
        journal_entry.Unreadable
            If one of them is none of ours, or of a later version.
        """
        for payload in payloads:
            said, names = journal_entry.read(payload)
            self._replay(said, payload)
            self._take(*names)

    def _replay(self, said: journal_entry.Entry, payload: bytes) -> None:
        match said:
            case Edited(edit):
                made = edit.split.divisions if edit.split else ()
                self._must_fit(each.box for each in (*edit.patches, *made))
                self.labels.apply(edit)
                self._add(edit, payload)
            case Stepped(done):
                self._step_to(done)
            case Named(table):
                self.table = table
            case Looked(cursor, label):
                self._must_fit([tuple(slice(n, n + 1) for n in cursor)])
                self.cursor, self.label = cursor, label
            case Partitioned():
                self.partitioned = said
            case SeriesShown(origins):
                self.series = origins

    def _must_fit(self, boxes: Iterable[Box]) -> None:
        shape = self.labels.shape
        for box in boxes:
            if any(axis.stop > size for axis, size in zip(box, shape, strict=True)):
                raise journal_entry.Unreadable(
                    f"Expected voxels inside {shape}; a record has {box}."
                )

    def _pack(self, said: journal_entry.Entry, name: str) -> bytes:
        payload = journal_entry.pack(said, *filter(None, [name]))
        self._take(name)
        return payload

    def _take(self, *names: str) -> None:
        self.taken.update(dict.fromkeys(filter(None, names)))

    def _add(self, edit: Edit, payload: bytes) -> None:
        self.history.record(edit.title, payload, splits=edit.split is not None)
        self.table = relabelled(self.table, edit.relabelled)
        self._divide(self.divisions(edit))

    def _divide(self, made: tuple[Division, ...]) -> None:
        if made:
            self.superpixels = divided(self.superpixels, made)

    def _step_to(self, done: int) -> None:
        if done > len(self.history.titles):
            raise journal_entry.Unreadable(
                f"Expected a step to one of the edits; a record has {done}."
            )
        while self.step_towards(done):
            pass
