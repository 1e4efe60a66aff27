from __future__ import annotations

import sys
import zlib
from concurrent.futures import Future
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from panel.io.state import set_curdoc

from dashboard.annotation.partition_settings import Settings
from dashboard.page import encoding
from dashboard.page.volume_feed import messages
from dashboard.session.session import Session
from tests.conftest import Inline, Turns, draw
from tests.page.test_page import Browser
from tests.stored import partition_stored, store_volume


@pytest.fixture
def turns():
    """The page's thread."""
    return Turns()


@pytest.fixture
def browser(oblique, tmp_path, turns, monkeypatch):
    """A page of a volume on disk that has begun; it is told what it asks for."""
    driver = SimpleNamespace(partition_stored=partition_stored)
    monkeypatch.setitem(sys.modules, "dashboard.volumes.cache.partitions", driver)
    session = Session(Inline(), Inline(), turns)
    session.first_settings = Settings(count=30, threshold=None)
    browser = Slicing(session, turns)
    with set_curdoc(browser.document):
        session.opening.resume(store_volume(oblique, tmp_path, levels=3), "Opening")
        turns.until(lambda: session.superpixels is not None and session.job is None)
    browser.say("begin")
    browser.deliver()
    yield browser
    browser.page._close()


class Slicing(Browser):
    """A page that collects the parts that it has asked for."""

    def __init__(self, session, turns):
        super().__init__(session)
        self.turns, self.parts, self.packed = turns, {}, {}

    def hear_part(self, message):
        name = message["of"], message["axis"], message["index"], message["level"]
        self.packed[name] = self.packed.get(name, b"") + content_of(message)
        if len(self.packed[name]) == message["length"] * np.dtype(message["dtype"]).itemsize:
            self.parts[name] = unpacked(self.packed[name], message)

    def hear_end(self, _):
        """Take no whole array: sizes are no volume."""

    def hear_painted(self, _):
        """Paint nothing."""

    def ask(self, axis, index, *parts, level=0, case=None):
        case = self.last("open")["case"] if case is None else case
        at = {"axis": axis, "index": index, "level": level}
        self.say("slice", case=case, **at, parts=list(parts), ahead=False)

    def receive(self, *parts):
        """Wait until these have come."""
        while not all(part in self.parts for part in parts):
            self.turns.waiting.get(timeout=30)()
            self.deliver()


def content_of(message):
    """The bytes that a message brings."""
    if message.get("blank"):
        return bytes(message["length"] * np.dtype(message["dtype"]).itemsize)
    return message["data"] if message["raw"] else zlib.decompress(message["data"])


def unpacked(content, message):
    """What the page makes of the bytes of an array."""
    split = np.frombuffer(content, np.uint8)
    if message["split"]:
        split = split.reshape(-1, message["length"]).T.ravel()
    return split.view(message["dtype"])


def test_a_page_is_told_the_levels_and_sent_no_array(browser, oblique):
    opened = browser.last("open")

    assert opened["source"] == "slices"
    assert [level["strides"] for level in opened["levels"]] == [[1] * 3, [2] * 3, [4] * 3]
    assert opened["levels"][0]["shape"] == list(oblique.shape)
    assert opened["dtype"] == "float32"
    assert "piece" not in [m["kind"] for m in browser.said if m.get("array") == "volume"]


def test_a_page_is_sent_the_slice_that_it_asks_for(browser, oblique):
    session = browser.session
    browser.ask(1, 3, "volume", "labels", "ids")
    browser.receive(*[(of, 1, 3, 0) for of in ("volume", "labels", "ids")])

    assert_array_equal(browser.parts["volume", 1, 3, 0], oblique.data[:, 3].ravel())
    assert_array_equal(browser.parts["ids", 1, 3, 0], session.superpixels.ids_array()[:, 3].ravel())
    assert not browser.parts["labels", 1, 3, 0].any()
    told = {m["of"]: m for m in browser.said if m["kind"] == "part"}
    assert told["labels"]["revision"] == session.revision
    assert told["ids"]["partition"] == browser.last("partition")["partition"]


