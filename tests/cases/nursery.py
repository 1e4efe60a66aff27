"""Processes that write to a case, quick to start and meant to be killed.

Run as a script it forks a child for each line it reads: of the names of a writer and its options.
A child reports what happens, a line each, in a file that outlives it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from itertools import count
from pathlib import Path

import numpy as np

from dashboard.cases.case_store import Cases
from dashboard.cases.lease import LeaseWatch
from tests.cases.annotating import KEY, SUPERPIXELS, Annotator, fresh
from tests.conftest import partitioned

MOST_S = 600
AHEAD = 40


class Nursery:
    """Starts writers."""

    def __init__(self):
        arguments = [sys.executable, "-m", "tests.cases.nursery"]
        root = Path(__file__).parents[2]
        self.process = subprocess.Popen(
            arguments, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, kind, report, **options):
        line = json.dumps({"kind": kind, "report": str(report), **options})
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return Writer(int(self.process.stdout.readline()), report)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Writer:
    """A child: to be killed, stopped, and asked what it has reported."""

    def __init__(self, pid, report):
        self.pid, self.report = pid, report
        self.handle = os.pidfd_open(pid)

    def signal(self, which):
        signal.pidfd_send_signal(self.handle, which)

    def kill(self):
        self.signal(signal.SIGKILL)
        select.select([self.handle], [], [])
        os.close(self.handle)

    def told(self):
        """The lines of its report."""
        return self.report.read_text().splitlines() if self.report.exists() else []

    def wait_for(self, word, lines=0, timeout=60):
        """Wait until a line behind the first `lines` begins with `word`; returns its number."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            told = self.told()
            for number, line in enumerate(told[lines:], lines):
                if line.startswith(word):
                    return number
            time.sleep(0.005)
        raise TimeoutError(f"{word!r} is not in {told[-20:]}")

    def wait_for_lines(self, number, timeout=60):
        """Wait until its report has so many lines."""
        until = time.monotonic() + timeout
        while len(self.told()) < number:
            if time.monotonic() > until:
                raise TimeoutError(f"expected {number} lines; got {self.told()}")
            time.sleep(0.005)


class Report:
    def __init__(self, path):
        self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def __call__(self, text):
        os.write(self.descriptor, f"{text}\n".encode())


def annotate(report, root, seed, first):
    """Do one thing after the other from the `first` on; report how many are acknowledged."""
    acknowledged = [0]

    def hear(journal, progress):
        acknowledged[0] = progress.saved
        report(first + progress.saved)

    opened = Cases(Path(root)).open(KEY, fresh, hear)
    report(f"opened {len(opened.holder)}")
    annotator, rng = Annotator(opened.case, seed), np.random.default_rng()
    for done in count():
        opened.journal.append(annotator.act(first + done))
        while done - acknowledged[0] > AHEAD:
            time.sleep(0.001)
        time.sleep(rng.exponential(0.001))


def take_turns(report, root, name, stale_s, beat_s, by_force):
    """Write when nobody else does, or at once; tell what is acknowledged and when it is lost."""
    cases, number = Cases(Path(root), beat_s=beat_s), count()
    while True:
        opened = take(cases, report, by_force, stale_s)
        by_force = False
        write(opened, report, name, number)


def take(cases, report, by_force, stale_s):
    """Hold the case as soon as it is free."""

    def hear(journal, progress):
        report(f"saved {journal.epoch} {progress.saved}")
        if progress.lost:
            report(f"lost {journal.epoch}")

    opened = cases.open(KEY, fresh, hear, by_force=by_force)
    while not opened.writes:
        watch = LeaseWatch(opened.folder, stale_s=stale_s)
        while not watch.is_free():
            time.sleep(0.01)
        opened = cases.open(KEY, fresh, hear, by_force=True)
    report(f"held {opened.journal.epoch}")
    return opened


def write(opened, report, name, number):
    """Append edits as long as it holds the case, and a few more behind that."""
    superpixels, rng = partitioned(SUPERPIXELS), np.random.default_rng()
    journal, case = opened.journal, opened.case
    left = 5
    while left:
        title = f"{name} {next(number)}"
        edit = case.labels.assign(superpixels, rng.integers(1, 9, 1), next_label(case), title)
        appended = journal.append(case.record(edit))
        report(f"appended {journal.epoch} {appended} {title}")
        left -= not journal.is_open
        while appended - journal.progress.saved > AHEAD and journal.is_open:
            time.sleep(0.001)
        time.sleep(rng.exponential(0.002))


def next_label(case):
    return len(case.history.titles) % 1000 + 1


KINDS = {"annotate": annotate, "take turns": take_turns}


def live(told):
    signal.alarm(MOST_S)
    report = Report(told.pop("report"))
    try:
        KINDS[told.pop("kind")](report, **told)
    except BaseException:
        report(f"died {traceback.format_exc()}")
        raise
    finally:
        os._exit(1)


def main():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed
    partitioned(SUPERPIXELS)  # loads the kernel, once for all
    for line in sys.stdin:
        told = json.loads(line)
        pid = os.fork()
        if pid == 0:
            live(told)
        print(pid, flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
