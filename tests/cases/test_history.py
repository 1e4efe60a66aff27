from __future__ import annotations

from dashboard.annotation.label_map import Edit
from dashboard.cases.history import History
from dashboard.cases.journal_entry import pack_edit


def history_of(*titles):
    history = History()
    for title in titles:
        history.record(title, pack_edit(Edit((), title)))
    return history


def test_an_empty_history_has_nothing_to_undo_or_redo():
    history = History()

    assert (history.step_back(), history.step_forward()) == (None, None)
    assert (history.titles, history.done) == ((), 0)


def test_steps_back_go_from_the_latest_to_the_first():
    history = history_of("a", "b", "c")

    assert [history.step_back().title for _ in range(3)] == ["c", "b", "a"]
    assert history.step_back() is None


def test_steps_forward_go_from_the_first_undone_to_the_latest():
    history = history_of("a", "b", "c")
    history.step_back()
    history.step_back()

    assert [history.step_forward().title for _ in range(2)] == ["b", "c"]
    assert history.step_forward() is None


def test_an_edit_is_kept_as_it_was_recorded():
    history = history_of("a", "b")

    assert history.payloads == tuple(pack_edit(Edit((), title)) for title in "ab")


def test_what_is_undone_stays_in_the_titles():
    history = history_of("a", "b", "c")

    history.step_back()

    assert (history.titles, history.done) == (("a", "b", "c"), 2)


def test_a_new_edit_forgets_what_was_undone():
    history = history_of("a", "b", "c")
    history.step_back()
    history.step_back()

    history.record("d", pack_edit(Edit((), "d")))

    assert (history.titles, history.done) == (("a", "d"), 2)
    assert history.step_forward() is None
