"""What leaves: labels, superpixels and the volume as NIfTI, the table of labels as text."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from dashboard.session.edit_queue import finished
from dashboard.session.edits import Edits
from dashboard.session.flow import at_once
from dashboard.session.jobs import OUTLIVING, Jobs
from dashboard.session.messages import Linked, Refused
from dashboard.session.state import State
from dashboard.volumes import write_stored
from dashboard.volumes.data_folder import Folder
from workers.formats.label_tables import label_table

GZ = ".nii.gz"
TABLES = {form: ending for form, (_, ending) in label_table.FORMS.items()}
"""How the name of a label table ends, by its form."""


class Export:
    """Hands files out; owns which of them are being written.

    Each verb returns a future of the bytes; of None where there are none to be downloaded, and then
    the user was told why, or where the file is.

    Parameters
    ----------
    state, edits, jobs
        Of the session.
    folder : Folder or None
        Takes files that are too big to be downloaded.
    place_of : callable
        Returns where the file of a volume lies, by its digest, if that is known.
    """

    def __init__(
        self,
        state: State,
        edits: Edits,
        jobs: Jobs,
        folder: Folder | None,
        place_of: Callable[[str], Path | None],
    ) -> None:
        self._state, self._edits, self._jobs = state, edits, jobs
        self._folder, self._place_of = folder, place_of
        self._leaving: set[str] = set()

    @at_once
    async def export_labels(self) -> bytes | None:
        """Start to write the labels as NIfTI, with every stroke that was drawn before."""
        warn_of_age(self._state)
        document = self._state.opened()
        await self._edits.wait_for_turn()
        labels = document.case.labels
        if not +labels.voxels:
            raise Refused("Nothing is labelled yet: draw a stroke first.")
        write = document.backing.write_labels
        return await self._write("labels", write, labels, partial(self._fresh, "_dseg"))

    def export_table(self, form: str = "bids") -> Future:
        """Write the names and colours of the labels, in one of `label_table.FORMS`."""
        table = self._state.case.table
        warn_of_age(self._state)
        return finished(label_table.encode((label[:4] for label in table), form))

    @at_once
    async def export_superpixels(self) -> bytes | None:
        """Start to write the superpixels' ids as NIfTI."""
        superpixels = self._state.superpixels
        if superpixels is None:
            raise Refused("There are no superpixels yet: press Partition first.")
        write = self._state.opened().backing.write_superpixels
        path_of = partial(self._fresh, "_superpixels")
        return await self._write("superpixels", write, superpixels, path_of)

    @at_once
    async def export_volume(self) -> bytes | None:
        """Start to write the volume as NIfTI."""
        return await self._write("volume", self._state.opened().backing.write_volume)

    # How it is done

    async def _write(self, what: str, write: Callable, *args: object) -> bytes | None:
        """Have a file written; it is saved in the data folder if it becomes big."""
        if what in self._leaving:
            raise Refused(f"The file of {what} is being written already: wait, or press Cancel.")
        lane = f"{OUTLIVING if self._state.opened().backing.outlives else 'file of'} {what}"
        self._leaving.add(what)
        try:
            content = await write(partial(self._jobs.run, lane, f"Writing the {what}"), *args)
        finally:
            self._leaving.discard(what)
        if isinstance(content, bytes):
            return content
        self._tell_where(what, content)
        return None

    def _tell_where(self, what: str, path: Path) -> None:
        root = self._folder.root
        inside = path.is_relative_to(root)
        where = f"in the data folder, as {path.relative_to(root).as_posix()}"
        self._state.notice = Linked(
            f"The {what} are too big to be downloaded ({megabytes(path)} MB): they are "
            f"saved {where if inside else f'as {path}'}.",
            self._folder.link(path),
        )

    def _fresh(self, ending: str) -> Path | None:
        """Return a free path in the data folder: beside the volume's file, if that is in it.

        Where neither takes files, it is in the folder of the case.
        """
        if self._folder is None:
            return None
        document, root = self._state.opened(), self._folder.root
        beside = self._place_of(document.volume.digest)
        beside = beside if beside and beside.is_relative_to(root) else root
        places = (each for each in (beside, root) if os.access(each, os.W_OK))
        place = next(places, document.folder or root)
        # What was dropped on the page is called as the browser says.
        return write_stored.fresh(place, Path(document.volume.name).name + ending, GZ)


def warn_of_age(state: State) -> None:
    """Tell of what leaves here that others may have gone on, or that it is nowhere else."""
    if state.document is not None and not state.held:
        state.tell(
            "This page only reads: the file holds the labels as they were when this page opened "
            "the volume, or wrote to it last, without what was drawn elsewhere since. Press Take "
            "over for the latest.",
            "info",
        )
    elif state.saved.trouble:
        state.tell("The file holds all that this page shows, also what is not saved.", "info")


def megabytes(path: Path) -> str:
    """Return how large a file is, in words."""
    return f"{path.stat().st_size / 1e6:,.0f}"
