from __future__ import annotations

import numpy as np
import pytest

from dashboard.cases.journal_entry import Partitioned
from tests.cases.annotating import SHAPE, Annotator, fresh, memory


def replayed(payloads):
    case = fresh()
    case.replay(payloads)
    return case


@pytest.mark.parametrize("seed", range(5))
def test_a_case_that_goes_through_its_records_again_has_gone_the_same_way(seed):
    annotator = Annotator(fresh(), seed)

    payloads = [annotator.act(n) for n in range(60)]

    again = replayed(payloads)
    assert memory(again) == memory(annotator.case)
    assert list(again.taken) == list(annotator.case.taken)


@pytest.mark.parametrize("seed", range(5))
def test_the_shortest_journal_leads_to_the_same_case(seed):
    annotator = Annotator(fresh(), seed)
    long = [annotator.act(n) for n in range(60)]

    short = annotator.case.entries("c0ffee", "thick")

    assert memory(replayed(short[1:])) == memory(annotator.case)
    assert len(short) < len(long)


def test_the_extents_of_the_labels_come_back_too():
    annotator = Annotator(fresh())
    payloads = [annotator.act(n) for n in range(60)]

    again = replayed(payloads)

    assert again.labels.extents == annotator.case.labels.extents


def test_a_case_is_untouched_as_long_as_all_of_it_can_be_computed_again():
    case = fresh()

    case.note_view((2, 2, 1), 3)
    case.note_partition(Partitioned("1-1.ids", None, None, asked=False))

    assert case.is_untouched


@pytest.mark.parametrize("what", ["an edit", "an edit that was undone", "a name", "a partition"])
def test_a_case_is_touched_by_all_that_somebody_has_done(what):
    case = fresh()
    if what == "a name":
        case.name((case.table[0]._replace(name="liver"), *case.table[1:]))
    elif what == "a partition":
        case.note_partition(Partitioned("1-1.ids", None, None, asked=True))
    else:
        case.record(case.labels.replace(np.ones(SHAPE, np.uint16), "all"))
    if what == "an edit that was undone":
        case.step_back()

    assert not case.is_untouched


def test_the_names_of_what_was_asked_for_come_back_however_it_is_written():
    case = fresh()
    records = [
        case.record(case.labels.replace(np.ones(SHAPE, np.uint16), "all"), "a-1"),
        case.name((case.table[0]._replace(name="liver"), *case.table[1:]), "a-2"),
        case.note_view((2, 2, 1), 3, "a-3"),
        case.note_partition(Partitioned("1-1.ids", None, None, asked=False), "a-4"),
        case.take_series((), "a-5"),
        case.heard("a-6"),
    ]
    case.step_back()
    records.append(case.stepped("a-7"))
    names = [f"a-{n}" for n in range(1, 8)]

    short = case.entries("c0ffee", "thick")[1:]

    assert list(replayed(records).taken) == names
    assert sorted(replayed(short).taken) == names
    assert sorted(replayed(replayed(short).entries("c0ffee", "thick")[1:]).taken) == names


def test_a_journal_that_is_written_anew_names_the_latest_only(monkeypatch):
    monkeypatch.setattr("dashboard.cases.case.MOST_NAMES", 2)
    case = fresh()
    for n in range(4):
        case.heard(f"a-{n}")

    assert list(replayed(case.entries("c0ffee", "thick")[1:]).taken) == ["a-2", "a-3"]


def test_an_edit_leaves_the_table_what_it_is():
    case = fresh()
    table = case.table

    case.record(case.labels.replace(np.ones(SHAPE, np.uint16), "all"))
    case.step_back()

    assert case.table is table
    assert case.index is case.index
