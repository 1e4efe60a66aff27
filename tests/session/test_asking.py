"""Each thing that the page asks for under a name is done once, also by the next server."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pytest

from dashboard.annotation.slice_geometry import layouts
from dashboard.cases.case_store import Cases
from dashboard.page.commands import Commands
from dashboard.page.errors import guarded
from dashboard.session.autosave import Saved
from dashboard.volumes.data_folder import Folder
from tests.conftest import ByHand, Turns, draw_voxel, nifti_bytes, session_on, tissues
from tests.page.page_script import sources

SHAPE = (24, 20, 12)
# What the page says with each verb that changes something.
SAID = {
    "undo": {},
    "redo": {},
    "go_to": {"done": 1},
    "add_label": {},
    "choose": {"label": 3, "choice": 1},
    "rename": {"label": 2, "name": "liver"},
    "recolour": {"label": 2, "color": "#123456"},
    "show_label": {"label": 2, "to": False},
    "show_labels": {"to": False},
    "lock_label": {"label": 2, "to": True},
    "remove_label": {"label": 2},
    "merge_label": {"label": 2, "into": 3},
    "fill_holes": {"label": 1},
    "keep_largest_island": {"label": 2},
    "partition": {"count": 5},
    "remove_volume": {"key": 1},
    "open_over": {"path": "labels.nii", "kind": "labels"},
    "open_resampled": {},
}
REFUSED = {
    "undo": {},
    "rename": {"label": 99, "name": "none"},
    "lock_label": {"label": 99, "to": True},
    "remove_label": {"label": 99},
    "fill_holes": {"label": 4},
}


class Seat:
    """A page's half on the server: what it is told, and how it asks."""

    def __init__(self, root, data):
        self.cases, self.turns, self.answers = Cases(root), Turns(), []
        volume = tissues(SHAPE, np.diag([1.0, 1.2, 2.5, 1.0]), "scan")
        self.session = session_on(volume, cases=self.cases, schedule=self.turns)
        answer = lambda kind, **values: self.answers.append((kind, values.get("case")))  # noqa: E731
        self.hearing = Commands(self.session, Folder(data), answer, partial(guarded, self.session))
        self.rest()

    def rest(self):
        """Wait until nothing is under way, and all that there is is on disk."""
        session = self.session
        self.turns.until(lambda: session.volume is not None and session.job is None)
        self.turns.until(
            lambda: session.state.case.partitioned.file != "" and session.saved == Saved()
        )

    def ask(self, case, verb, values, name):
        """Ask for something by its name, on an opening of its own; returns once it is answered."""
        volume = self.session.volume
        self.hearing.open(case, layouts(volume.affine, volume.shape))
        asked = {"name": name, "after": "", "case": case}
        self.hearing._guard(self.hearing.hear)(verb, {**values, "asked": asked})
        self.turns.until(lambda: ("taken", case) in self.answers)

    def state(self):
        session = self.session
        labels, table = session.labels.data.tobytes(), session.table
        partition = session.superpixels.ids.tobytes()
        return labels, table, session.label, session.history, partition

    def leave(self):
        """End as a server does that is stopped."""
        self.session.close()
        self.cases.close()


@pytest.fixture
def seat(tmp_path):
    """Sit down before the same data folder, again and again."""
    data, seats = tmp_path / "files", []
    data.mkdir()
    labels = np.zeros(SHAPE, np.uint8)
    labels[2:5, 2:5, 2:5] = 4
    (data / "labels.nii").write_bytes(nifti_bytes(labels, np.diag([1.0, 1.2, 2.5, 1.0])))

    def sit():
        seats.append(Seat(tmp_path / "data", data))
        return seats[-1]

    yield sit
    for each in seats:
        each.leave()


