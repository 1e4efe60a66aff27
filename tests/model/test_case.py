from __future__ import annotations

import pytest

from dashboard.model.case import Case, Cases
from dashboard.model.labels import Edit, LabelMap
from dashboard.model.palette import first_labels
from tests.conftest import partitioned, slab

KEY = ("ada", "digest of a scan")


def begin():
    return Case(LabelMap((1, 4, 1)), first_labels(), (0, 2, 0))


@pytest.fixture
def cases():
    """What a process remembers: nothing yet."""
    return Cases()


@pytest.fixture
def told():
    """The names of the holders who were told that they lost their case."""
    return []


def taken(cases, told, name, key=KEY):
    def lose():
        told.append(name)

    return cases.take(key, begin, lose), lose


def test_the_next_holder_gets_the_same_case_and_the_last_one_is_told(cases, told):
    case, _ = taken(cases, told, "first")

    again, _ = taken(cases, told, "second")

    assert again is case
    assert told == ["first"]


def test_the_one_who_lost_a_case_is_told_once(cases, told):
    for name in ("first", "second", "third"):
        taken(cases, told, name)

    assert told == ["first", "second"]


@pytest.mark.parametrize("other", [("ada", "another scan"), ("bob", KEY[1])])
def test_another_user_or_volume_has_a_case_of_its_own(cases, told, other):
    case, _ = taken(cases, told, "first")

    another, _ = taken(cases, told, "second", other)

    assert another is not case
    assert told == []


def test_who_gave_a_case_back_is_not_told(cases, told):
    _, lose = taken(cases, told, "first")
    cases.leave(KEY, lose)

    taken(cases, told, "second")

    assert told == []


def test_who_lost_a_case_cannot_give_it_back(cases, told):
    _, lose = taken(cases, told, "first")
    case, _ = taken(cases, told, "second")

    cases.leave(KEY, lose)
    third, _ = taken(cases, told, "third")

    assert third is case
    assert told == ["first", "second"]


def test_a_case_in_which_nothing_was_drawn_is_forgotten(cases, told):
    case, lose = taken(cases, told, "first")
    case.superpixels = partitioned(slab("1122"))

    cases.leave(KEY, lose)

    assert taken(cases, told, "second")[0] is not case


def test_a_case_whose_labels_have_got_names_is_remembered(cases, told):
    case, lose = taken(cases, told, "first")
    case.table = (case.table[0]._replace(name="liver"), *case.table[1:])

    cases.leave(KEY, lose)

    assert taken(cases, told, "second")[0] is case


@pytest.mark.parametrize("undone", [False, True])
def test_a_case_in_which_something_was_drawn_is_remembered(cases, told, undone):
    case, lose = taken(cases, told, "first")
    case.journal.record(Edit((), "a stroke"))
    if undone:
        case.journal.step_back()

    cases.leave(KEY, lose)

    assert taken(cases, told, "second")[0] is case