def test_a_page_is_sent_a_whole_coarse_level(browser, oblique):
    level = browser.last("open")["overviews"][0]
    browser.say("overview", case=browser.last("open")["case"], level=level)
    browser.receive(("overview", -1, -1, level))

    assert_array_equal(browser.parts["overview", -1, -1, 0], oblique.data.ravel())


def test_how_many_superpixels_there_are_is_told(browser):
    superpixels = browser.session.superpixels

    assert browser.last("partition")["count"] == superpixels.count
    assert browser.last("partition")["voxels"] == np.count_nonzero(superpixels.ids_array()[:])


def test_an_undo_tells_where_labels_have_changed_and_sends_none(browser, oblique):
    session = browser.session
    with set_curdoc(browser.document):
        session.paint(draw(session, "axial", 1, (1, 1), (4, 4), label=2))
        changed = np.argwhere(session.labels.read((slice(None),) * 3))
        session.undo()
    browser.deliver()

    stale = browser.last("stale")
    assert stale["revision"] == session.revision
    assert "data" not in stale
    corners = np.array(stale["boxes"]).reshape(-1, 3, 2)
    inside = (changed[:, None] >= corners[..., 0]) & (changed[:, None] < corners[..., 1])
    assert inside.all(axis=2).any(axis=1).all()


def test_a_page_that_missed_something_is_told_that_its_labels_may_be_old(browser):
    before = len(browser.said)

    browser.say("resync")
    browser.deliver()

    assert [m["kind"] for m in browser.said[before:]] == ["replaced"]
    assert browser.last("replaced")["revision"] == browser.session.revision


def test_what_is_asked_of_a_volume_that_is_no_longer_open_is_for_nobody(browser):
    before = len(browser.said)

    browser.ask(0, 1, "volume", case=browser.last("open")["case"] - 1)

    browser.deliver()
    assert len(browser.said) == before


@pytest.mark.parametrize("asked", [(5, 0), (0, 99), (0, -1)])
def test_a_slice_that_there_is_not_is_a_sentence_on_the_page(browser, asked):
    browser.ask(*asked, "volume")
    browser.deliver()

    assert "Expected a slice of a volume" in browser.last("notice")["text"]


def test_a_large_slice_comes_in_pieces(monkeypatch):
    monkeypatch.setattr(encoding, "PIECE", 64)
    values = np.arange(100, dtype=np.uint16).reshape(10, 10)

    sent = messages({"of": "labels"}, values)

    assert [message["start"] for message in sent] == [0, 64, 128, 192]
    content = b"".join(map(content_of, sent))
    assert_array_equal(np.frombuffer(content, sent[0]["dtype"]), values.ravel())
    assert {message["length"] for message in sent} == {100}


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "float32", "float64"])
def test_intensities_come_with_like_bytes_together(dtype, monkeypatch):
    monkeypatch.setattr(encoding, "PIECE", 64)
    values = np.random.default_rng(0).integers(0, 120, (10, 9)).astype(dtype)

    for seen in (values, values.T, values[::2, ::3]):
        sent = messages({"of": "volume"}, seen)

        content = b"".join(map(content_of, sent))
        assert_array_equal(unpacked(content, sent[0]), seen.ravel())
        starts = np.cumsum([0, *map(len, map(content_of, sent))])[:-1]
        assert starts.tolist() == [message["start"] for message in sent]


def test_noise_is_not_deflated():
    noise = np.random.default_rng(0).bytes(encoding.SAMPLE * 2)

    assert encoding.deflated(noise) == {"data": noise, "raw": True}
    assert not encoding.deflated(bytes(len(noise)))["raw"]
    assert len(encoding.deflated(bytes(len(noise)))["data"]) < len(noise) / 100


def test_nothing_but_zeros_is_said_and_not_sent():
    sent = messages({"of": "labels"}, np.zeros((1000, 900), np.uint16))

    assert [message["blank"] for message in sent] == [True]
    assert "data" not in sent[0]


def test_a_slice_that_cannot_be_read_is_a_sentence_on_the_page(browser):
    failed = Future()
    failed.set_exception(OSError("the disk is gone"))

    with set_curdoc(browser.document):
        browser.page._showing._give(failed)
    browser.deliver()

    assert "A slice could not be read: the disk is gone" in browser.last("notice")["text"]
