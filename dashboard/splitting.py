"""Superpixels under a line, cut into finer ones."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial

import numpy as np

from dashboard.brush import AtHand
from dashboard.model.case import Case
from dashboard.model.labels import Edit
from dashboard.model.split import Division, Split, divisions
from dashboard.model.stored_superpixels import StoredSuperpixels
from dashboard.model.stroke import Stroke
from dashboard.model.superpixels import Superpixels
from dashboard.notices import Notice, Refused
from dashboard.painting import Painting
from workers.split import split


class Splitting(Painting):
    """The stroke that makes superpixels finer; parameters as of `OpenCase`."""

    def _begin_stroke(self, case: Case, stroke: Stroke, name: str) -> Future:
        if stroke.tip.kind != "split":
            return super()._begin_stroke(case, stroke, name)
        in_memory(case)
        # In its turn: what is split before it has other ids by then.
        found: list[AtHand] = []
        cut = partial(self._cut_finer, case, stroke, found)
        return self._order.do_with(cut, partial(self._split, case, stroke, name, found))

    def _cut_finer(self, case: Case, stroke: Stroke, found: list[AtHand]) -> Future:
        """Start to cut what is `found` under a stroke; returns a future of pieces."""
        self._still(case)
        under = self._finder.under(in_memory(case), stroke, self.volume, self._threads).result()
        found.append(under)
        at = [piece for n in under.ids for piece in under.pieces(n)]
        crops = [(self.volume.data[box], mask) for box, mask in at]
        return self._executor.submit(split, crops, self.volume.spacing)

    def _split(
        self, case: Case, stroke: Stroke, name: str, found: list[AtHand], cut: Future
    ) -> None:
        self._still(case)
        under, pieces = found[0], cut.result()
        if under.superpixels is not case.superpixels:
            raise Refused("There are other superpixels meanwhile: draw the split again.")
        made = divisions(case.superpixels, dict(zip(under.ids.tolist(), pieces, strict=True)))
        if made:
            at = stroke.place(case.labels.shape)
            edit = Edit((), title(stroke, made), at=at, split=Split(case.partition, made))
            self._record(edit, name)
        else:
            self.notice = Notice(why_not(under.ids))


def in_memory(case: Case) -> Superpixels:
    """Return the superpixels of a case that can be split.

    Raises
    ------
    Refused
        With the way out.
    """
    if case.superpixels is None:
        raise Refused("There are no superpixels yet: wait for them, or press Partition.")
    if isinstance(case.superpixels, StoredSuperpixels):
        raise Refused(
            "Superpixels of a volume of this size cannot be split one by one: choose a smaller "
            "size and press Partition. What is labelled stays."
        )
    return case.superpixels


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
