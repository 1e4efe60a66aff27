from __future__ import annotations

import sys

import pytest

from dashboard.annotation.label_table import Label, color_of
from dashboard.page import label_rows
from dashboard.page.label_rows import Rows, update
from tests.conftest import draw_voxel

FEW, MANY = 10, 10_000


class Told:
    """A page's rows, and what it is told of them."""

    def __init__(self):
        self.forget()

    def forget(self):
        self.rows = Rows()

    def news(self, session):
        self.rows, news = update(self.rows, session)
        return news


@pytest.fixture
def labelled(session):
    """Let the table have so many labels; returns what the page has of it."""

    def labelled(count):
        session.label_table.take(
            tuple(Label(n, f"label {n}", color_of(n)) for n in range(1, count + 1))
        )
        rows = Told()
        rows.news(session)
        return rows

    return labelled


def lines(act):
    """How many lines of Python are run by `act`, each turn of a loop counted."""
    count = 0

    def trace(*_):
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


def work(session, rows):
    """A stroke, its undo, and a lock, as far as the page's rows."""

    def act():
        session.paint(draw_voxel(session, (1, 1, 1), label=2), "page-1")
        rows.news(session)
        session.undo()
        rows.news(session)
        session.redo()
        session.choose(3)

    return act


def test_a_stroke_and_its_undo_cost_the_same_however_many_labels_there_are(session, labelled):
    counted = []
    for count in (FEW, MANY):
        act = work(session, labelled(count))
        act()  # the first one after a change of the table looks at all of it
        counted.append(lines(act))

    few, many = counted
    assert many < 1.2 * few


def test_after_a_stroke_only_the_rows_of_its_labels_are_looked_at(session, labelled, monkeypatch):
    rows, looked = labelled(MANY), []
    row_of = label_rows.row_of
    monkeypatch.setattr(
        label_rows, "row_of", lambda on, label: looked.append(label.value) or row_of(on, label)
    )

    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    news = rows.news(session)

    assert looked == [2]
    assert [row["value"] for row in news["rows"]] == [2]
    assert rows.news(session) is None


def test_rows_that_are_renamed_removed_and_added_are_told(session, labelled):
    rows = labelled(4)

    session.rename(2, "liver")
    session.remove_label(3)
    session.add_label(9)

    news = rows.news(session)
    assert ([row["name"] for row in news["rows"]], news["gone"]) == (["liver", "label 9"], [3])


def test_a_label_that_comes_back_is_told_again(session, labelled):
    rows = labelled(4)
    session.remove_label(3)
    rows.news(session)

    session.undo()

    assert [row["value"] for row in rows.news(session)["rows"]] == [3]


def test_who_has_forgotten_is_told_all(session, labelled):
    rows = labelled(4)

    rows.forget()

    news = rows.news(session)
    assert news["fresh"]
    assert len(news["rows"]) == 4
