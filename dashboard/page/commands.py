"""What the page says, as verbs on the session."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

import numpy as np

from dashboard.annotation.partition_settings import Settings, number
from dashboard.annotation.slice_geometry import Layout, Plane, layouts
from dashboard.annotation.stroke import KINDS, Stroke, Tip
from dashboard.page import encoding
from dashboard.page.arrivals import Arrivals
from dashboard.page.protocol import checked
from dashboard.session.export import TABLES
from dashboard.session.session import Question, Refused, Session
from dashboard.volumes.data_folder import HALVES, Folder

MOST_RADIUS_MM = 1000  # and as many voxels, where these are longer than a mm


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
    """

    def __init__(
        self,
        session: Session,
        folder: Folder,
        answer: Callable[..., None],
        guard: Callable[[Callable], Callable],
    ) -> None:
        self._guard = guard
        self._session = session
        self._folder = folder
        self._answer = answer
        self._arrivals = Arrivals()
        self._upload_as = "volume"
        self._case = 0
        self.choice = 0
        self.layouts: dict[str, Layout] = {}

    def open(self, case: int, laid: dict[str, Layout]) -> None:
        """Begin with another volume: what was asked for on the last one is refused.

        `laid` is how its slices lie in the radiological view.
        """
        self._case, self.layouts = case, laid
        self._arrivals.clear()

    @property
    def changes(self) -> dict[str, Callable]:
        """The verbs that change something: the page gives each a name, and waits for an answer."""
        return {
            "undo": self._session.undo,
            "redo": self._session.redo,
            "go_to": lambda done: self._session.go_to(int(done)),
            "add_label": self._add_label,
            "choose": self._choose,
            "rename": lambda label, name: self._session.rename(int(label), str(name)),
            "recolour": lambda label, color: self._session.recolour(int(label), str(color)),
            "show_label": lambda label, to: self._session.show_label(int(label), bool(to)),
            "show_labels": lambda to: self._session.show_labels(bool(to)),
            "lock_label": lambda label, to: self._session.lock_label(int(label), bool(to)),
            "remove_label": lambda label: self._session.remove_label(int(label)),
            "merge_label": lambda label, into: self._session.merge_label(int(label), int(into)),
            "fill_holes": lambda label: self._session.fill_holes(int(label)),
            "keep_largest_island": lambda label: self._session.keep_largest_island(int(label)),
            "partition": self._partition,
            "remove_volume": lambda key: self._session.remove_volume(int(key)),
            "open_over": self._open_path,
            "open_resampled": self._open_resampled,
        }

    @property
    def others(self) -> dict[str, Callable]:
        """The verbs that change nothing, or what the page does not see as one volume's."""
        return {
            "cancel": self._session.cancel,
            "take_over": self._session.take_over,
            "strokes": lambda **columns: self.hear_strokes(columns),
            "again": self._hear_again,
            "download_table": self._download_table,
            "cursor": self._move,
            "list": self._list,
            "open": self._open_path,
            "open_volume_of": self._open_volume_of,
            "open_by": self._open_by,
            "open_together": self._session.open_together,
            "upload_as": self._choose_upload,
            "failed": lambda text: self._session.tell(str(text)[:500]),
        }

    def hear(self, verb: str, values: dict) -> None:
        """Do what the page asks; ``values["asked"]`` tells under which name, as of a stroke.

        Raises
        ------
        ValueError
            With a sentence for the user, if it cannot be done.
        """
        verbs = self.changes | self.others
        if verb not in verbs:
            raise Refused(f"The page asked for “{verb}”, which is unknown here: reload it.")
        values = dict(values)
        asked = values.pop("asked", None)
        act = partial(self._act, verb, verbs[verb], values)
        if asked is None:
            act()
        else:
            asked = checked("asked", asked)
            self._arrive(asked, partial(self._do, asked, act))

    def _act(self, verb: str, do: Callable, values: dict) -> None:
        do(**checked(verb, values))

    def hear_strokes(self, columns: dict) -> None:
        """Paint the strokes that the page holds and that were not painted before.

        Each is heard when it is painted, and taken when it is on disk or refused: then its line
        goes from the page.
        """
        columns = [columns.get(name, []) for name in ("xs", "ys", "stroke")]
        for xs, ys, text in zip(*columns, strict=True):
            context = json.loads(text)
            self._arrive(context, partial(self._paint, context, xs, ys))

    def _hear_again(self, changes: list[dict]) -> None:
        """Do what an earlier page has asked for, in its order, unless it was done."""
        for change in map(dict, changes):
            verb = change.pop("verb")
            # One that fails must not hold up those that came with it.
            heard = self.hear_strokes if verb == "strokes" else partial(self.hear, verb)
            self._guard(heard)(change)

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

    def _arrive(self, asked: dict, start: Callable[[], Future]) -> None:
        take = self._guard(partial(self._take, asked["n"], start))
        self._arrivals.take(asked["n"], asked.get("after", ()), take)

    def _take(self, n: int, start: Callable[[], Future]) -> None:
        taken = partial(self._answer, "taken", n=n)
        try:
            done = start()
        except BaseException:
            self._session.when_saved(taken)
            raise
        done.add_done_callback(self._guard(partial(self._done, n, taken)))

    def _done(self, n: int, taken: Callable[[], None], done: Future) -> None:
        if not done.exception():  # else the user was told
            self._answer("heard", n=n)
        self._session.when_saved(taken)

    def _do(self, asked: dict, act: Callable[[], None]) -> Future:
        if not self._is_of_open_volume(asked):
            raise Refused("That was asked for on a volume that is no longer open.")
        return self._session.ask(str(asked.get("name", "")), act)

    def _paint(self, context: dict, xs: list, ys: list) -> Future:
        if not self._is_of_open_volume(context):
            raise Refused("The stroke was drawn on a volume that is no longer open.")
        context = checked("stroke", context)
        xs, ys = checked("line", {"xs": xs, "ys": ys}).values()
        if len(xs) != len(ys):
            raise Refused("The stroke did not arrive whole: draw it again.")
        xy, plane = np.column_stack((xs, ys)), Plane(self._layout(context), context["index"])
        most_mm = MOST_RADIUS_MM * max(1.0, min(self._session.volume.spacing))
        stroke = Stroke(plane, xy, context["label"], tip_of(most_mm, **context.get("tip", {})))
        return self._session.paint(stroke, str(context.get("name", "")))

    def _layout(self, context: dict) -> Layout:
        """Return how the slice lay on which a stroke was drawn, as the stroke itself says."""
        laid = self.layouts
        if not context.get("radiological", True):
            volume = self._session.volume
            laid = layouts(volume.affine, volume.shape, radiological=False)
        if context["plane"] not in laid:
            raise Refused("The stroke was drawn on a slice that is unknown here: reload the page.")
        return laid[context["plane"]]

    def _is_of_open_volume(self, context: dict) -> bool:
        # What an earlier page drew is known by its volume, what this one draws by the opening too.
        if "digest" in context:
            return context["digest"] == self._session.volume.digest
        return context["case"] == self._case

    def _choose(self, label: int, choice: int) -> None:
        # Told back to the page, which so knows an answer to its latest choice from an older one.
        self._session.choose(int(label), partial(setattr, self, "choice", int(choice)))

    def _add_label(self, value: int | None = None, name: str = "") -> None:
        self._session.add_label(None if value is None else int(value), str(name))

    def _list(self, path: str, kind: str = "volume") -> None:
        look = partial(self._folder.list, str(path), of_tables=kind == "table")
        title = f"Listing {path or 'the folder'}"
        self._session.find(title, look, lambda found: self._answer("folder", **found._asdict()))

    def _download_table(self, form: str) -> None:
        content = self._session.export_table(str(form)).result()
        parts, name = encoding.split_message(content), f"{self._session.volume.name}{TABLES[form]}"
        for part, data in enumerate(parts):
            self._answer("file", name=name, part=part, parts=len(parts), data=data)

    def _move(self, ijk: list) -> None:
        self._session.move(tuple(int(n) for n in ijk))

    def _choose_upload(self, kind: str) -> None:
        self._upload_as = kind

    def _open_path(self, path: str, kind: str) -> None:
        look, within = partial(self._folder.resolve, str(path)), self._folder.root
        title = f"Opening {str(path).rpartition('/')[2] or 'the folder'}"
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
        asked = question.source, question.name, int(volume), question.form, question.within
        self._opens(question)(*asked)

    def _open_by(self, form: str) -> None:
        question = self._session.question
        asked = {"form": str(form), "within": question.within}
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


def tip_of(
    most_mm: float,
    /,
    kind: str = "superpixels",
    radius_mm: float = 0,
    is_ball: bool = False,
    is_within: bool = False,
) -> Tip:
    """Return what the page draws with, its radius being at most `most_mm`.

    Raises
    ------
    Refused
        If there is no such thing.
    """
    if kind not in KINDS:
        raise Refused(f"The page draws with “{kind}”, which is unknown here: reload it.")
    radius = number("Radius", radius_mm)
    if not 0 <= radius <= most_mm:
        raise Refused(f"Radius must be from 0 to {most_mm:g} mm; got {radius:g}.")
    return Tip(kind, radius, bool(is_ball), bool(is_within))
