"""The bar says "saved" of what the server has acknowledged, and every change is done once."""

from __future__ import annotations

import signal

import pytest
from playwright.sync_api import expect

PLAIN = "window.supervox && supervox.ready && supervox.saved"
# Lets the page take a message as if it came from its server.
TAKE = """(message) => {
  const views = Object.values(Bokeh.index.roots ?? Bokeh.index)
  const bench = views.find((view) => view._event_handlers?.length)
  for (const take of bench._event_handlers) take(message)
}"""


@pytest.fixture
def bench(complaining):
    """A page at rest; what tests before this one did has been taken back."""
    complaining.until(PLAIN)
    return complaining


def draw_here(bench, label):
    """A stroke through the cursor on the axial slice."""
    i, j, k = bench.cursor
    bench.press(str(label))
    bench.stroke("axial", (i, j, k), (i + 6, j, k), steps=4)


def labelled(bench, label):
    bench.until("([ijk, n]) => supervox.labelAt(...ijk) === n", [list(bench.cursor), label])


def edits(bench):
    """What the history tells, newest first, without the beginning."""
    return [row.inner_text().split("\n")[0] for row in bench.edits.all()][:-1]


def said(bench):
    """What the bar and the page's object say at one moment."""
    mark, answer = (
        bench.mark.element_handle(),
        "[mark.textContent, supervox.pending, supervox.saved]",
    )
    return bench.page.evaluate(f"(mark) => {answer}", mark)


@pytest.mark.slow
def test_an_undo_stays_between_the_strokes_between_which_it_was_pressed(bench):
    for _ in range(3):
        draw_here(bench, 1)
        bench.press("z")
        draw_here(bench, 2)
        bench.wait_settled()
        bench.until(PLAIN)

        labelled(bench, 2)
        assert [title.partition("→")[2].strip() for title in edits(bench)] == ["label 2"]
        bench.press("z")
        bench.until(PLAIN)
        labelled(bench, 0)


@pytest.mark.slow
def test_nothing_is_called_saved_that_a_server_which_does_not_answer_has_not_got(bench, mortal):
    draw_here(bench, 1)
    bench.until(PLAIN)
    labelled(bench, 1)

    mortal.signal(signal.SIGSTOP)
    bench.press("z")

    assert said(bench) == ["saving…", 1, False]
    draw_here(bench, 2)
    mark, pending, saved = said(bench)
    assert (mark, saved) == ("saving…", False)
    assert pending == 2  # a label that is chosen changes nothing that could be lost
    expect(bench.warning).to_contain_text("2 changes were on the way")
    mortal.signal(signal.SIGCONT)
    bench.until(PLAIN)
    expect(bench.mark).to_have_text("✓ saved")
    labelled(bench, 2)
    assert [title.endswith("label 2") for title in edits(bench)] == [True]
    bench.press("z")
    bench.until(PLAIN)


@pytest.mark.slow
def test_what_a_killed_server_had_not_got_is_done_once_by_the_next_one(bench, mortal):
    draw_here(bench, 1)
    draw_here(bench, 2)
    bench.press("3")  # of a label that is not chosen the lock is not seen
    bench.button("Lock: never paint over label 3").focus()
    bench.until(PLAIN)
    mortal.signal(signal.SIGSTOP)
    bench.press("z")
    bench.press("Enter")
    assert bench.pending == 2
    mortal.kill()

    mortal.start_again()
    expect(bench.page.get_by_text("sent again that the server")).to_be_visible(timeout=60_000)
    bench.until(PLAIN)
    labelled(bench, 1)

    assert [title.partition("→")[2].strip() for title in edits(bench)] == ["label 2", "label 1"]
    expect(bench.button("Unlock label 3")).to_be_attached()
    bench.page.reload()
    bench.until(PLAIN)
    labelled(bench, 1)
    expect(bench.button("Unlock label 3")).to_be_attached()


@pytest.mark.slow
def test_a_stroke_that_is_sent_again_leaves_the_one_whole_that_is_being_drawn(bench, mortal):
    i, j, k = bench.cursor
    corners = (i, j + 3, k), (i, j + 6, k), (i + 6, j + 6, k)
    begin, middle, end = bench.ways([("axial", corners)])[0]
    mortal.signal(signal.SIGSTOP)
    draw_here(bench, 1)
    bench.press("2")
    bench.page.mouse.move(*begin)
    bench.page.mouse.down()
    bench.page.mouse.move(*middle, steps=4)

    for held in (False, True):  # which puts the first stroke aside, and has it sent again
        bench.page.evaluate(TAKE, {"kind": "kept", "held": held, "pending": 0, "trouble": ""})
    expect(bench.page.get_by_text("sent again that the server")).to_be_visible()
    bench.page.mouse.move(*end, steps=4)
    bench.page.mouse.up()
    assert bench.pending == 2
    mortal.signal(signal.SIGCONT)
    bench.until(PLAIN)

    bench.until("(ijk) => supervox.labelAt(...ijk) === 2", [i + 6, j + 6, k])
    assert [title.partition("→")[2].strip() for title in edits(bench)[:2]] == ["label 2", "label 1"]
