from __future__ import annotations

import asyncio

import nibabel as nib
import numpy as np
import pytest

from tests.scripted.crowd import annotate, different_volumes
from tests.scripted.probed_server import ProbedServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
FORMS = [
    pytest.param(3, 5, 5.0, id="short"),
    pytest.param(20, 600, 0.6, marks=pytest.mark.torture, id="issue"),
]


@pytest.fixture
def server(tmp_path, annotators):
    """A server of a folder with a volume of 2 M voxels for each annotator."""
    ball = (np.indices((128, 128, 120)) - 62).astype(np.float32)
    ball = ((ball**2).sum(0) < 58**2) * (100 + ball[0] % 23)
    image = nib.Nifti1Image(ball.astype(np.int16), np.eye(4))
    first, *files = different_volumes(image, tmp_path, annotators + 1)
    server = ProbedServer(first, tmp_path / "server.log")
    server.files = files
    yield server.wait()
    server.stop()


@pytest.mark.parametrize(("annotators", "seconds", "latest_s"), FORMS)
def test_each_stroke_of_a_crowd_is_acknowledged_while_superpixels_are_made(
    server, annotators, seconds, latest_s
):
    crowd = asyncio.run(annotate(server.url, server.files, seconds))

    assert crowd.errors == []
    assert len(crowd.waits) >= annotators * seconds * 0.5
    assert np.percentile(crowd.waits, 99) <= latest_s
