"""The verb by which one goes on with a label map of another time, or another program."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dashboard.annotation.chunked_array import ChunkedArray
from dashboard.annotation.edit_centre import fullest
from dashboard.annotation.label_map import Edit
from dashboard.annotation.label_table import MOST_LABEL, imported, missing, relabelled
from dashboard.cases.case import Case
from dashboard.session.label_table import Labelling
from dashboard.session.messages import Notice, Question, Refused
from dashboard.volumes.read_labels import FoundLabels, OtherGrid, read_labels
from dashboard.volumes.read_labels_stored import read_labels_over


class _Asked(NamedTuple):
    """What was asked for: on which case as it was, and from where."""

    case: Case
    revision: int
    locked: tuple[int, ...]
    question: Question


class Continuing(Labelling):
    """The verb that opens a label map; parameters as of `OpenCase`."""

    def open_labels(
        self,
        source: Path | bytes,
        name: str,
        within: Path | None = None,
        *,
        resample: bool = False,
    ) -> None:
        """Start to read a label map over the volume; it can be undone like a stroke.

        The user is asked first if it lies on another grid, unless it is to be resampled. Locked
        labels keep their voxels. The table beside the file is read with it. No link may lead out of
        the folder `within`.
        """
        question = Question(source, name, within=within)
        opening = partial(self._open_labels, self._held(), question, resample)
        self._order.do(opening)

    def _open_labels(self, case: Case, question: Question, resample: bool) -> None:
        self._still(case)
        asked, data = _Asked(case, case.revision, self.locked, question), case.labels.data
        if isinstance(data, ChunkedArray):
            then = self._adopt_patches
            call = read_labels_over, question.source, self.volume, data.frozen(), self.locked
        else:
            then = self._adopt_labels
            call = read_labels, question.source, self.volume
        adopt = partial(self._unless_elsewhere, asked, resample, then)
        title = f"Opening {question.name}"
        told = {"resample": resample, "within": question.within}
        self._lanes.start("file", title, adopt, self._files, *call, **told)

    def _unless_elsewhere(
        self, asked: _Asked, resample: bool, then: Callable, read: Callable[[], FoundLabels]
    ) -> None:
        """Go on with what was read; ask, if it lies on another grid."""
        try:
            found = read()
        except OtherGrid as other:
            self._still(asked.case)
            self.question = asked.question._replace(grid=other.difference)
            return
        title = f"opened {asked.question.name}" + ", resampled" * resample
        self._order.do(partial(then, asked, title, found))

    def _adopt_patches(self, asked: _Asked, title: str, found: FoundLabels) -> None:
        self._still(asked.case)
        if (asked.case.revision, self.locked) != (asked.revision, asked.locked):
            raise Refused("The labels have changed while the file was read: open it again.")
        edit = Edit(found.patches, title)
        asked.case.labels.apply(edit)
        self._continue(asked, edit, found)

    def _adopt_labels(self, asked: _Asked, title: str, found: FoundLabels) -> None:
        self._still(asked.case)
        labels, now = found.labels, asked.case.labels
        if self.locked:
            spared = np.isin(now.data, self.locked) & (now.data != labels)
            labels = np.where(spared, now.data, labels)
            found = found._replace(kept=int(spared.sum()))
        self._continue(asked, now.replace(labels, title), found)

    def _continue(self, asked: _Asked, edit: Edit, found: FoundLabels) -> None:
        table = asked.case.table
        named = imported(table, (row for row in found.rows if row[0] <= MOST_LABEL))
        added = missing(relabelled(table, named), found.values)
        self._record(edit._replace(at=fullest(edit.patches), relabelled=named + added))
        said = [] if edit.patches or named or added else [_nothing_new(asked.question.name)]
        if found.kept:
            said.append(f"Locked labels keep {found.kept:,} voxels that the file has otherwise.")
        if said := [*said, *found.notes]:
            self.notice = Notice(" ".join(said))


def _nothing_new(name: str) -> str:
    return f"Nothing has changed: the labels here are those of {name} already."
