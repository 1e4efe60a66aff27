"""A server is killed at any moment while somebody draws: what was acknowledged is there."""

from __future__ import annotations

import asyncio
import itertools
import random
import shutil

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard.cases.case_store import Cases
from dashboard.session.autosave import Saved
from tests.conftest import Turns, draw_voxel, nifti_bytes, session_on, tissues
from tests.scripted.annotator import Annotator
from tests.scripted.mill import Mill, kill
from tests.scripted.page_socket import ConnectionLost

SHAPE = (24, 20, 12)
KILLS_A_FOLDER = 40  # then a fresh one: the history of a folder only grows
STARTS_S = 1.5
DRAWS_S = 0.5
PATIENCE_S = 60


class Expected:
    """The labels after each thing that was done, by plain numpy."""

    def __init__(self, labels, done):
        self.states = [(labels.copy(), done)]
        self._undoable = []

    @property
    def can_undo(self):
        return bool(self._undoable)

    def stroke(self, ids, ijk, length, label):
        """A line along i gives a label to all superpixels under it."""
        i, j, k = ijk
        labels, done = self.states[-1]
        touched = np.unique(ids[i : i + length, j, k])
        after = np.where(np.isin(ids, touched[touched > 0]), label, labels).astype(labels.dtype)
        changed = bool((after != labels).any())
        if changed:
            self._undoable.append(labels)
        self.states.append((after, done + changed))

    def undo(self):
        _, done = self.states[-1]
        self.states.append((self._undoable.pop(), done - 1))


class Hand:
    """Draws as fast as it goes until the server is gone, and knows what was acknowledged."""

    def __init__(self, url, ids, chance, expected):
        self.url, self.ids, self.chance, self.expected = url, ids, chance, expected
        self.killed = asyncio.Event()
        self.began = asyncio.Event()
        self.numbers = {}
        self.annotator = None

    @property
    def acknowledged(self):
        """How many of the things that were done are on disk, as far as anybody was told."""
        taken = self.annotator.taken if self.annotator else ()
        return max((self.numbers[n] for n in taken), default=0)

    async def draw(self):
        while not self.killed.is_set():
            try:
                async with Annotator(self.url, keep=("labels",)) as self.annotator:
                    await self.annotator.ready("labels", "ids")
                    for step in itertools.count(1):
                        await self._do(step)
                        self.began.set()
            except ConnectionLost:
                if self.numbers:
                    return
                await asyncio.sleep(0.02)

    async def _do(self, step):
        if self.expected.can_undo and self.chance.random() < 0.2:
            # As the page does: an undo must not overtake the stroke that it undoes.
            await self.annotator.until(lambda: self.annotator.taken >= set(self.numbers))
            self.expected.undo()
            await self.annotator.say("undo")
        else:
            i, j, k = (self.chance.randrange(size - 6) for size in SHAPE)
            length, label = self.chance.randint(1, 6), self.chance.randint(0, 4)
            self.expected.stroke(self.ids, (i, j, k), length, label)
            line = self.annotator.through("axial", (i, j, k), (i + length - 1, j, k))
            self.numbers[await self.annotator.draw(*line, label=label)] = step
        await asyncio.sleep(self.chance.random() * 0.02)


async def draw_and_kill(server, hand, chance):
    """Let a hand draw, and kill the server at a moment that nobody chose."""
    process, _ = server
    drawing = asyncio.create_task(hand.draw())
    try:
        if chance.random() < 0.15:  # while it starts, or reads the case back
            await asyncio.sleep(chance.random() * STARTS_S)
        else:
            await asyncio.wait_for(hand.began.wait(), PATIENCE_S)
            await asyncio.sleep(chance.random() * DRAWS_S)
    finally:
        hand.killed.set()
        kill(process)
    await drawing


class Folder:
    """A data folder with a volume that has been opened and partitioned."""

    def __init__(self, root, volume):
        self.root, self.volume = root, volume

    def read_back(self):
        """Open the case as the next server does; returns labels, edits in force and superpixels."""
        cases, turns = Cases(self.root), Turns()
        page = session_on(self.volume, cases=cases, schedule=turns)
        turns.until(lambda: page.volume is not None and page.job is None and page.saved == Saved())
        turns.until(lambda: not page.held or page.state.case.partitioned.file != "")
        assert page.held
        found = page.labels.data.copy(), page.history[1], page.superpixels.ids
        page.close()
        cases.close()
        return found


@pytest.fixture
def folder(tmp_path):
    """A data folder in which one stroke has been drawn."""
    folder = Folder(tmp_path / "data", tissues(SHAPE, np.diag([1.0, 1.2, 2.5, 1.0]), "scan"))
    cases, turns = Cases(folder.root), Turns()
    page = session_on(folder.volume, cases=cases, schedule=turns)
    turns.until(lambda: page.volume is not None and page.job is None)
    page.paint(draw_voxel(page, (1, 1, 1), label=1))
    turns.until(lambda: page.state.case.partitioned.file != "" and page.saved == Saved())
    page.close()
    cases.close()
    return folder


@pytest.fixture
def mill(tmp_path):
    """What makes servers."""
    grinding = Mill(tmp_path / "servers.log")
    yield grinding
    grinding.close()


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kills", [5, pytest.param(1000, marks=pytest.mark.torture)])
def test_no_acknowledged_edit_is_lost_when_the_server_is_killed(mill, folder, tmp_path, kills):
    scan = tmp_path / "scan.nii"
    scan.write_bytes(nifti_bytes(folder.volume.data, folder.volume.affine))
    fresh = tmp_path / "fresh"
    shutil.copytree(folder.root, fresh)
    chance, drawn = random.Random(kills), 0

    for kill_number in range(kills):
        if kill_number % KILLS_A_FOLDER == 0:
            shutil.rmtree(folder.root)
            shutil.copytree(fresh, folder.root)
            labels, done, ids = folder.read_back()
        expected = Expected(labels, done)
        server = mill.serve(scan, folder.root)
        hand = Hand(server[1], ids, chance, expected)
        asyncio.run(draw_and_kill(server, hand, chance))

        labels, done, again = folder.read_back()

        assert_array_equal(again, ids)
        possible = expected.states[hand.acknowledged :]
        assert any(n == done and np.array_equal(after, labels) for after, n in possible), (
            f"after kill {kill_number}: {hand.acknowledged} of {len(expected.states) - 1} "
            f"acknowledged, {done - expected.states[0][1]} edits found; the server said "
            f"{list(hand.annotator.notices)}"
        )
        drawn += hand.acknowledged
    print(f"{kills} kills, {drawn} acknowledged, none lost")  # noqa: T201 - a figure to report
    assert drawn > kills  # else the kills came before there was something to lose