def annotate(seat):
    """Four strokes, of which the last is undone."""
    for n, (ijk, label) in enumerate([((1, 1, 1), 1), ((20, 9, 4), 2), ((3, 15, 9), 2)]):
        seat.session.paint(draw_voxel(seat.session, ijk, label=label), f"first-{n}")
    seat.session.paint(draw_voxel(seat.session, (20, 2, 9), label=3), "first-9")
    seat.session.undo()
    seat.rest()


def test_every_verb_that_changes_something_is_tried_here(seat):
    assert SAID.keys() == seat().hearing.changes.keys()


def test_the_page_gives_a_name_to_all_that_changes_something_and_to_nothing_else(seat):
    hearing = seat().hearing
    # The pane of the surfaces has a table of its own.
    texts = [text for path, text in sources().items() if not path.startswith("surfaces/")]
    script = "".join(texts)
    made = set(re.findall(r'\b(?:change|mend)\("(\w+)"', script))
    said = set(re.findall(r'\bsay\("(\w+)"', script)) - {"ping", "begin", "resync"}
    answered_by_the_page = {"slice", "overview", "intensities", "surfaces_shown"}

    assert made == hearing.changes.keys()
    assert said - answered_by_the_page <= hearing.others.keys()


@pytest.mark.parametrize("verb", SAID)
def test_what_is_asked_for_again_is_not_done_again(seat, verb):
    first = seat()
    annotate(first)
    first.ask(1, verb, SAID[verb], "page-1")
    first.rest()
    done = first.state()

    first.ask(2, verb, SAID[verb], "page-1")
    first.rest()

    assert first.state() == done


@pytest.mark.parametrize("verb", SAID)
def test_what_was_done_is_not_done_again_by_a_server_that_was_started_anew(seat, verb):
    first = seat()
    annotate(first)
    first.ask(1, verb, SAID[verb], "page-1")
    first.rest()
    done = first.state()
    first.leave()

    for _ in range(2):  # the second one reads what the first has written anew
        second = seat()
        second.ask(1, verb, SAID[verb], "page-1")
        second.rest()
        assert second.state() == done
        second.leave()


@pytest.mark.parametrize("verb", REFUSED)
def test_what_was_refused_is_not_thought_over_later(seat, verb):
    first = seat()
    first.session.add_label()
    first.session.undo()
    first.ask(1, verb, REFUSED[verb], "page-1")
    assert first.session.notice.kind in {"info", "error"}
    first.leave()
    second = seat()
    second.session.add_label(99)
    second.session.paint(draw_voxel(second.session, (1, 1, 1), label=4), "page-2")
    second.rest()
    before = second.state()

    second.ask(1, verb, REFUSED[verb], "page-1")

    assert second.state() == before


def test_a_stroke_that_changed_nothing_changes_nothing_when_it_is_sent_again(seat):
    page = seat()
    page.session.paint(draw_voxel(page.session, (1, 1, 1), label=2), "page-1")
    page.session.paint(draw_voxel(page.session, (1, 1, 1), label=2), "page-2")
    page.ask(3, "undo", {}, "page-3")
    page.leave()

    again = seat()
    again.session.paint(draw_voxel(again.session, (1, 1, 1), label=2), "page-2")

    assert not again.session.labels.data.any()


def test_what_takes_a_while_is_acknowledged_when_its_edit_is_on_disk(two_tissues, tmp_path):
    cases, turns, executor, done = Cases(tmp_path / "data"), Turns(), ByHand(), []
    page = session_on(two_tissues, cases=cases, schedule=turns)
    turns.until(lambda: page.volume is not None and page.job is None)
    page.paint(draw_voxel(page, (1, 1, 1), label=2))
    page.paint(draw_voxel(page, (9, 9, 4), label=2))
    page.executors.kernels = executor
    asked = page.ask("a-1", lambda: page.keep_largest_island(2))
    asked.add_done_callback(lambda _: page.when_saved(lambda: done.append(page.history[1])))

    assert not asked.done()
    executor.finish()
    turns.until(lambda: done)

    assert done == [3]
    assert list(page.state.case.taken)[-1] == "a-1"
    page.close()
    cases.close()
