from __future__ import annotations

from concurrent.futures import CancelledError
from pathlib import Path

import numba
import numpy as np
import pytest

from tests.workers.runtime.fresh_pythons import FreshPythons
from workers.runtime.compiled import COMPILING, compiled, compiling_said

KERNEL = """
from constants import TWO
from workers.runtime.compiled import compiled
from workers.runtime.vectors import load, put

@compiled
def twice(n):
    return times(n)

@compiled
def times(n):
    return TWO * n

@compiled
def first(pair):
    return pair.a

@compiled
def copied(numbers):
    put(numbers, 0, load(numbers, 0))
    return numbers[0]
"""
CALL = """
import kernel
print(kernel.twice(21), len(kernel.twice.stats.cache_hits), kernel.twice.stats.cache_path)
"""
CALL_WITH_A_PAIR = """
import kernel, pairs
print(kernel.first(pairs.pair), len(kernel.first.stats.cache_hits), "")
"""
CALL_WITH_LANES = """
import numpy as np, workers.runtime.compiled
workers.runtime.compiled._digest = lambda: {text!r}
import kernel
print(kernel.copied(np.full(16, 7, "f4")), len(kernel.copied.stats.cache_hits), "")
"""
PAIR = """
from typing import NamedTuple

class {name}(NamedTuple):
    {first}: float
    {second}: float

pair = {name}(a=1.0, b=2.0)
"""


class Folder:
    """A folder with a kernel, and a home; either may be one that nobody can write to.

    Not even root can make a folder where a file lies already.
    """

    def __init__(self, path, pythons):
        self.path, self.home, self._pythons = path, path / "home", pythons
        (path / "kernel.py").write_text(KERNEL)
        self.define(2)

    def define(self, two):
        (self.path / "constants.py").write_text(f"TWO = {two}")

    def close(self):
        (self.path / "__pycache__").write_text("a file")

    def close_home(self):
        self.home.write_text("a file")

    def define_pair(self, name, first, second):
        text = PAIR.format(name=name, first=first, second=second)
        (self.path / "pairs.py").write_text(text)

    def call(self, script=CALL):
        """Call a kernel in a process of its own: its result, cache hits and cache folder."""
        home = dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA"), str(self.home))
        status, printed = self._pythons.run(script, self.path, home)
        assert status == 0
        result, hits, place = printed.rstrip("\n").split(" ", 2)
        return float(result), int(hits), place


@pytest.fixture(scope="module")
def pythons():
    """Where the processes come from."""
    pythons = FreshPythons()
    yield pythons
    pythons.close()


@pytest.fixture
def folder(pythons, tmp_path):
    """A folder and a home that can be written to."""
    return Folder(tmp_path, pythons)


def test_what_was_compiled_is_kept_beside_the_module_for_the_next_process(folder):
    beside = str(folder.path / "__pycache__")

    assert folder.call() == (42, 0, beside)
    assert folder.call() == (42, 1, beside)


def test_what_was_compiled_with_another_modules_constant_is_out_of_date_when_that_changes(folder):
    folder.call()

    folder.define(2.5)

    assert folder.call()[:2] == (52.5, 0)
    assert folder.call()[:2] == (52.5, 1)


def test_so_is_what_was_compiled_with_lanes_that_are_made_otherwise_now(folder):
    before, now = (CALL_WITH_LANES.format(text=text) for text in ("as before", "otherwise"))
    folder.call(before)

    assert folder.call(before)[:2] == (7, 1)
    assert folder.call(now)[:2] == (7, 0)
    assert folder.call()[:2] == (42, 0)


@pytest.mark.parametrize("changed", [("Pair", "b", "a"), ("Couple", "a", "b")])
def test_so_is_what_was_compiled_for_a_named_tuple_that_has_changed_or_gone(folder, changed):
    folder.define_pair("Pair", "a", "b")
    folder.call(CALL_WITH_A_PAIR)
    kept = folder.call(CALL_WITH_A_PAIR)

    folder.define_pair(*changed)

    assert kept == (1, 1, "")
    assert folder.call(CALL_WITH_A_PAIR) == (1, 0, "")
    assert folder.call(CALL_WITH_A_PAIR) == (1, 1, "")


@pytest.mark.parametrize("cut_off", ["*.nbi", "*.nbc"])
def test_what_was_kept_and_is_cut_off_is_compiled_anew(folder, cut_off):
    folder.call()

    for path in (folder.path / "__pycache__").glob(cut_off):
        path.write_bytes(b"")

    assert folder.call()[:2] == (42, 0)
    assert folder.call()[:2] == (42, 1)


def test_where_the_folder_is_read_only_it_is_kept_in_the_users_cache(folder):
    folder.close()

    _, _, place = folder.call()
    result, hits, _ = folder.call()

    assert (result, hits) == (42, 1)
    assert Path(place).is_relative_to(folder.home)


def test_where_the_home_is_too_each_process_compiles_anew(folder):
    folder.close()
    folder.close_home()

    assert folder.call() == (42, 0, "None")
    assert folder.call() == (42, 0, "None")


def test_a_kernel_lets_go_of_the_gil_and_divides_as_numpy_does():
    @compiled
    def divided(a, b):
        return a / b

    assert divided.targetoptions["nogil"]
    assert divided(1.0, 0.0) == float("inf")


def test_an_option_of_numbas_can_be_given():
    @compiled(boundscheck=True)
    def item(items, n):
        return items[n]

    with pytest.raises(IndexError):
        item(np.zeros(2), 5)


@pytest.fixture
def nothing_kept(tmp_path, monkeypatch):
    """What is compiled here is not what an earlier run of the tests has left."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))


def test_while_something_is_compiled_that_is_said_until_it_has_gone_on(nothing_kept):
    heard = []

    def report(fraction):
        heard.append(fraction)

    report.say = heard.append

    @compiled
    def half(n):
        return n / 2

    with compiling_said(report) as told:
        told(0.1)
        half(1)
        half(1.0)
        told(0.2)
        half(2)
        told(0.3)

    assert heard == [0.1, COMPILING, "", 0.2, 0.3]


def test_nothing_is_said_where_it_is_loaded(folder):
    said = """
import kernel
from workers.runtime.compiled import compiling_said

def report(fraction):
    pass

heard = []
report.say = heard.append
with compiling_said(report):
    kernel.twice(21)
print(len(heard), 0, "")
"""

    assert folder.call(said)[0] == 1
    assert folder.call(said)[0] == 0


def test_who_does_not_wait_any_more_stops_at_the_next_fraction_and_not_in_the_compiler(
    nothing_kept,
):
    def report(fraction):
        raise CancelledError

    report.say = report

    @compiled
    def third(n):
        return n / 3

    with compiling_said(report) as told:
        assert third(3) == 1
        with pytest.raises(CancelledError):
            told(0.5)
