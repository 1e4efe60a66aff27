"""The page of one session: its parts, and what each is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import panel as pn
from bokeh.document import Document

from dashboard.annotation.change import Divided, Painted, Patched
from dashboard.annotation.slice_geometry import NAMES, layouts
from dashboard.annotation.superpixels import corners
from dashboard.page.commands import Commands
from dashboard.page.describe import describe
from dashboard.page.downloads import main_download, other_downloads
from dashboard.page.errors import guarded
from dashboard.page.histogram_plot import IntensitiesView
from dashboard.page.panel_internals import forget_timers
from dashboard.page.protocol.table import PANE_VERBS, read_verb
from dashboard.page.rest import Rest
from dashboard.page.slice_figure import clean, slice_view
from dashboard.page.surface_pane import SurfacePane
from dashboard.page.updates import Updates
from dashboard.page.upload import Dropper
from dashboard.page.volume_feed import Sliced, Whole, showing
from dashboard.page.workbench import Workbench
from dashboard.session.session import Notice, Session
from dashboard.volumes.data_folder import Folder

FIGURES = (*NAMES, "compare")


class Page:
    """Shows a session, and hears its user.

    Parameters
    ----------
    session : Session
        What is shown.
    folder : Folder
        From which files may be opened.
    on_begin : callable
        Called when the page in the browser is ready to be told.
    """

    def __init__(self, session: Session, folder: Folder, on_begin: Callable[[], None]) -> None:
        self.session = session
        self._on_begin = on_begin
        self._opening = 0
        self._showing: Whole | Sliced | None = None
        self._guard = guard = partial(guarded, session)
        self._surface = SurfacePane(
            hear=guard(self._hear_surface), sizing_mode="stretch_both", margin=0
        )
        self._rest = Rest(guard(self._build_surfaces))
        dropper = Dropper(session.tell, sizing_mode="stretch_width", height=160)
        self._dropper = dropper
        self._intensities = IntensitiesView(session, self._send, guard)
        self.bench = Workbench(
            hear=guard(self._hear),
            surface=self._surface,
            download=main_download(session, lambda: self.bench),
            files=other_downloads(session, lambda: self.bench),
            intensities=self._intensities.view,
            dropper=dropper,
            **{name: slice_view(name, guard(self._strokes)) for name in FIGURES},
        )
        self._hearing = Commands(session, folder, self.bench.send, guard, self._views)
        self._updates = Updates(session, self.bench, lambda: self._hearing.choice)
        dropper.param.watch(guard(self._dropped), "value")
        self._watch(guard)

    def start(self) -> None:
        """Begin to talk with the page; it ends with the document."""
        loop = asyncio.get_running_loop()
        deliver = [loop.create_task(each.deliver()) for each in (self.bench, self._surface)]
        document = pn.state.curdoc
        pn.state.on_session_destroyed(lambda _: self._end(deliver, document))

    def _end(self, deliver: list[asyncio.Task], document: Document) -> None:
        """Let go of the session, whoever may keep the shell of the page.

        Contexts of timers, and HoloViews' register of streams, outlive a document.
        """
        for each in deliver:
            each.cancel()
        self._close()
        self.session.end()
        self._updates.forget()
        forget_timers(document)
        for name in FIGURES:
            clean(getattr(self.bench, name))

    def _watch(self, guard) -> None:
        watch = self.session.param.watch
        watch(guard(lambda *_: self._open()), "volume", onlychanged=False)
        watch(guard(lambda *_: self._send_channels()), "channels")
        watch(guard(lambda event: self._send_divided(event.new)), "division", onlychanged=False)
        watch(guard(lambda *_: self._send_superpixels()), "superpixels")
        watch(guard(lambda event: self._send_change(event.new)), "change", onlychanged=False)
        watch(guard(lambda *_: self._send_state()), ["table", "label", "held", "why_here"])
        watch(guard(lambda *_: self._updates.send_job()), "job")
        watch(guard(lambda *_: self._updates.send_kept()), ["saved", "held"])
        watch(guard(lambda event: self._send_notice(event.new)), "notice", onlychanged=False)
        watch(guard(lambda event: self._send_question(event.new)), "question", onlychanged=False)
        watch(guard(lambda event: self._send_place(event.new)), "place", onlychanged=False)
        surfaces = self.session.surfaces.param
        surfaces.watch(guard(lambda event: self._surface.show(*event.new)), "built")
        surfaces.watch(
            guard(lambda event: self.session.tell(event.new)), "failure", onlychanged=False
        )

    # From the page

    @property
    def _views(self) -> dict[str, Callable]:
        """What the page's views do, by verb."""
        return {
            "begin": self._begin,
            "ping": self._answer_ping,
            "resync": self._send_labels,
            "slice": partial(self._ask, "slice"),
            "overview": partial(self._ask, "overview"),
            "intensities": self._intensities.ask,
            "surfaces_shown": self._show_surfaces,
        }

    def _hear(self, verb: str, values: dict) -> None:
        self._hearing.hear(verb, values)

    def _answer_ping(self) -> None:
        self.bench.send("pong")
        self.session.look()

    def _send_labels(self) -> None:
        self._showing.send_labels()

    def _show_surfaces(self, value: bool) -> None:
        self._surface.set_visible(value)

    def _hear_surface(self, verb: str, values: dict) -> None:
        values = read_verb(verb, values, PANE_VERBS)
        does = {
            "begin": self._surface.begin,
            "seen": self._rest.let,
            "failed": lambda text: self.session.tell(text[:500]),
        }
        does[verb](**values)

    def _ask(self, verb: str, case: int, **values) -> None:
        if case == self._opening:  # else it is of a volume that was open before
            self._showing.hear(verb, **values)

    def _strokes(self, columns: dict) -> None:
        self._hearing.hear_strokes(columns)

    def _dropped(self, event) -> None:
        if event.new:
            self.bench.send("uploaded")
            try:
                self._hearing.hear_upload(event.new)
            finally:
                self._dropper.value = {}

    # To the page

    def _send(self, kind: str, **values) -> None:
        self.bench.send(kind, **values)

    def _begin(self) -> None:
        """Send all, to a page that has just been made; before that it could not take anything."""
        self.bench.begin()
        self._on_begin()
        self._updates.forget()
        if self.session.volume is not None:
            self._send_volume()
        self._updates.send_job()
        self._updates.send_kept()
        if self.session.notice is not None:
            self._send_notice(self.session.notice)

    def _open(self) -> None:
        volume = self.session.volume
        self._opening += 1
        self._hearing.open(self._opening, layouts(volume.affine, volume.shape))
        self._surface.open(volume)
        self._surface.paint(self.session.table)
        self._send_volume()
        self.session.surfaces.build()

    def _send_volume(self) -> None:
        session, updates = self.session, self._updates
        self._close()
        self._showing = feed = showing(session, self.bench, self._opening)
        updates.begin_volume()
        described = describe(session, self._hearing.layouts) | feed.described
        self.bench.send("open", case=self._opening, **described)
        updates.send_kept()
        feed.send_volume()
        feed.send_labels()
        self._send_state()
        updates.send_history()
        updates.send_superpixels(feed)
        updates.send_channels(feed)
        for note in session.volume.notes:
            self._send_notice(Notice(note))

    def _send_superpixels(self) -> None:
        if self._showing is not None:
            self._updates.send_superpixels(self._showing)

    def _send_channels(self) -> None:
        if self._showing is not None:
            self._updates.send_channels(self._showing)

    def _send_divided(self, change: Divided) -> None:
        if self._showing is not None:
            self._updates.send_divided(change, self._showing)

    def _close(self) -> None:
        if self._showing is not None:
            self._showing.close()
            self._showing = None

    def _send_change(self, change) -> None:
        if isinstance(change, Painted):
            ids = [int(n) for n in change.ids]
            told = {"revision": change.revision, "label": change.label, "box": corners(change.box)}
            self.bench.send("painted", ids=ids, **told)
        elif isinstance(change, Patched):
            self._showing.send_patched(change)
        else:
            self._showing.send_labels()
        self._send_state()
        self._updates.send_history()
        self._rest.note()

    def _send_state(self) -> None:
        self._surface.paint(self.session.table)
        self._updates.send_state()

    def _send_place(self, at) -> None:
        self.bench.send("went", at=at)

    def _send_notice(self, notice) -> None:
        self.bench.send("notice", text=notice.text, mood=notice.kind, link=notice.link)

    def _send_question(self, question) -> None:
        asked = {
            name: getattr(question, name) for name in ("count", "together", "difference", "grid")
        }
        self.bench.send("ask", name=question.name, **asked)

    def _build_surfaces(self) -> None:
        self.session.surfaces.build()
