"""What leaves: labels, superpixels and the volume as NIfTI, the table of labels as text."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path

import numpy as np

from dashboard.annotation.stored_superpixels import StoredSuperpixels
from dashboard.cases.case import Case
from dashboard.session.asking import Asking
from dashboard.session.document import OUTLIVING
from dashboard.session.edit_queue import finished
from dashboard.session.messages import Linked, Refused
from dashboard.volumes import write_stored
from dashboard.volumes.stored_volume import StoredVolume
from dashboard.volumes.write_stored import Writer
from workers.formats.label_tables import label_table
from workers.formats.nifti import nifti

GZ = ".nii.gz"
TABLES = {form: ending for form, (_, ending) in label_table.FORMS.items()}
"""How the name of a label table ends, by its form."""


class Exporting(Asking):
    """The verbs that hand files out; parameters as of `OpenCase`.

    Each returns a future of the bytes; of None where there are none to be downloaded, and then the
    user was told why, or where the file is.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._leaving: set[str] = set()

    def export_labels(self) -> Future:
        """Start to write the labels as NIfTI, with every stroke that was drawn before."""
        self._warn_of_age()
        return self._in_order(partial(self._export_labels, self._opened()))

    def _export_labels(self, case: Case) -> Future:
        if not +case.labels.voxels:
            raise Refused("Nothing is labelled yet: draw a stroke first.")
        data, header = case.labels.data, self.volume.header
        if isinstance(data, np.ndarray):
            return self._make("labels", nifti.encode_labels, data.copy(), header)
        return self._write("labels", "_dseg", write_stored.label_writer(case.labels, header))

    def export_table(self, form: str = "bids") -> Future:
        """Write the names and colours of the labels, in one of `label_table.FORMS`."""
        self._opened()
        self._warn_of_age()
        return finished(label_table.encode((label[:4] for label in self.table), form))

    def export_superpixels(self) -> Future:
        """Start to write the superpixels' ids as NIfTI."""
        superpixels = self.superpixels
        if superpixels is None:
            raise Refused("There are no superpixels yet: press Partition first.")
        header = self.volume.header
        if isinstance(superpixels, StoredSuperpixels):
            writer = write_stored.superpixel_writer(superpixels, header)
            return self._write("superpixels", "_superpixels", writer)
        return self._make("superpixels", nifti.encode_labels, superpixels.ids, header)

    def export_volume(self) -> Future:
        """Start to write the volume as NIfTI."""
        self._opened()
        if isinstance(self.volume, StoredVolume):
            raise Refused(
                "This volume is too big to be downloaded; its file is in the data folder, where "
                "it was opened."
            )
        return self._make("volume", nifti.encode_volume, self.volume.data, self.volume.header)

    # How it is done

    def _warn_of_age(self) -> None:
        """Tell of what leaves here that others may have gone on, or that it is nowhere else."""
        if self._case is not None and not self.held:
            self.tell(
                "This page only reads: the file holds the labels as they were when this page "
                "opened the volume, or wrote to it last, without what was drawn elsewhere since. "
                "Press Take over for the latest.",
                "info",
            )
        elif self.saved.trouble:
            self.tell("The file holds all that this page shows, also what is not saved.", "info")

    def _in_order(self, start: Callable[[], Future]) -> Future:
        """Start when all is done that was asked for before; now, if it is."""
        begun: list[Future] = []
        turn = self._order.do(lambda: begun.append(start()))
        if begun:
            return begun[0]
        done: Future = Future()
        turn.add_done_callback(lambda _: follow(begun[0] if begun else finished(), done))
        return done

    def _write(self, what: str, ending: str, writer: Writer) -> Future:
        """Have a file written in a thread; it is saved in the data folder if it becomes big."""
        call = self._threads, write_stored.write_out, writer, self._fresh(ending)
        return self._leave_by(f"file of {what}", what, *call)

    def _make(self, what: str, kernel: Callable, *args) -> Future:
        """Have a file made where kernels run."""
        return self._leave_by(f"{OUTLIVING} {what}", what, self._executor, kernel, *args)

    def _leave_by(self, lane: str, what: str, executor: Executor, kernel: Callable, *args):
        if what in self._leaving:
            raise Refused(f"The file of {what} is being written already: wait, or press Cancel.")
        self._leaving.add(what)
        done: Future = Future()
        then = partial(self._written, what, done)
        self._lanes.start(lane, f"Writing the {what}", then, executor, kernel, *args)
        return done

    def _written(self, what: str, done: Future, result: Callable[[], bytes | Path]) -> None:
        self._leaving.discard(what)
        content = None
        try:
            content = result()
        finally:  # what it raises is told by the lane
            done.set_result(content if isinstance(content, bytes) else None)
        if isinstance(content, Path):
            root = self._folder.root
            inside = content.is_relative_to(root)
            where = f"in the data folder, as {content.relative_to(root).as_posix()}"
            self.notice = Linked(
                f"The {what} are too big to be downloaded ({megabytes(content)} MB): they are "
                f"saved {where if inside else f'as {content}'}.",
                self._folder.link(content),
            )

    def _fresh(self, ending: str) -> Path | None:
        """Return a free path in the data folder: beside the volume's file, if that is in it.

        Where neither takes files, it is in the folder of the case.
        """
        if self._folder is None:
            return None
        root, beside = self._folder.root, self._places.get(self.volume.digest)
        beside = beside if beside and beside.is_relative_to(root) else root
        places = (each for each in (beside, root) if os.access(each, os.W_OK))
        place = next(places, self._resumed.opened.folder or root)
        # What was dropped on the page is called as the browser says.
        return write_stored.fresh(place, Path(self.volume.name).name + ending, GZ)


def follow(one: Future, other: Future) -> None:
    """Let a future end as another does."""

    def end(done: Future) -> None:
        if error := done.exception():
            other.set_exception(error)
        else:
            other.set_result(done.result())

    one.add_done_callback(end)


def megabytes(path: Path) -> str:
    """Return how large a file is, in words."""
    return f"{path.stat().st_size / 1e6:,.0f}"
