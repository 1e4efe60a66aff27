from __future__ import annotations

import asyncio

import nibabel as nib
import numpy as np
import pytest

from tests.scripted.annotator import Annotator
from tests.scripted.probed_server import ProbedServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(14400)]
MIB = 2**20
OF_A_SESSION = ("Volume", "LabelMap", "Superpixels", "Case", "Journal", "Session", "Page")
FORMS = [
    pytest.param(6, 4, 100, id="short"),
    pytest.param(500, 100, 232, marks=pytest.mark.torture, id="issue"),  # 232³ float64 are 100 MB
]


@pytest.fixture
def server(tmp_path, edge):
    """A server of a ball in a cube of float64."""
    away = np.linalg.norm(np.indices((edge,) * 3, np.float32) - edge / 2, axis=0)
    ball = np.where(away < 0.45 * edge, 100.0 + away % 9, 0.0)
    nib.save(nib.Nifti1Image(ball, np.eye(4)), tmp_path / "ball.nii")
    server = ProbedServer(tmp_path / "ball.nii", tmp_path / "server.log")
    yield server.wait()
    server.stop()


async def open_stroke_close(url, label):
    async with Annotator(url, keep=()) as annotator:
        await annotator.ready()
        middle = tuple(size // 2 for size in annotator.copy.shape)
        await annotator.stroke(*annotator.through("axial", middle), label=label)


@pytest.mark.parametrize(("sessions", "first", "edge"), FORMS)
def test_a_closed_session_frees_what_it_held_in_all_processes(server, sessions, first):
    for session in range(sessions):
        asyncio.run(open_stroke_close(server.url, 1 + session % 4))
        if session + 1 == first:
            assert not any(server.census(*OF_A_SESSION).values())
            before, workers_before = server.ask("memory"), server.workers_mib()

    assert not any(server.census(*OF_A_SESSION).values())
    assert server.ask("memory") - before <= 20 * MIB
    assert server.workers_mib() - workers_before <= 40
