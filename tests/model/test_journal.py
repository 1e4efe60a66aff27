from __future__ import annotations

from dashboard.model.journal import Journal
from dashboard.model.labels import Edit


def journal_of(*titles):
    journal = Journal()
    for title in titles:
        journal.record(Edit((), title))
    return journal


def test_an_empty_journal_has_nothing_to_undo_or_redo():
    journal = Journal()

    assert (journal.step_back(), journal.step_forward()) == (None, None)
    assert (journal.titles, journal.done) == ((), 0)


def test_steps_back_go_from_the_latest_to_the_first():
    journal = journal_of("a", "b", "c")

    assert [journal.step_back().title for _ in range(3)] == ["c", "b", "a"]
    assert journal.step_back() is None


def test_steps_forward_go_from_the_first_undone_to_the_latest():
    journal = journal_of("a", "b", "c")
    journal.step_back()
    journal.step_back()

    assert [journal.step_forward().title for _ in range(2)] == ["b", "c"]
    assert journal.step_forward() is None


def test_what_is_undone_stays_in_the_titles():
    journal = journal_of("a", "b", "c")

    journal.step_back()

    assert (journal.titles, journal.done) == (("a", "b", "c"), 2)


def test_a_new_edit_forgets_what_was_undone():
    journal = journal_of("a", "b", "c")
    journal.step_back()
    journal.step_back()

    journal.record(Edit((), "d"))

    assert (journal.titles, journal.done) == (("a", "d"), 2)
    assert journal.step_forward() is None
