"""The slow, obvious annotator: whole volumes in plain numpy, nothing of the code under test."""

from __future__ import annotations

from itertools import pairwise

import nibabel as nib
import numpy as np
from skimage.draw import line

LETTERS = {"axial": "IS", "coronal": "PA", "sagittal": "LR"}


def held_axis(affine, plane):
    """Which voxel axis a plane's slices are counted along."""
    codes = nib.aff2axcodes(affine)
    return next(axis for axis, code in enumerate(codes) if code in LETTERS[plane])


def cells(axis, corners):
    """The voxels on a line through `corners`, all of them on one slice across `axis`."""
    across = [other for other in range(3) if other != axis]
    drawn = []
    for start, end in pairwise(corners):
        assert start[axis] == end[axis]
        for p, q in zip(*line(*np.take(start, across), *np.take(end, across)), strict=True):
            voxel = [start[axis]] * 3
            voxel[across[0]], voxel[across[1]] = int(p), int(q)
            drawn.append(tuple(voxel))
    return drawn


class Oracle:
    """A label map that strokes, undo and redo change, each state kept whole."""

    def __init__(self, ids, affine):
        self.ids, self.affine = ids, affine
        self.states, self.now, self.revision = [np.zeros(ids.shape, np.uint8)], 0, 0

    @property
    def labels(self):
        return self.states[self.now]

    def paint(self, plane, corners, label):
        """Give `label` to all superpixels under a line; tell whether anything changed."""
        touched = {int(self.ids[v]) for v in cells(held_axis(self.affine, plane), corners)} - {0}
        painted = np.where(np.isin(self.ids, sorted(touched)), np.uint8(label), self.labels)
        if (painted == self.labels).all():
            return False
        self.states[self.now + 1 :] = [painted]
        self._step(1)
        return True

    def undo(self):
        self._step(-1)

    def redo(self):
        self._step(1)

    def _step(self, steps):
        self.now += steps
        self.revision += 1
