"""After a power cut at any moment all is there that was acknowledged before it."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from dashboard.cases.case_folder import read_back
from dashboard.cases.case_store import Cases
from tests.cases.annotating import KEY, Annotator, fresh, memory
from tests.cases.power import Disk, Power

LOSSES = (0.0, 0.3, 0.7, 1.0)


class Recorder:
    """Annotates a case, over several openings, while all that reaches the disk is recorded."""

    def __init__(self, root, monkeypatch):
        self.root, self.power = root, Power(monkeypatch)
        self.states, self.saved, self.done = [memory(fresh())], 0, 0
        self.heard = threading.Condition()

    def open(self):
        self.cases = Cases(self.root)
        self.first = self.done
        self.opened = self.cases.open(KEY, fresh, self.hear)
        self.folder = self.opened.folder
        self.annotator = Annotator(self.opened.case)
        assert memory(self.opened.case) == self.states[-1]

    def hear(self, journal, progress):
        with self.heard:
            self.saved = self.first + progress.saved
            self.power.note("saved", self.saved)
            self.heard.notify_all()

    def act(self, times, at_once=1):
        for _ in range(times):
            for _ in range(at_once):
                payload = self.annotator.act(self.done)
                self.done += 1
                self.states.append(memory(self.opened.case))
                self.opened.journal.append(payload)
            with self.heard:
                assert self.heard.wait_for(lambda: self.saved >= self.done, 30)

    def close(self):
        self.cases.close()


@pytest.fixture
def recorder(tmp_path, monkeypatch):
    """Somebody who annotates on a disk that can lose its power."""
    return Recorder(tmp_path / "root", monkeypatch)


def assert_survives(recorder, folder, tries):
    """Cut the power after each event, and read back what is then there."""
    disk, rng, saved = Disk(), np.random.default_rng(6), 0
    folder.mkdir()
    for event in tuple(recorder.power.events):
        disk.do(event)
        if event[0] == "saved":
            saved = max(saved, event[1])
        for keep in LOSSES * tries:
            for path in folder.iterdir():
                path.unlink()
            for name, content in disk.cut(rng, keep).items():
                (folder / name).write_bytes(content)
            case, _ = read_back(folder, KEY, fresh)
            assert memory(case) in recorder.states[saved:]


LONG = [pytest.mark.torture, pytest.mark.timeout(3600)]
TIMES = pytest.mark.parametrize(("times", "tries"), [(4, 1), pytest.param(15, 10, marks=LONG)])


@TIMES
def test_while_records_are_appended_and_the_case_is_opened_again(recorder, tmp_path, times, tries):
    for _ in range(4):  # the third opening removes the first journal
        recorder.open()
        recorder.act(times)
        recorder.act(1, at_once=times)
        recorder.close()

    assert_survives(recorder, tmp_path / "cut", tries)


@pytest.mark.slow
@TIMES
def test_while_the_disk_fails_and_the_journal_moves(recorder, tmp_path, times, tries):
    recorder.open()
    for failures in (1, 2):
        recorder.act(times)
        recorder.power.failing = failures
        recorder.act(times)
    recorder.close()
    recorder.open()
    recorder.act(1)
    recorder.close()

    assert "fail" in {event[0] for event in recorder.power.events}
    assert_survives(recorder, tmp_path / "cut", tries)
