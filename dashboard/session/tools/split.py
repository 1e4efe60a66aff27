"""Superpixels under a line, cut into finer ones."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from typing import NamedTuple

import numpy as np

from dashboard.annotation.division import Division
from dashboard.annotation.label_map import Edit
from dashboard.annotation.split import AnySuperpixels, Split, divisions
from dashboard.annotation.stored_superpixels import StoredSuperpixels
from dashboard.annotation.stroke import Stroke
from dashboard.cases.case import Case
from dashboard.session.messages import Notice, Refused
from dashboard.session.tools.find import FoundSuperpixels
from dashboard.session.tools.superpixels import Painting
from dashboard.volumes.stored_volume import StoredVolume
from workers.storage.box_reader import BoxReader
from workers.superpixels.split import split

MOST_VOXELS = 2**22
"""In the boxes of all superpixels on disk that are split at once."""


class Under(NamedTuple):
    """What lies under a line, of which superpixels."""

    superpixels: AnySuperpixels
    found: FoundSuperpixels


class Splitting(Painting):
    """The stroke that makes superpixels finer; parameters as of `OpenCase`."""

    def _begin_stroke(self, case: Case, stroke: Stroke) -> None:
        if stroke.tip.kind != "split":
            super()._begin_stroke(case, stroke)
            return
        if case.superpixels is None:
            raise Refused("There are no superpixels yet: wait for them, or press Partition.")
        # In its turn: what is split before it has other ids by then.
        under: list[Under] = []
        cut = partial(self._cut_finer, case, stroke, under)
        self._order.do_with(cut, partial(self._split, case, stroke, under))

    def _cut_finer(self, case: Case, stroke: Stroke, under: list[Under]) -> Future:
        """Start to cut what is found `under` a stroke; returns a future of pieces."""
        self._still(case)
        superpixels, volume = case.superpixels, self.volume
        if isinstance(superpixels, StoredSuperpixels):
            return self._threads.submit(self._cut_on_disk, superpixels, volume, stroke, under)
        found = self._finder.under(superpixels, stroke, volume, self._threads).result()
        under.append(Under(superpixels, found))
        at = [piece for n in found.ids for piece in found.pieces(n)]
        crops = [(volume.data[box], mask) for box, mask in at]
        return self._executor.submit(split, crops, volume.spacing)

    def _cut_on_disk(
        self,
        superpixels: StoredSuperpixels,
        volume: StoredVolume,
        stroke: Stroke,
        under: list[Under],
    ) -> list[np.ndarray]:
        """Cut what is found `under` a stroke, in a thread that may wait; returns the pieces."""
        found = self._finder.find(superpixels, stroke, volume, MOST_VOXELS)
        under.append(Under(superpixels, found))
        crops = [crop(superpixels, volume, found, n) for n in found.ids.tolist()]
        return self._executor.submit(split, crops, volume.spacing).result()

    def _split(self, case: Case, stroke: Stroke, under: list[Under], cut: Future) -> None:
        self._still(case)
        pieces = cut.result()
        superpixels, found = under[0]
        if superpixels is not case.superpixels:
            raise Refused("There are other superpixels meanwhile: draw the split again.")
        made = divisions(superpixels, dict(zip(found.ids.tolist(), pieces, strict=True)))
        if made:
            at = stroke.place(case.labels.shape)
            edit = Edit((), title(stroke, made), at=at, split=Split(case.partition, made))
            self._record(edit)
        else:
            self.notice = Notice(why_not(found.ids))


def crop(
    superpixels: StoredSuperpixels, volume: StoredVolume, found: FoundSuperpixels, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the intensities in the box of superpixel `n`, and which of the voxels are in it."""
    box = superpixels.box(n)
    image = BoxReader(volume.levels[0].path).read(box)
    inside = np.zeros(image.shape, bool)
    for part, mask in found.pieces(n):
        at = (slice(p.start - b.start, p.stop - b.start) for p, b in zip(part, box, strict=True))
        inside[tuple(at)] = mask
    return image, inside


def title(stroke: Stroke, made: tuple[Division, ...]) -> str:
    """Return what was done, in the annotator's words."""
    many, pieces = len(made), sum(len(division.ids) for division in made)
    what = f"split {many} superpixel{'s' * (many != 1)} into {pieces}"
    return f"{what} · {stroke.plane.layout.name} {stroke.plane.index}"


def why_not(ids: np.ndarray) -> str:
    """Return why superpixels were not split."""
    if ids.size:
        return "Nothing to split there: a single voxel is as small as a superpixel can be."
    return "Nothing to split there: no superpixel lies under the stroke."
