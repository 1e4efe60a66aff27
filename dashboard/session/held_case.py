"""How a session keeps what was done: it is told whether that is saved, and who may write."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from dashboard.cases.begin_anew import ELSEWHERE
from dashboard.cases.case import Case
from dashboard.cases.case_store import Cases
from dashboard.cases.held_edits import Fewer, HeldEdits
from dashboard.session.autosave import Autosave, Saved
from dashboard.session.edit_queue import EditQueue
from dashboard.session.following import Following
from dashboard.session.ids_writer import IdsWriter
from dashboard.session.messages import Notice, Refused
from dashboard.session.restore import Desk, Resumed, count
from dashboard.session.state import State
from dashboard.volumes.grid import Grid


class HeldCase(State):
    """One user's case as long as it is open: kept, lost to another page, taken over.

    Parameters are as of `OpenCase`.
    """

    _order: EditQueue

    def __init__(
        self,
        schedule: Callable[[Callable[[], None]], None],
        cases: Cases,
        user: str,
        is_watched: Callable[[], bool],
        keeping: Executor,
    ) -> None:
        super().__init__()
        self._schedule, self._cases, self._keeping = schedule, cases, keeping
        self._keeper = Autosave(schedule, self._show_saved, self._lose, self._have_anew)
        self._beside = IdsWriter(self._keeping, schedule, self._keeper)
        self._closed = False
        self._desk = Desk(
            self._cases,
            user,
            hear=self._keeper.hear,
            is_watched=lambda journal: is_watched() and self._keeper.writes_to(journal),
            is_wanted=self._keeper.writes_to,
            is_gone=lambda: self._closed,
        )
        self._following = Following(
            self._keeping, schedule, self._desk, self._mine, self._take_unasked
        )
        self._unsaved = False  # whether something was not, when another page took over
        self._asks = self._warned = False  # whether the user takes over, and knows what is lost
        self._resumed: Resumed | None = None

    def take_over(self) -> None:
        """Start to take the case from whoever writes to it now; what they have saved is there.

        If that lacks what is held here, it is refused once, and done when it is asked for again.
        """
        self._opened()
        self._asks = True
        self._resume(self.volume, "Taking over", self._mine(is_asked=self._warned))

    def look(self) -> None:
        """See whether whoever writes to the case has gone; then it is taken over.

        And whether the disk still answers, by which what was done here is kept.
        """
        self._keeper.look()
        self._beside.look()
        self._following.look()

    def _mine(self, *, is_asked: bool = False) -> HeldEdits:
        volume = self.volume
        return HeldEdits.of(
            self._case, volume.digest, volume.name, is_unsaved=self._unsaved, is_asked=is_asked
        )

    def _take_unasked(self) -> None:
        if self.job is None:  # else it is looked at again
            self._following.end()
            self._asks = False
            self._resume(self.volume, "Taking over", self._mine())

    def when_saved(self, then: Callable[[], None]) -> None:
        """Call `then` once all that was done so far is on disk."""
        self._keeper.when_saved(then)

    def _show_saved(self, state: Saved) -> None:
        before, self.saved = self.saved.trouble, state
        if state.trouble and not before:
            self.notice = Notice(
                f"Not saved: {state.trouble}. All that you did is kept here, and saving is tried "
                "again every two seconds. Download the labels to be safe.",
                "error",
            )
        elif before and state == Saved():
            self.notice = Notice("All that you did is saved again.", "success")

    def _have_anew(self) -> None:
        self._beside.again()

    def _lose(self, unsaved: int, trouble: str = "") -> None:
        self._beside.drop()
        self._unsaved = bool(unsaved or trouble)
        why = (trouble or ELSEWHERE) if self._unsaved else ""
        self.param.update(held=False, saved=Saved(unsaved, why))
        self._order.clear("This volume was opened elsewhere: that is not painted.")
        self._following.begin(self._resumed.opened.folder, self.volume)
        self.notice = Notice(lost(unsaved, why), "error")

    def _keep_mine(self, fewer: Fewer) -> None:
        """Go on as before, since what is kept elsewhere lacks edits that are held here.

        Raises
        ------
        Refused
            With a sentence, if the user wanted to take over; now he knows.
        """
        self._following.begin(self._resumed.opened.folder, self.volume)
        self._warned |= self._asks
        if self._asks:
            raise Refused(
                f"What is kept of this volume has {count(fewer.kept)}, and not all of the "
                f"{fewer.held:,} that you see here. Download the labels to keep these, then press "
                "Take over again to go on with those."
            ) from fewer

    def _resume(self, volume: Grid, title: str, mine: HeldEdits | None = None) -> None:
        """Start to read the case of a volume; by force, if one tells what is held of it."""
        raise NotImplementedError

    def _held(self) -> Case:
        case = self._opened()
        if not self._keeper.holds:
            raise Refused("The labels of this volume are written elsewhere: press Take over.")
        return case

    def _still(self, case: Case) -> None:
        if case is not self._held():
            raise Refused("Another volume was opened meanwhile.")


def lost(unsaved: int, why: str) -> str:
    """Return what the user is told when somebody else has taken the case."""
    said = "This volume was opened elsewhere, where its labels are written now."
    if unsaved:
        said += f" {unsaved} change{'s were' if unsaved > 1 else ' was'} not saved."
    return said + " Download the labels to keep them as they are here." * bool(why)
