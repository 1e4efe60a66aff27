"""The one mutable thing: what a user has open, and what they can do to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from dashboard.labelling import Labelling
from dashboard.model.case import Case
from dashboard.model.chunked_array import ChunkedArray
from dashboard.model.labels import Edit, Patch
from dashboard.model.palette import missing
from dashboard.notices import Notice, Question, Refused
from dashboard.opening import read_labels
from dashboard.opening_over import read_labels_over
from dashboard.partitioning import AUTOMATIC_VOXELS

__all__ = ["AUTOMATIC_VOXELS", "Notice", "Question", "Refused", "Session"]


class Session(Labelling):
    """One user's open volume and everything done to it. Views watch it and call its verbs.

    Its parameters are those of `OpenCase`.
    """

    def open_labels(self, source: Path | bytes, name: str) -> None:
        """Start to read a label map over the volume; it can be undone like a stroke."""
        self._order.do(partial(self._open_labels, self._held(), source, name))

    def _open_labels(self, case: Case, source: Path | bytes, name: str) -> None:
        self._still(case)
        title, data = f"opened {name}", case.labels.data
        if isinstance(data, ChunkedArray):
            then = partial(self._adopt_patches, case, case.revision, title)
            call = self._threads, read_labels_over, source, self.volume, data.frozen()
        else:
            then = partial(self._adopt_labels, case, title)
            call = self._files, read_labels, source, self.volume
        self._lanes.start("file", f"Opening {name}", then, *call)

    def _adopt_patches(
        self,
        case: Case,
        revision: int,
        title: str,
        read: Callable[[], tuple[tuple[Patch, ...], list[int]]],
    ) -> None:
        patches, values = read()
        self._order.do(partial(self._patch_labels, case, revision, Edit(patches, title), values))

    def _patch_labels(self, case: Case, revision: int, edit: Edit, values: list[int]) -> None:
        self._still(case)
        if case.revision != revision:
            raise Refused("The labels have changed while the file was read: open it again.")
        case.labels.apply(edit)
        self._record(edit._replace(relabelled=missing(case.table, values)))

    def _adopt_labels(
        self, case: Case, title: str, read: Callable[[], tuple[np.ndarray, list[int]]]
    ) -> None:
        self._order.do(partial(self._replace_labels, case, title, *read()))

    def _replace_labels(
        self, case: Case, title: str, labels: np.ndarray, values: list[int]
    ) -> None:
        self._still(case)
        edit = case.labels.replace(labels, title)
        self._record(edit._replace(relabelled=missing(case.table, values)))
