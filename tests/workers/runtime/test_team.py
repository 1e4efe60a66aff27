from __future__ import annotations

import os
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.runtime import team
from workers.runtime.team import Team, at_most, split, usable


@pytest.fixture
def four_cores(monkeypatch):
    """A machine on which this process may use four cores."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 5}, raising=False)


def part(begin, end, *args):
    return begin, end, *args


def whole(ranges):
    """The items of ranges that come one after the other."""
    return [item for begin, end in ranges for item in range(begin, end)]


@given(n=st.integers(0, 200), parts=st.integers(1, 50))
def test_parts_are_alike_none_is_empty_and_together_they_are_all(n, parts):
    ranges = split(n, parts)

    sizes = {end - begin for begin, end in ranges}
    assert whole(ranges) == list(range(n))
    assert len(ranges) == min(n, parts)
    assert not sizes or (min(sizes) > 0 and max(sizes) - min(sizes) <= 1)


@given(n=st.integers(0, 40), threads=st.integers(1, 5), parts_each=st.integers(1, 4))
def test_a_team_does_all_the_work_once_and_answers_in_its_order(n, threads, parts_each):
    with Team(threads) as a_team:
        parts = a_team.share(part, n, parts_each=parts_each)

    assert whole(parts) == list(range(n))
    assert len(parts) <= threads * parts_each


def test_each_part_is_given_what_is_common():
    with Team(2) as a_team:
        parts = a_team.share(part, 2, "ids", "found", parts_each=1)

    assert parts == [(0, 1, "ids", "found"), (1, 2, "ids", "found")]


def test_members_work_side_by_side():
    meeting = threading.Barrier(3, timeout=30)

    with Team(3) as a_team:
        arrivals = a_team.share(lambda *_: meeting.wait(), 3, parts_each=1)

    assert sorted(arrivals) == [0, 1, 2]


def test_a_team_of_one_is_the_caller_itself_and_gets_all_in_one_part():
    with Team(1) as a_team:
        threads = a_team.share(lambda *_: threading.get_ident(), 100)

    assert threads == [threading.get_ident()]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("error", [ValueError, CancelledError])
def test_an_error_in_a_part_comes_through(threads, error):
    def fail_in_the_middle(begin, end):
        if begin <= 5 < end:
            raise error

    with pytest.raises(error), Team(threads) as a_team:
        a_team.share(fail_in_the_middle, 10)


def test_after_an_error_no_thread_is_left():
    before = threading.active_count()

    with pytest.raises(ZeroDivisionError), Team(2) as a_team:
        a_team.share(lambda begin, end: 1 // begin, 10)

    assert threading.active_count() == before


@pytest.mark.parametrize("threads", [0, -1])
def test_less_than_one_thread_is_refused(threads):
    with pytest.raises(ValueError, match=f"threads must be 1 or more; got {threads}"):
        Team(threads)
    with pytest.raises(ValueError, match="threads must be 1 or more"), at_most(threads):
        pass


def test_a_team_is_as_large_as_the_cores_that_the_process_may_use(four_cores):
    assert usable() == 4
    with Team() as a_team:
        assert a_team.threads == 4


def test_where_the_system_does_not_tell_all_cores_count(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)

    assert usable() == 3


def test_a_bound_holds_inside_and_no_longer(four_cores):
    with at_most(3):
        assert usable() == 3

    assert usable() == 4


def test_a_bound_beyond_the_cores_adds_none(four_cores):
    with at_most(99):
        assert usable() == 4


def test_a_bound_within_a_bound_cannot_widen_it(four_cores):
    with at_most(2), at_most(3):
        assert usable() == 2


def test_a_bound_that_an_error_ends_is_gone(four_cores):
    with pytest.raises(KeyError), at_most(1):
        raise KeyError

    assert usable() == 4


def test_a_bound_is_that_of_its_own_thread(four_cores):
    with at_most(1), ThreadPoolExecutor(1) as another:
        elsewhere = another.submit(usable).result()

    assert elsewhere == 4


def test_what_is_asked_for_by_number_is_not_bounded(four_cores):
    with at_most(1), Team(2) as a_team:
        assert a_team.threads == 2


@pytest.mark.parametrize(("told", "cores"), [("200000 100000", 2), ("50000 100000", 1)])
def test_a_container_has_the_cores_that_it_is_given(tmp_path, told, cores):
    quota = tmp_path / "cpu.max"
    quota.write_text(told)

    assert team._share(quota) == cores


def test_a_container_without_a_limit_has_them_all(tmp_path):
    quota = tmp_path / "cpu.max"
    quota.write_text("max 100000")

    assert team._share(quota) > 10_000
    assert team._share(tmp_path / "none") > 10_000
