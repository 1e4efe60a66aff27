"""What the page says, as verbs on the session."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.slice_geometry import Layout
from dashboard.page import encoding
from dashboard.page.arrivals import Arrivals
from dashboard.page.protocol.table import ASKED, CHANGES, STROKES, read_as, read_verb
from dashboard.page.strokes import read_context, read_stroke
from dashboard.session.export import TABLES
from dashboard.session.session import Question, Refused, Session
from dashboard.volumes.data_folder import HALVES, Folder


class Commands:
    """Turns messages and strokes from the page into verbs.

    Parameters
    ----------
    session : Session
        Whose verbs.
    folder : Folder
        Where files may be opened.
    answer : callable
        Sends the page a message: a kind, and values by name.
    guard : callable
        Returns a function so that what it raises is shown to the user.
    views : dict of callable, optional
        What is not the session's to do, by verb: the page's views do it.
    """

    def __init__(
        self,
        session: Session,
        folder: Folder,
        answer: Callable[..., None],
        guard: Callable[[Callable], Callable],
        views: dict[str, Callable] | None = None,
    ) -> None:
        self._guard = guard
        self._session = session
        self._folder = folder
        self._answer = answer
        self._views = views or {}
        self._arrivals = Arrivals()
        self._upload_as = "volume"
        self._opening = 0
        self.choice = 0
        self.layouts: dict[str, Layout] = {}

    def open(self, opening: int, laid: dict[str, Layout]) -> None:
        """Begin with another volume: what was asked for on the last one is refused.

        `opening` is the number that messages have as ``case``; `laid` is how the slices lie in the
        radiological view.
        """
        self._opening, self.layouts = opening, laid
        self._arrivals.clear()

    @property
    def changes(self) -> dict[str, Callable]:
        """The verbs that change something: the page gives each a name, and waits for an answer."""
        session = self._session
        return {
            "undo": session.undo,
            "redo": session.redo,
            "go_to": session.go_to,
            "add_label": session.add_label,
            "choose": self._choose,
            "rename": session.rename,
            "recolour": session.recolour,
            "show_label": self._show_label,
            "show_labels": self._show_labels,
            "lock_label": self._lock_label,
            "remove_label": session.remove_label,
            "merge_label": session.merge_label,
            "fill_holes": session.fill_holes,
            "keep_largest_island": session.keep_largest_island,
            "partition": self._partition,
            "remove_volume": session.remove_volume,
            "open_over": self._open_path,
            "open_resampled": self._open_resampled,
        }

    @property
    def others(self) -> dict[str, Callable]:
        """The verbs that change nothing, or what the page does not see as one volume's."""
        return {
            "cancel": self._session.cancel,
            "take_over": self._session.take_over,
            "download_table": self._download_table,
            "cursor": self._session.move,
            "list": self._list,
            "open": self._open_path,
            "open_volume_of": self._open_volume_of,
            "open_by": self._open_by,
            "open_together": self._session.open_together,
            "upload_as": self._choose_upload,
            "failed": lambda text: self._session.tell(text[:500]),
            **self._views,
        }

    def hear(self, verb: str, values: dict) -> None:
        """Do what the page asks; ``values["asked"]`` tells under which name, as a stroke does.

        Raises
        ------
        ValueError
            With a sentence for the user, if it cannot be done.
        """
        if verb in CHANGES and values.get("asked") is not None:
            values = dict(values)
            asked = read_as(ASKED, verb, values.pop("asked"))
            # What cannot be is acknowledged too, as all that is refused.
            self._hear_in_turn(asked, partial(self._ask, asked, partial(self._call, verb, values)))
        else:
            self._call(verb, values)

    def _call(self, verb: str, values: dict) -> None:
        given = read_verb(verb, values)
        (self.changes | self.others)[verb](**given)

    def hear_strokes(self, columns: dict) -> None:
        """Paint the strokes that the page holds and that were not painted before.

        Each is answered when it is on disk or refused: then its line goes from the page.
        """
        columns = {name: columns.get(name, []) for name in ("xs", "ys", "stroke")}
        rows = read_as(STROKES, "strokes", {name: list(each) for name, each in columns.items()})
        for xs, ys, text in zip(*rows.values(), strict=False):
            if text:  # else it is still being drawn
                self._guard(self._hear_stroke)(xs, ys, text)

    def _hear_stroke(self, xs: list, ys: list, text: str) -> None:
        context = read_context(text)
        self._hear_in_turn(context, partial(self._paint, context, xs, ys))

    def hear_upload(self, files: dict[str, bytes]) -> None:
        """Open the file that was dropped on the page."""
        for name, given in files.items():
            # Panel hands text over decoded; and text would be taken for the path of a file here.
            is_text = self._upload_as == "table" and isinstance(given, str)
            content = given.encode() if is_text else given
            if not isinstance(content, bytes):
                raise Refused(f"Expected a NIfTI file; {name} is a text file.")
            if name.lower().endswith(HALVES):
                raise Refused(
                    f"{name} is one half of a .hdr/.img pair: put both into the data folder and "
                    "open them there, or convert them to .nii.gz."
                )
            self._open(self._upload_as, content, name)

    def _hear_in_turn(self, asked: dict, start: Callable[[], Future]) -> None:
        opening, name = asked["case"], asked["name"]
        # What is refused waits for nothing.
        after = asked["after"] if opening == self._opening else ""
        act = self._guard(partial(self._start, asked, start))
        self._arrivals.take(opening, name, after, act)

    def _start(self, asked: dict, start: Callable[[], Future]) -> None:
        try:
            done = start()
        except BaseException:
            self._answer_when_saved(asked, refused=True)
            raise
        done.add_done_callback(self._guard(partial(self._end, asked)))

    def _end(self, asked: dict, done: Future) -> None:
        self._answer_when_saved(asked, refused=done.exception() is not None)

    def _answer_when_saved(self, asked: dict, *, refused: bool) -> None:
        told = {"name": asked["name"], "case": asked["case"], "refused": refused}
        self._session.when_saved(partial(self._answer, "taken", **told))

    def _ask(self, asked: dict, act: Callable[[], None]) -> Future:
        if asked["case"] != self._opening:
            raise Refused("That was asked for on a volume that is no longer open.")
        return self._session.ask(asked["name"], act)

    def _paint(self, context: dict, xs: list, ys: list) -> Future:
        if context["case"] != self._opening:
            raise Refused("The stroke was drawn on a volume that is no longer open.")
        stroke = read_stroke(context, xs, ys, self._session.volume, self.layouts)
        return self._session.paint(stroke, context["name"])

    def _choose(self, label: int, choice: int) -> None:
        # Told back to the page, which so knows an answer to its latest choice from an older one.
        self._session.choose(label, partial(setattr, self, "choice", choice))

    def _show_label(self, label: int, to: bool) -> None:
        self._session.show_label(label, to)

    def _show_labels(self, to: bool) -> None:
        self._session.show_labels(to)

    def _lock_label(self, label: int, to: bool) -> None:
        self._session.lock_label(label, to)

    def _list(self, path: str, kind: str = "volume") -> None:
        look = partial(self._folder.list, path, of_tables=kind == "table")
        title = f"Listing {path or 'the folder'}"
        self._session.find(title, look, lambda found: self._answer("folder", **found._asdict()))

    def _download_table(self, form: str) -> None:
        content = self._session.export_table(form).result()
        parts, name = encoding.split_message(content), f"{self._session.volume.name}{TABLES[form]}"
        for part, data in enumerate(parts):
            self._answer("file", name=name, part=part, parts=len(parts), data=data)

    def _choose_upload(self, kind: str) -> None:
        self._upload_as = kind

    def _open_path(self, path: str, kind: str) -> None:
        look, within = partial(self._folder.resolve, path), self._folder.root
        title = f"Opening {path.rpartition('/')[2] or 'the folder'}"
        then = partial(self._open, kind, within=within)
        self._session.find(title, look, then, lane="file")

    def _open(self, kind: str, source, name: str | None = None, within=None) -> None:
        verbs = {
            "volume": self._session.open,
            "series": self._session.add_volume,
            "labels": self._session.open_labels,
            "superpixels": self._session.open_superpixels,
            "table": self._session.open_table,
        }
        verbs[kind](source, name or source.name, within=within)

    def _open_volume_of(self, volume: int) -> None:
        question = self._session.question
        asked = question.source, question.name, volume, question.form, question.within
        self._opens(question)(*asked)

    def _open_by(self, form: str) -> None:
        question = self._session.question
        asked = {"form": form, "within": question.within}
        self._opens(question)(question.source, question.name, **asked)

    def _opens(self, question: Question) -> Callable:
        return self._session.add_volume if question.adds else self._session.open

    def _partition(self, weights: tuple = (), **wish) -> None:
        self._session.partition(Settings(**wish).checked(), weights)

    def _open_resampled(self) -> None:
        question = self._session.question
        if question is None:  # of a page that was loaded again since
            raise Refused("It is no longer known which file was to be resampled: open it again.")
        asked = question.source, question.name, question.within
        self._session.open_labels(*asked, resample=True)
