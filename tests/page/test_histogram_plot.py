from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dashboard.annotation.label_table import Label
from dashboard.page import histogram_plot
from dashboard.page.errors import guarded
from dashboard.page.histogram_plot import IntensitiesView, outlines
from dashboard.session.measure import Spread
from tests.conftest import ByHand, draw_voxel

ONE, TWO = Label(1, "one", "#111111"), Label(2, "<b>two</b>", "#222222")


@pytest.fixture
def told():
    """What the page was sent, as (kind, values)."""
    return []


@pytest.fixture
def shown(session, told):
    """The plot of the open volume."""
    send = lambda kind, **values: told.append((kind, values))  # noqa: E731
    return IntensitiesView(session, send, partial(guarded, session))


def spread_of(*counts, low=0.0, high=None):
    counts = [np.array(each) for each in counts]
    labels = (ONE, TWO)[: len(counts)]
    high = len(counts[0]) if high is None else high
    return Spread(labels, low, high, {1 + n: each for n, each in enumerate(counts)})


def test_a_label_is_drawn_as_steps_of_its_share_in_its_colour():
    (one,) = outlines(spread_of([0, 1, 3, 0]))

    assert one["color"] == "#111111"
    assert one["x"].tolist() == [1, 1, 2, 2, 3, 3]
    assert one["y"].tolist() == [0, 25, 25, 75, 75, 0]


def test_all_labels_are_drawn_over_the_same_bins():
    one, two = outlines(spread_of([4, 0, 0, 0], [0, 0, 1, 1]))

    assert one["x"].tolist() == two["x"].tolist()
    assert (one["y"].max(), two["y"].max()) == (100, 50)


def test_what_lies_far_out_does_not_make_the_plot_wide():
    counts = np.zeros(4000, int)
    counts[1000:1050], counts[3999] = 1000, 1

    (one,) = outlines(spread_of(counts, low=-50.0, high=3950.0))

    assert (one["x"][0], one["x"][-1]) == (950, 1000)


def test_bins_are_joined_where_there_are_too_many(monkeypatch):
    monkeypatch.setattr(histogram_plot, "MOST_STEPS", 10)

    (one,) = outlines(spread_of(np.ones(95, int)))

    assert len(one["x"]) == 2 * 11
    assert one["x"][-1] == 95
    assert_allclose(one["y"].sum() / 2, 100)


def test_nothing_is_drawn_of_nothing():
    assert outlines(spread_of([0, 0])) == []


def test_opened_it_shows_what_is_labelled_now(session, shown, told):
    session.rename(1, "<b>core</b>")
    session.paint(draw_voxel(session, (1, 1, 1)))

    shown.ask()

    first, last = told
    assert first == ("intensities", {"labels": None, "said": ""})
    voxels = session.labels.voxels[1]
    color = session.table[0].color
    assert last[1]["labels"] == [{"name": "<b>core</b>", "color": color, "voxels": voxels}]
    assert [each["color"] for each in shown._pipe.data] == [color]
    session.paint(draw_voxel(session, (10, 10, 4), label=2))
    shown.ask()
    assert len(shown._pipe.data) == 2


def test_where_nothing_is_labelled_it_says_what_to_do(shown, told):
    shown.ask()

    said = "Nothing is labelled yet: draw a stroke first."
    assert told[-1] == ("intensities", {"labels": [], "said": said})


def test_one_that_was_cancelled_says_so(session, shown, told):
    session.paint(draw_voxel(session, (1, 1, 1)))
    session.executors.kernels = executor = ByHand()
    shown.ask()

    session.cancel()
    executor.finish()

    assert told[-1] == ("intensities", {"labels": [], "said": histogram_plot.NOTHING})
