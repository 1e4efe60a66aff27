"""A journal that is cut or whose bits flip gives its longest valid beginning, and says so."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.cases import record_file, recovery
from dashboard.cases.case_folder import read_back
from dashboard.cases.case_store import Cases
from tests.cases.annotating import KEY, Annotator, fresh, memory

BEFORE, AFTER = 30, 40
LONG = [pytest.mark.torture, pytest.mark.timeout(3600)]


class Kept:
    """A case of two journals: the last was made with the memory after BEFORE things, and grew."""

    def __init__(self, root):
        self.memories = []
        self.ends = []
        for begin, end in ((0, BEFORE), (BEFORE, BEFORE + AFTER)):
            self.grow(root, begin, end)
        self.content = self.path.read_bytes()

    def grow(self, root, begin, end):
        cases = Cases(root)
        opened = cases.open(KEY, fresh, lambda *_: None)
        self.folder, annotator = opened.folder, Annotator(opened.case)
        self.path = recovery.journals(self.folder)[0]
        self.memories[begin:] = [memory(opened.case)]
        self.made = self.path.stat().st_size
        self.ends = [self.made]
        for n in range(begin, end):
            payload = annotator.act(n)
            opened.journal.append(payload)
            self.memories.append(memory(opened.case))
            self.ends.append(self.ends[-1] + record_file.OVERHEAD + len(payload))
        cases.close()

    def sound(self, at):
        """How many things are certain if the file is sound up to the byte `at`."""
        return BEFORE + max(0, sum(end <= at for end in self.ends) - 1)

    def read_back(self, content):
        self.path.write_bytes(content)
        return read_back(self.folder, KEY, fresh)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A case as it lies on disk."""
    kept = Kept(tmp_path_factory.mktemp("kept"))
    assert kept.ends[-1] == len(kept.content)
    return kept


def test_a_journal_that_nothing_has_happened_to_gives_all(kept):
    case, found = kept.read_back(kept.content)

    assert memory(case) == kept.memories[-1]
    assert (found.dropped, found.damaged) == (0, ())


@pytest.mark.parametrize("last", [1, pytest.param(20, marks=LONG)])
def test_a_journal_cut_at_any_byte_of_its_last_records_gives_all_before(kept, last):
    for at in range(kept.ends[-1 - last], len(kept.content)):
        case, found = kept.read_back(kept.content[:at])

        assert memory(case) == kept.memories[kept.sound(at)]
        assert found.dropped == at - max(end for end in kept.ends if end <= at)
        assert found.is_cut == (found.dropped > 0)


@pytest.mark.parametrize("step", [101, pytest.param(1, marks=LONG)])
def test_a_journal_cut_in_what_it_was_made_with_is_damaged_and_the_one_before_gives_all(kept, step):
    for at in range(0, kept.made, step):
        case, found = kept.read_back(kept.content[:at])

        assert memory(case) == kept.memories[BEFORE]
        assert found.damaged == (kept.path,)


@pytest.mark.parametrize("times", [100, pytest.param(1000, marks=LONG)])
def test_a_flipped_bit_costs_nothing_that_lies_before_it_and_is_told(kept, times):
    rng = np.random.default_rng(4)
    for at in rng.integers(0, len(kept.content), times):
        content = bytearray(kept.content)
        content[at] ^= 1 << int(rng.integers(8))

        case, found = kept.read_back(bytes(content))

        assert memory(case) == kept.memories[kept.sound(at)]
        assert found.dropped > 0 or at < kept.made
        assert found.is_cut or found.damaged == (kept.path,)
        if at < kept.ends[-2]:  # of the last nobody can tell whether it was written to the end
            assert found.damaged == (kept.path,)


def test_zeros_behind_the_records_are_one_that_was_not_written(kept):
    case, found = kept.read_back(kept.content + bytes(5000))

    assert memory(case) == kept.memories[-1]
    assert (found.dropped, found.is_cut, found.damaged) == (5000, True, ())
