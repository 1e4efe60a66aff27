from __future__ import annotations

import asyncio
import signal

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tests.e2e.phantoms import STORED, phantom
from tests.e2e.serving import Server
from tests.scripted.annotator import Annotator
from tests.scripted.page_socket import ConnectionLost

pytestmark = pytest.mark.slow
INSIDE = (10, 18, 15)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A panel serve with a phantom open."""
    folder = tmp_path_factory.mktemp("scripted")
    nib.save(phantom(STORED["oblique"], seed=99), folder / "start.nii.gz")
    serving = Server(folder / "start.nii.gz", folder / "server.log")
    yield serving.wait()
    serving.stop()


def test_an_annotator_sees_each_stroke_and_its_undo_as_a_page_does(server):
    async def annotate():
        async with Annotator(server.url) as annotator:
            await annotator.ready()
            await annotator.stroke(*annotator.through("axial", INSIDE), label=2)
            painted, superpixel = annotator.labels.copy(), annotator.ids == annotator.ids[INSIDE]
            await annotator.undo()
            return painted, superpixel, annotator.labels, annotator.revision

    painted, superpixel, undone, revision = asyncio.run(annotate())

    assert_array_equal(painted, np.where(superpixel, 2, 0))
    assert not undone.any()
    assert revision == 2


def test_an_annotator_who_comes_later_is_sent_what_the_first_has_done(server):
    async def annotate():
        async with Annotator(server.url) as first:
            await first.ready()
            for plane, label in (("axial", 1), ("coronal", 2), ("sagittal", 3)):
                await first.stroke(*first.through(plane, INSIDE), label=label)
        async with Annotator(server.url) as second:
            await second.ready()
            return first.labels, second.labels, second.edits

    first, second, edits = asyncio.run(annotate())

    assert_array_equal(first, second)
    assert [title.rpartition(" ·")[0] for title in edits[-3:]] == [
        f"1 superpixel → label {label}" for label in (1, 2, 3)
    ]


def test_strokes_that_were_not_waited_for_are_all_taken(server):
    async def annotate():
        async with Annotator(server.url) as annotator:
            await annotator.ready()
            line = annotator.through("axial", INSIDE, (20, 18, 15))
            numbers = [await annotator.draw(*line, label=1 + n % 4) for n in range(10)]
            await annotator.until(lambda: annotator.taken == set(numbers))
            return annotator.labels[INSIDE]

    assert asyncio.run(annotate()) == 2


def test_a_server_that_is_killed_is_noticed_at_once(tmp_path):
    nib.save(phantom(STORED["ras"]), tmp_path / "start.nii.gz")
    server = Server(tmp_path / "start.nii.gz", tmp_path / "server.log").wait()

    async def annotate():
        async with Annotator(server.url) as annotator:
            await annotator.ready()
            server.signal(signal.SIGKILL)
            await annotator.stroke(*annotator.through("axial", INSIDE), seconds=3)

    try:
        with pytest.raises(ConnectionLost):
            asyncio.run(annotate())
    finally:
        server.stop()
