"""Which document is open, and who may write to it: this page, or another that it follows."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.cases.begin_anew import ELSEWHERE
from dashboard.cases.case_store import Cases
from dashboard.cases.held_edits import Fewer, HeldEdits
from dashboard.session import restore
from dashboard.session.autosave import Saved
from dashboard.session.backing.choose import backing_of
from dashboard.session.document import Document
from dashboard.session.edits import Edits
from dashboard.session.flow import at_once
from dashboard.session.following import Following
from dashboard.session.jobs import OUTLIVING, Executors, Jobs
from dashboard.session.messages import Notice, Refused
from dashboard.session.restore import CaseOpener, count
from dashboard.session.state import State
from dashboard.session.surfaces import Surfaces
from dashboard.volumes.cache.store import Store
from dashboard.volumes.channel import Channel
from dashboard.volumes.grid import Grid

UNPAINTED = "Another volume was opened before that was painted: it is not."


class HeldCase:
    """Owns the open document: read back, held by this page or followed, lost, given back.

    Parameters
    ----------
    state, edits, jobs, surfaces, executors
        Of the session.
    store : Store or None
        Where partitions on disk are kept.
    cases, user, is_watched
        As of `Session`.
    schedule : callable
        Runs a function later in the page's thread.
    on_writable : callable
        Called when a case was opened, or taken over, that may be changed.
    """

    def __init__(
        self,
        state: State,
        edits: Edits,
        jobs: Jobs,
        surfaces: Surfaces,
        executors: Executors,
        store: Store | None,
        cases: Cases,
        user: str,
        is_watched: Callable[[], bool],
        schedule: Callable[[Callable[[], None]], None],
        on_writable: Callable[[], None],
    ) -> None:
        self._state, self._edits, self._jobs = state, edits, jobs
        self._surfaces, self._executors, self._store = surfaces, executors, store
        self._on_writable = on_writable
        self._closed = False
        autosave = edits.autosave
        self._opener = CaseOpener(
            cases,
            user,
            hear=autosave.hear,
            is_watched=lambda journal: is_watched() and autosave.writes_to(journal),
            is_wanted=autosave.writes_to,
            is_gone=lambda: self._closed,
        )
        self._following = Following(
            executors.keeping, schedule, self._opener, self._mine, self._take_unasked
        )
        self._unsaved = False  # whether something was not, when another page took over
        self._asks = self._warned = False  # whether the user takes over, and knows what is lost
        self._chosen: int | None = None  # the label, while another page writes

    # Opened

    async def resume(self, volume: Grid, title: str, mine: HeldEdits | None = None) -> None:
        """Read the case of a volume, and open both; by force, if one tells what is held of it."""
        backing = backing_of(volume, self._executors, self._store)
        keeping, by_force = self._executors.keeping, mine is not None
        given = {"opener": self._opener, "by_force": by_force, "mine": mine}
        try:
            document = await self._jobs.run(
                "file", title, keeping, restore.resume, backing, **given
            )
        except Fewer as fewer:
            self._keep_mine(fewer)
        else:
            self._adopt(document)

    def _adopt(self, document: Document) -> None:
        state, case, writes = self._state, document.case, document.opened.writes
        self._leave()
        self._unsaved = self._warned = False
        state.saved = Saved()
        state.document = document
        same = document.volume is state.volume
        keeps = same and self._chosen in {known.value for known in case.table}
        self._hold_or_follow(document)
        if writes and keeps:
            self._edits.autosave.note(case.note_view(case.cursor, self._chosen))
        if case.partitioned is not None and case.partitioned.file:
            self._edits.have_ids(document.folder / case.partitioned.file, case)
        self._surfaces.open(document.volume, case.labels)
        self._show(document, self._chosen if keeps else case.label, same=same)
        self._chosen = None
        self._surfaces.outline(case.threshold)
        for note in document.notes:
            state.notice = Notice(*note)
        if writes:
            self._on_writable()

    def _hold_or_follow(self, document: Document) -> None:
        if document.opened.writes:
            self._edits.autosave.hold(document.journal)
        else:
            self._following.begin(document.folder, document.volume)

    def _show(self, document: Document, label: int, *, same: bool) -> None:
        state, case, volume = self._state, document.case, document.volume
        writes = document.opened.writes
        state.param.update(
            volume=volume,  # taken over, it is the same; the page is told all of it again
            channels=state.channels if same else (Channel(0, volume.name, volume),),
            superpixels=case.superpixels,
            table=case.table,
            label=label,
            why_here="",
            # Who takes over is told last that it may write: a stroke before were on what goes.
            held=writes and (state.held or not same),
        )
        state.held = writes

    def choose_when_taken(self, label: int) -> None:
        """Remember which label this page, which only reads, is to have when it takes over."""
        self._chosen = label

    # Lost, and taken over

    @at_once
    async def take_over(self) -> None:
        """Start to take the case from whoever writes to it now; what they have saved is there.

        If that lacks what is held here, it is refused once, and done when it is asked for again.
        """
        mine = self._mine(is_asked=self._warned)
        self._asks = True
        await self.resume(self._state.volume, "Taking over", mine)

    @at_once
    async def _take_unasked(self) -> None:
        if self._state.job is None:  # else it is looked at again
            self._following.end()
            self._asks = False
            await self.resume(self._state.volume, "Taking over", self._mine())

    def look(self) -> None:
        """See whether whoever writes to the case has gone; then it is taken over.

        And whether the disk still answers, by which what was done here is kept.
        """
        self._edits.autosave.look()
        self._edits.ids.look()
        self._following.look()

    def lose(self, unsaved: int, trouble: str = "") -> None:
        """Go on without the right to write, which somebody else has taken."""
        self._edits.ids.drop()
        self._unsaved = bool(unsaved or trouble)
        why = (trouble or ELSEWHERE) if self._unsaved else ""
        self._state.param.update(held=False, saved=Saved(unsaved, why))
        self._edits.queue.clear("This volume was opened elsewhere: that is not painted.")
        self._follow()
        self._state.notice = Notice(describe_loss(unsaved, why), "error")

    def _follow(self) -> None:
        document = self._state.document
        self._following.begin(document.folder, document.volume)

    def _mine(self, *, is_asked: bool = False) -> HeldEdits:
        case, volume = self._state.case, self._state.volume
        return HeldEdits.of(
            case, volume.digest, volume.name, is_unsaved=self._unsaved, is_asked=is_asked
        )

    def _keep_mine(self, fewer: Fewer) -> None:
        """Go on as before, since what is kept elsewhere lacks edits that are held here.

        Raises
        ------
        Refused
            With a sentence, if the user wanted to take over; now he knows.
        """
        self._follow()
        self._warned |= self._asks
        if self._asks:
            raise Refused(
                f"What is kept of this volume has {count(fewer.kept)}, and not all of the "
                f"{fewer.held:,} that you see here. Download the labels to keep these, then press "
                "Take over again to go on with those."
            ) from fewer

    # Given back

    def close(self) -> None:
        """Stop what runs and give the case back: the page has gone."""
        self._closed = True
        self._leave()

    def _leave(self) -> None:
        document, autosave = self._state.document, self._edits.autosave
        self._jobs.cancel(but=OUTLIVING)
        if autosave.holds and document.journal is not None:
            self._executors.keeping.submit(self._opener.cases.leave, document.opened)
        if self._edits.let_go(UNPAINTED) and not self._closed:
            self._state.tell(UNPAINTED)
        self._following.end()


def describe_loss(unsaved: int, why: str) -> str:
    """Return what the user is told when somebody else has taken the case."""
    said = "This volume was opened elsewhere, where its labels are written now."
    if unsaved:
        said += f" {unsaved} change{'s were' if unsaved > 1 else ' was'} not saved."
    return said + " Download the labels to keep them as they are here." * bool(why)
