"""The verb by which one goes on with a label map of another time, or another program."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from dashboard.annotation.edit_centre import fullest
from dashboard.annotation.label_map import Edit
from dashboard.annotation.label_table import MOST_LABEL, imported, missing, relabelled
from dashboard.cases.case import Case
from dashboard.session.edits import Edits
from dashboard.session.flow import at_once
from dashboard.session.jobs import Jobs
from dashboard.session.messages import Notice, Question
from dashboard.session.state import State
from dashboard.volumes.read_labels import FoundLabels, OtherGrid


class ImportLabels:
    """Opens label maps over the volume; owns nothing.

    Parameters
    ----------
    state, edits, jobs
        Of the session.
    """

    def __init__(self, state: State, edits: Edits, jobs: Jobs) -> None:
        self._state, self._edits, self._jobs = state, edits, jobs

    @at_once
    async def open_labels(
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
        case = await self._edits.turn()
        backing, revision, locked = self._state.document.backing, case.revision, case.index.locked
        run, how = partial(self._jobs.run, "file", f"Opening {name}"), {"resample": resample}
        try:
            found = await backing.read_labels(
                run, case.labels, locked, source, within=within, **how
            )
        except OtherGrid as other:
            self._edits.must_be_open(case)
            self._state.question = Question(source, name, within=within, grid=other.difference)
            return
        await self._edits.turn(case)
        now = case.index.locked
        edit, found = backing.take_labels(
            case.labels,
            now,
            found,
            f"opened {name}" + ", resampled" * resample,
            is_as_asked=(case.revision, now) == (revision, locked),
        )
        self._record(case, edit, found, name)

    def _record(self, case: Case, edit: Edit, found: FoundLabels, name: str) -> None:
        named = imported(case.table, (row for row in found.rows if row[0] <= MOST_LABEL))
        added = missing(relabelled(case.table, named), found.values)
        self._edits.record(edit._replace(at=fullest(edit.patches), relabelled=named + added))
        said = [] if edit.patches or named or added else [_nothing_new(name)]
        if found.kept:
            said.append(f"Locked labels keep {found.kept:,} voxels that the file has otherwise.")
        if said := [*said, *found.notes]:
            self._state.notice = Notice(" ".join(said))


def _nothing_new(name: str) -> str:
    return f"Nothing has changed: the labels here are those of {name} already."
