"""The pane of the surfaces is sent what changed, and all of it when it begins."""

from __future__ import annotations

import asyncio
import zlib
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dashboard.annotation.label_table import Label
from dashboard.page import encoding
from dashboard.page.outbox import Outbox
from dashboard.page.protocol.table import PANE_MESSAGES, check_message
from dashboard.page.surface_encoding import encode
from dashboard.page.surface_pane import SurfacePane

VOLUME = SimpleNamespace(digest="d1", oriented=True, spacing=(0.5, 0.5, 3.0))
TABLE = (
    Label(1, "one", "#ff0000", True, False),
    Label(2, "two", "#00ff00", False, False),
)


class Script:
    """What the pane's script has been told."""

    def __init__(self):
        self.pane = SurfacePane(hear=lambda verb, values: None)
        self.pane._outbox = Outbox(self.hear)
        self.pane.send_message = self.hear
        self.said = []

    def hear(self, message):
        check_message(message, PANE_MESSAGES)
        for each in message.get("messages", [message]):
            self.said.append(each)

    def take(self):
        """All that has been said since it was asked last."""
        asyncio.run(self.pane._outbox.empty())
        said, self.said = self.said, []
        return said


@pytest.fixture
def script():
    """A script that has begun, with a volume that is open."""
    script = Script()
    script.pane.open(VOLUME)
    script.pane.begin()
    script.take()
    return script


def body(seed, points=500):
    """Points and triangles of no shape."""
    rng = np.random.default_rng(seed)
    vertices = rng.normal(0, 80, (points, 3)).astype(np.float32)
    return vertices, rng.integers(0, points, (2 * points, 3)).astype(np.int32)


def read(message):
    """What the script makes of a surface."""
    n, m = message["vertices"], message["faces"]
    content = np.frombuffer(zlib.decompress(message["data"]), np.uint8)
    steps = content[: 6 * n].reshape(2, -1).T.copy().view("<u2").reshape(n, 3)
    faces = content[6 * n :].reshape(4, -1).T.copy().view("<u4").reshape(m, 3)
    summed = np.cumsum(steps, axis=0, dtype=np.uint16), np.cumsum(faces, axis=0, dtype=np.uint32)
    return message["low"] + summed[0] * np.array(message["step"]), summed[1]


def kinds(said):
    return [(message["kind"], message.get("label")) for message in said]


@pytest.mark.parametrize("points", [3, 500, 70_000])
def test_a_surface_arrives_to_a_few_thousandths_of_a_millimetre(script, points):
    vertices, faces = body(0, points)

    script.pane.show(1, vertices, faces)
    vertices_there, faces_there = read(script.take()[-1])

    assert_allclose(vertices_there, vertices, atol=np.ptp(vertices, axis=0).max() / 65535)
    assert_array_equal(faces_there, faces)


def test_a_flat_surface_arrives_too():
    vertices = np.array([[0, 0, 5], [1, 0, 5], [0, 1, 5]], np.float32)

    encoded = encode(vertices, np.array([[0, 1, 2]], np.int32))

    assert_allclose(read(encoded._asdict())[0], vertices, atol=1e-4)


def test_only_what_changed_is_sent(script):
    for label in (0, 1, 2):
        script.pane.show(label, *body(label))
    assert kinds(script.take()) == [("surface", 0), ("surface", 1), ("surface", 2)]

    script.pane.show(2, *body(5))
    assert kinds(script.take()) == [("surface", 2)]


def test_a_script_that_begins_is_sent_all(script):
    script.pane.paint(TABLE)
    for label in (0, 1, 2):
        script.pane.show(label, *body(label))
    script.pane.set_visible(False)
    script.take()

    script.pane.begin()
    scene, shown, looks, *surfaces = script.take()

    assert scene == {"kind": "scene", "digest": "d1", "oriented": True, "inset": 0.25}
    assert shown == {"kind": "shown", "value": False}
    assert [look["label"] for look in looks["looks"]] == [1, 2]
    assert kinds(surfaces) == [("surface", 0), ("surface", 1), ("surface", 2)]


def test_before_a_script_has_begun_nothing_is_sent():
    script = Script()
    script.pane.open(VOLUME)
    script.pane.paint(TABLE)
    script.pane.show(1, *body(1))

    assert script.take() == []


def test_of_a_surface_that_changes_again_before_it_has_left_only_the_latest_is_sent(script):
    script.pane.show(1, *body(1))
    script.pane.show(1, *body(2))

    (sent,) = script.take()
    assert_allclose(read(sent)[0], body(2)[0], atol=0.02)


def test_what_an_earlier_volume_had_is_not_sent_after_it(script):
    script.pane.show(1, *body(1))
    script.pane.open(VOLUME)

    assert kinds(script.take()) == [("scene", None)]


def test_a_label_without_a_surface_goes_once(script):
    script.pane.show(1, *body(1))
    script.take()

    for _ in range(2):
        script.pane.show(1, np.empty((0, 3), np.float32), np.empty((0, 3), np.int32))

    assert kinds(script.take()) == [("gone", 1)]


def test_colours_are_sent_of_labels_that_have_a_surface_and_only_when_they_change(script):
    script.pane.paint(TABLE)
    assert script.take() == []

    script.pane.show(1, *body(1))
    looks, _ = script.take()
    assert looks["looks"] == [{"label": 1, "color": "#ff0000", "visible": True}]

    script.pane.paint((TABLE[0], TABLE[1]._replace(color="#0000ff")))
    assert script.take() == []
    script.pane.paint((TABLE[0]._replace(visible=False), TABLE[1]))
    (looks,) = script.take()
    assert looks["looks"] == [{"label": 1, "color": "#ff0000", "visible": False}]


def test_a_surface_that_is_large_travels_in_parts(script, monkeypatch):
    monkeypatch.setattr(encoding, "PIECE", 1000)
    script.pane.show(1, *body(1))

    said = script.take()

    assert [each["part"] for each in said] == list(range(said[0]["parts"]))
    whole = said[0] | {"data": b"".join(each["data"] for each in said)}
    assert_allclose(read(whole)[0], body(1)[0], atol=0.02)
