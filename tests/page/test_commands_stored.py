"""Strokes on a volume on disk: answered when they are saved, and when they are refused."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor
from functools import partial

import pytest

from dashboard.annotation.slice_geometry import layouts
from dashboard.cases.case_store import Cases
from dashboard.page.commands import Commands
from dashboard.page.errors import guarded
from dashboard.volumes.data_folder import Folder
from tests.conftest import tissues
from tests.page.test_commands import columns, number, stroke
from tests.session.test_stored_session import (
    PIR,
    SHAPE,
    driver,  # noqa: F401 - a fixture for all of these
    partitioned,
)
from tests.stored import store_volume


def read(name, case, refused):
    """An answer by the number of its stroke."""
    assert case == 1
    return number(name), "refused" if refused else "done"


class Listening:
    """A page of a stored volume, whose strokes are found by hand."""

    def __init__(self, root, **options):
        volume = store_volume(tissues(SHAPE, PIR, "small"), root)
        self.session, self.tasks = partitioned(volume, **options)
        self.answers = []
        self.hearing = Commands(
            self.session,
            Folder(root),
            lambda kind, **values: self.answers.append((kind, *read(**values))),
            partial(guarded, self.session),
        )
        self.hearing.open(1, layouts(volume.affine, volume.shape))

    def draw(self, *numbers):
        """Draw each over the canvas point (3, 3) of the axial slice 1."""
        self.hearing.hear_strokes(columns(*(stroke(n, (8, 3, 1)) for n in numbers)))


@pytest.fixture
def page(tmp_path):
    """A page on which nothing was drawn."""
    return Listening(tmp_path)


def test_a_stroke_is_taken_only_when_it_is_painted(page):
    page.draw(1)
    assert page.answers == []

    page.tasks.finish()

    assert page.answers == [("taken", 1, "done")]
    assert page.session.history[1] == 1


def test_strokes_are_taken_in_the_order_in_which_they_were_drawn(page):
    page.draw(1, 2, 3)

    for which in (1, 1, 0):
        page.tasks.finish(which)

    assert page.answers == [("taken", n, "done") for n in (1, 2, 3)]


def test_a_stroke_is_taken_when_it_is_on_disk(tmp_path):
    cases = Cases(tmp_path / "kept")
    page, kept = Listening(tmp_path, cases=cases), []
    page.session.autosave.when_saved = kept.append
    page.draw(1)

    page.tasks.finish()

    assert page.session.history[1] == 1
    assert page.answers == []
    kept.pop()()
    assert page.answers == [("taken", 1, "done")]
    page.session.close()
    cases.close()


def test_a_stroke_that_fails_is_released_and_told(page):
    page.draw(1, 2)

    page.tasks.finish(1)
    page.tasks.waiting.pop()[0].set_exception(BrokenExecutor("The worker was lost."))

    assert page.answers == [("taken", 1, "refused"), ("taken", 2, "done")]
    assert page.session.notice.text == "The worker was lost."
    assert page.session.history[1] == 1


def test_a_stroke_whose_case_is_lost_meanwhile_is_released_and_refused(page):
    page.draw(1)

    page.session.autosave.let_go()
    page.session.edits.queue.clear("That is not painted.")
    page.tasks.finish()

    assert page.answers == [("taken", 1, "refused")]
    assert page.session.history[1] == 0
