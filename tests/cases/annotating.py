"""Cases to keep on disk, and somebody who does the same to them each time."""

from __future__ import annotations

import numpy as np

from dashboard.annotation.label_map import LabelMap
from dashboard.annotation.label_table import first_labels
from dashboard.annotation.partition_settings import Settings
from dashboard.cases.case import Case
from dashboard.cases.case_folder import CaseKey
from dashboard.cases.journal_entry import Partitioned
from tests.conftest import partitioned, slab

SUPERPIXELS = np.concatenate(
    [slab("11223", "11223", "44556"), slab("17723", "17788", "44588")], axis=2
)
SHAPE = SUPERPIXELS.shape
KEY = CaseKey("ada", "c0ffee", SHAPE, "thick")


def fresh():
    """A case in which nothing was done, of a volume of 3 × 5 × 2 voxels."""
    return Case(LabelMap(SHAPE), first_labels(), (1, 2, 0))


def memory(case):
    """All that a case must come back with."""
    voxels = dict(+case.labels.voxels)
    history = case.history
    edits = history.titles, history.payloads, history.done
    looks = case.table, case.cursor, case.label, case.partitioned
    return case.labels.data.tobytes(), voxels, *edits, *looks


class Annotator:
    """Does one thing after the other to a case: which is the `n`-th depends on the seed alone."""

    def __init__(self, case, seed=0):
        self.case, self.seed = case, seed
        self.superpixels = partitioned(SUPERPIXELS)

    def act(self, n):
        """Do the n-th thing; returns the payload of its record."""
        rng = np.random.default_rng((self.seed, n))
        weights = {self.paint: 10, self.undo: 3, self.redo: 2, self.load: 1} | dict.fromkeys(
            (self.name, self.look, self.cut), 1
        )
        verbs = np.repeat(np.array(list(weights), object), list(weights.values()))
        return rng.choice(verbs)(n, rng)

    def paint(self, n, rng):
        label = int(rng.choice([0, 1, 2, 300, 65535]))
        ids = np.unique(rng.integers(1, 9, 3))
        edit = self.case.labels.assign(self.superpixels, ids, label, f"edit {n}")
        return self.case.record(edit, f"stroke {n}")

    def load(self, n, rng):
        whole = rng.choice([0, 1, 2, 65535], SHAPE).astype(np.uint16)
        return self.case.record(self.case.labels.replace(whole, f"opened {n}"))

    def undo(self, n, rng):
        self.case.step_back()
        return self.case.stepped()

    def redo(self, n, rng):
        self.case.step_forward()
        return self.case.stepped()

    def name(self, n, rng):
        first, *others = self.case.table
        return self.case.name((first._replace(name=f"«{n}»"), *others))

    def look(self, n, rng):
        return self.case.note_view(tuple(int(rng.integers(size)) for size in SHAPE), n % 4 + 1)

    def cut(self, n, rng):
        settings = Settings(count=n + 1, sigma_mm=None, threshold="auto")
        return self.case.note_partition(Partitioned(f"1-{n}.ids", n / 3, settings, asked=True))


def memories(count, seed=0):
    """What a case must come back with after 0, 1, …, `count` things were done to it."""
    annotator = Annotator(fresh(), seed)
    found = [memory(annotator.case)]
    for n in range(count):
        annotator.act(n)
        found.append(memory(annotator.case))
    return found
