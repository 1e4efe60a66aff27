"""What a session should be after each verb, in plain numpy: slow, obvious, and none of its code.

It shares with the product only what is not under test here: the first superpixels of a partition,
which it is told, and the names and colours that a new label has by default.
"""

from __future__ import annotations

import copy
import itertools
from typing import NamedTuple

import numpy as np
from scipy import ndimage
from skimage.draw import line

from dashboard.annotation.label_table import color_of


class Row(NamedTuple):
    """A label of the table."""

    name: str
    color: str
    visible: bool = True
    locked: bool = False


class Done(NamedTuple):
    """An edit: what it changed in the labels, in the table and in the superpixels."""

    where: np.ndarray
    before: np.ndarray
    after: np.ndarray
    rows: tuple = ()
    partition: object = None
    pieces: tuple = ()


class Drawn(NamedTuple):
    """A stroke: cells (n, 2) on the slice `index` across `axis`, and what it was drawn with."""

    axis: int
    index: int
    cells: tuple
    label: int
    kind: str = "superpixels"
    radius_mm: float = 0.0
    is_ball: bool = False
    is_within: bool = False


class Plain:
    """The annotation of one volume.

    Parameters
    ----------
    spacing : (3,) tuple of float
    ids : (I, J, K) ndarray
        The superpixels that there are.
    partition : hashable
        What their partition is called.
    table : dict of int to Row
    """

    def __init__(self, spacing, ids, partition, table):
        self.spacing, self.shape = spacing, ids.shape
        self.labels = np.zeros(ids.shape, int)
        self.bases = {partition: ids.astype(int)}
        self.partition = partition
        self.table = dict(table)
        self.first_table = dict(table)
        self.chosen = min(table)
        self.cursor = tuple(n // 2 for n in ids.shape)
        self.edits, self.done = [], 0

    def copy(self):
        """Another one, that goes its own way from here."""
        other = copy.copy(self)
        other.labels, other.table = self.labels.copy(), dict(self.table)
        other.bases, other.edits = dict(self.bases), list(self.edits)
        return other

    @property
    def ids(self):
        """The superpixels: of the partition, with the splits of it that are in force."""
        ids = self.bases[self.partition].copy()
        for edit in self.edits[: self.done]:
            if edit.partition == self.partition:
                where, pieces = edit.pieces
                ids[where] = pieces
        return ids

    @property
    def is_untouched(self):
        """Whether nothing was done that cannot be computed again."""
        is_asked = len(self.bases) > 1
        return not self.edits and self.table == self.first_table and not is_asked

    @property
    def locked(self):
        return [value for value, row in self.table.items() if row.locked]

    @property
    def voxels(self):
        """How many voxels each label has, where it has any."""
        values, counts = np.unique(self.labels[self.labels > 0], return_counts=True)
        return dict(zip(values.tolist(), counts.tolist(), strict=True))

    # Strokes

    def reached(self, drawn):
        """Which voxels a stroke gives its label to, were nothing locked."""
        if drawn.kind == "superpixels":
            under = self.swept(drawn) if drawn.radius_mm else self.under(drawn)
            ids = self.ids
            return np.isin(ids, np.unique(ids[under & (ids > 0)])) & (ids > 0)
        reached = self.enclosed(drawn) if drawn.kind == "outline" else self.swept(drawn)
        if drawn.is_within:
            own = self.id_at_begin(drawn)
            reached &= (self.ids == own) & (own > 0)
        return reached

    def under(self, drawn):
        """The voxels of a line from cell to cell, as scikit-image draws it."""
        ends = zip((drawn.cells[0], *drawn.cells), drawn.cells, strict=False)
        return self.on_slice(
            drawn, (cell for a, b in ends for cell in zip(*line(*a, *b), strict=True))
        )

    def on_slice(self, drawn, cells):
        mask = np.zeros(np.delete(self.shape, drawn.axis), bool)
        for cell in cells:
            if all(0 <= n < size for n, size in zip(cell, mask.shape, strict=True)):
                mask[tuple(cell)] = True
        whole = np.zeros(self.shape, bool)
        np.moveaxis(whole, drawn.axis, 0)[drawn.index] = mask
        return whole

    def swept(self, drawn):
        """The voxels within a radius of a line, and those under it, rounded half up."""
        axes = [axis for axis in range(3) if axis != drawn.axis]
        places = [np.array(cell, float) * np.take(self.spacing, axes) for cell in drawn.cells]
        grid = np.indices(self.shape)
        flat = np.stack([grid[axis] * self.spacing[axis] for axis in axes], axis=-1)
        height = (grid[drawn.axis] - drawn.index) * self.spacing[drawn.axis]
        near = np.full(self.shape, np.inf)
        for a, b in zip([places[0], *places], places, strict=False):
            along = np.clip(((flat - a) @ (b - a)) / (((b - a) ** 2).sum() or 1.0), 0, 1)
            near = np.minimum(near, ((flat - a - along[..., None] * (b - a)) ** 2).sum(axis=-1))
        within = near + height**2 <= drawn.radius_mm**2
        if not drawn.is_ball:
            within &= height == 0
        ends = zip((drawn.cells[0], *drawn.cells), drawn.cells, strict=False)
        return within | self.on_slice(drawn, (cell for a, b in ends for cell in rounded(a, b)))

    def enclosed(self, drawn):
        """The voxels that a closed line goes round an odd number of times, and those under it."""
        closed = (*drawn.cells, drawn.cells[0])
        under = self.swept(drawn._replace(cells=closed, radius_mm=0.0, is_ball=False))
        first, second = np.indices(np.delete(self.shape, drawn.axis))
        odd = np.zeros(first.shape, bool)
        for (a0, a1), (b0, b1) in itertools.pairwise(closed):
            crosses = (a1 > second) != (b1 > second)
            with np.errstate(divide="ignore", invalid="ignore"):
                at = a0 + (second - a1) * (b0 - a0) / (b1 - a1)
            odd ^= crosses & (first < at)
        return under | self.on_slice(drawn, np.argwhere(odd))

    def id_at_begin(self, drawn):
        began = np.insert(drawn.cells[0], drawn.axis, drawn.index)
        if not ((began >= 0) & (began < self.shape)).all():
            return 0
        return int(self.ids[tuple(began)])

    def paint(self, drawn):
        """Do what a stroke does, but one that splits."""
        self.change(self.reached(drawn) & ~np.isin(self.labels, self.locked), drawn.label)

    def split(self, ids):
        """Take the superpixels that a split gave, which another check has found fit."""
        where = ids != self.ids
        if where.any():
            empty = np.empty(0, int)
            pieces = where, ids[where]
            self.add(Done(np.zeros(self.shape, bool), empty, empty, (), self.partition, pieces))

    # Other edits

    def change(self, where, labels, rows=()):
        """Give voxels other labels, and the table other rows, as one edit."""
        after = np.where(where, labels, self.labels)
        where = after != self.labels
        rows = tuple((value, was, now) for value, was, now in rows if was != now)
        if where.any() or rows:
            edit = Done(where, self.labels[where], after[where], rows)
            self.add(edit)

    def add(self, edit):
        del self.edits[self.done :]
        self.edits.append(edit)
        self.redo()

    def undo(self):
        self.go_to(self.done - 1)

    def redo(self):
        self.go_to(self.done + 1)

    def go_to(self, done):
        """Let so many edits be in force, as far as there are so many."""
        while self.done > max(0, done):
            self.done -= 1
            edit = self.edits[self.done]
            self.labels[edit.where] = edit.before
            self.give(reversed([(value, now, was) for value, was, now in edit.rows]))
        while self.done < min(len(self.edits), done):
            edit = self.edits[self.done]
            self.labels[edit.where] = edit.after
            self.give(edit.rows)
            self.done += 1
        if self.table and self.chosen not in self.table:
            later = [value for value in self.table if value >= self.chosen]
            self.chosen = later[0] if later else max(self.table)

    def give(self, rows):
        """Change rows of the table; one that stays is seen and locked as it was."""
        for value, _, now in rows:
            was = self.table.pop(value, None)
            if now is not None:
                seen = {"visible": was.visible, "locked": was.locked} if was else {}
                self.table[value] = now._replace(**seen)
        self.table = dict(sorted(self.table.items()))

    def add_label(self, value=None, name=""):
        value = value or next(n for n in range(1, 65536) if n not in self.table)
        row = Row(name or f"label {value}", color_of(value))
        self.change(np.zeros(self.shape, bool), 0, [(value, None, row)])
        self.chosen = value

    def alter(self, label, **features):
        was = self.table[label]
        self.change(np.zeros(self.shape, bool), 0, [(label, was, was._replace(**features))])

    def give_all(self, label, into):
        """Take a label out of the table, and give all that has it another one."""
        self.change(self.labels == label, into, [(label, self.table[label], None)])

    def guard(self, label, **features):
        self.table[label] = self.table[label]._replace(**features)

    def holes(self, label):
        outside, _ = ndimage.label(np.pad(self.labels != label, 1, constant_values=True))
        enclosed = (outside != outside[0, 0, 0]) & (outside > 0)
        return enclosed[1:-1, 1:-1, 1:-1] & (self.labels == 0)

    def lesser(self, label):
        islands, count = ndimage.label(self.labels == label)
        sizes = [(islands == n).sum() for n in range(1, count + 1)]
        return (self.labels == label) & (islands != 1 + int(np.argmax(sizes)))

    def open_labels(self, given):
        spared = np.isin(self.labels, self.locked) & (given != self.labels)
        values = [value for value in np.unique(given).tolist() if value and value not in self.table]
        rows = [(value, None, Row(f"label {value}", color_of(value))) for value in values]
        self.change(~spared, given, rows)

    def open_table(self, named):
        """Take names and colours of a file, by value."""
        rows = []
        for value, (name, color) in named.items():
            was = self.table.get(value)
            now = (was or Row("", ""))._replace(name=name, color=color)
            rows.append((value, was, now))
        self.change(np.zeros(self.shape, bool), 0, rows)

    def note_partition(self, partition, ids):
        """Have other superpixels; of a partition that is known, those of before."""
        self.bases.setdefault(partition, ids.astype(int))
        self.partition = partition


def rounded(a, b):
    """Yield the cells of a line, each nearest to it, halves rounded up."""
    (r, c), (dr, dc) = a, (b[0] - a[0], b[1] - a[1])
    steps = max(abs(dr), abs(dc), 1)
    for step in range(steps + 1):
        yield r + (2 * dr * step + steps) // (2 * steps), c + (2 * dc * step + steps) // (2 * steps)
