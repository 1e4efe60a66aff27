"""Threads of one worker unpack their calls, and so import what these need, one after the other."""

from __future__ import annotations

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.cluster.run_kernel import unpack as unpack_call

both = threading.Barrier(2)


class Call:
    """What meets another of its kind where two are unpacked at once."""

    def __reduce__(self):
        return meet, ()


def meet():
    try:
        both.wait(0.3)
    except threading.BrokenBarrierError:
        return abs
    raise AssertionError("Two were unpacked at once.")


@pytest.fixture
def unpack():
    """Unpack a call of a kernel without arrays, as a worker does."""
    call = pickle.dumps((Call(), {0: -3}, False))
    return lambda _: unpack_call(call, {}, [], None, 1)()


def test_two_threads_do_not_unpack_at_once(unpack):
    with ThreadPoolExecutor(2) as threads:
        assert [*threads.map(unpack, range(2))] == [3, 3]
