from __future__ import annotations

import asyncio
import json
import zlib
from dataclasses import replace

import holoviews.plotting.bokeh  # noqa: F401 - what hv.extension does in the app
import nibabel as nib
import numpy as np
import pytest
from bokeh.document import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from panel.io.state import set_curdoc

from dashboard import demo
from dashboard.annotation import change
from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.slice_geometry import NAMES, layouts
from dashboard.annotation.stroke import Tip
from dashboard.page import updates
from dashboard.page.describe import describe, facts
from dashboard.page.outbox import Outbox
from dashboard.page.page import Page
from dashboard.page.protocol.read_value import Misfit
from dashboard.page.protocol.table import check_message
from dashboard.session.session import Session
from dashboard.volumes.data_folder import Folder
from dashboard.volumes.memory_volume import Volume
from tests.conftest import Inline, draw, draw_voxel, nifti_bytes, now, session_on, tissues

SHAPE = (5, 6, 4)
SMALL = tissues(SHAPE, np.array([[0, 0, 1.5, -9], [-0.7, 0, 0, 4], [0, -1.1, 0, 8], [0, 0, 0, 1]]))
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("stroke"), st.integers(0, 119), st.integers(0, 3)),
        st.tuples(st.sampled_from(["undo", "redo", "deliver", "begin"])),
        st.tuples(st.just("partition"), st.integers(2, 12)),
        st.tuples(st.just("split"), st.integers(0, 119)),
        st.tuples(st.just("labels"), st.integers(0, 9)),
    ),
    max_size=8,
)


class Browser:
    """What the page's script does with messages, and nothing else."""

    def __init__(self, session, folder="."):
        self.document = Document()
        self.session, self.said, self.arrays, self.begun = session, [], {}, []
        self.titles, self.misfits = [], []
        with set_curdoc(self.document):
            self.page = Page(session, Folder(folder), lambda: self.begun.append("begun"))
        self.page.bench._send_msg = self.hear
        self.page.bench._outbox = Outbox(self.hear)

    def say(self, verb, **values):
        with set_curdoc(self.document):
            self.page.bench._handle_msg({"verb": verb, **values})

    def deliver(self):
        """Let all that is in the outbox arrive, as `Workbench.deliver` does."""
        asyncio.run(self.page.bench._outbox.empty())
        assert self.misfits == []

    def hear(self, message):
        try:
            check_message(message)
        except Misfit as misfit:  # the outbox would only log it
            self.misfits.append(f"{message['kind']}: {misfit}")
        if message["kind"] == "several":
            for each in message["messages"]:
                self.hear(each)
            return
        self.said.append(message)
        json.dumps({key: value for key, value in message.items() if key != "data"}, default=int)
        getattr(self, f"hear_{message['kind']}", lambda _: None)(message)

    def hear_begin(self, message):
        self.incoming, self.content = message, bytearray(
            message["length"] * np.dtype(message["dtype"]).itemsize
        )  # fmt: skip

    def hear_piece(self, message):
        part = zlib.decompress(message["data"])
        self.content[message["start"] : message["start"] + len(part)] = part

    def hear_end(self, _):
        values = np.frombuffer(self.content, self.incoming["dtype"]).copy()
        self.arrays[self.incoming["array"]] = values.reshape(self.session.volume.shape)
        if self.incoming["revision"] is not None:
            self.revision = self.incoming["revision"]

    def hear_painted(self, message):
        if self.follows(message):
            # The page draws no more than the box anew.
            i0, i1, j0, j1, k0, k1 = message["box"]
            box = np.s_[i0:i1, j0:j1, k0:k1]
            touched = np.isin(self.arrays["ids"][box], message["ids"])
            self.arrays["labels"][box][touched] = message["label"]

    def hear_patched(self, message):
        if self.follows(message):
            values = np.frombuffer(zlib.decompress(message["data"]), "<u2")
            for i0, i1, j0, j1, k0, k1 in message["boxes"]:
                part = self.arrays["labels"][i0:i1, j0:j1, k0:k1]
                part[...] = values[: part.size].reshape(part.shape)
                values = values[part.size :]

    def hear_history(self, message):
        self.titles[message["start"] :] = message["titles"]

    def hear_divided(self, message):
        values = np.frombuffer(zlib.decompress(message["data"]), "<u4")
        ids = self.arrays["ids"] = self.arrays["ids"].astype(np.uint32)
        for i0, i1, j0, j1, k0, k1 in message["boxes"]:
            part = ids[i0:i1, j0:j1, k0:k1]
            part[...] = values[: part.size].reshape(part.shape)
            values = values[part.size :]

    def follows(self, message):
        """Whether an edit is news; one that jumps would make the page ask for the labels."""
        if message["revision"] <= self.revision:
            return False
        assert message["revision"] == self.revision + 1
        self.revision = message["revision"]
        return True

    def kinds(self):
        return [message["kind"] for message in self.said]

    def last(self, kind):
        return next(message for message in reversed(self.said) if message["kind"] == kind)

    def act(self, action):
        verb, *values = action
        with set_curdoc(self.document):
            if verb == "stroke":
                at, label = values
                voxel = np.unravel_index(at, SHAPE)
                self.session.paint(draw_voxel(self.session, voxel, label=label))
            elif verb == "split":
                stroke = draw_voxel(self.session, np.unravel_index(values[0], SHAPE))
                self.session.paint(replace(stroke, tip=Tip("split")))
            elif verb == "begin":
                self.session.go_to(0)
            elif verb == "partition":
                self.session.partition(Settings(count=values[0], threshold=None))
            elif verb == "labels":
                labels = np.random.default_rng(values[0]).integers(0, 4, SHAPE, np.uint8)
                self.session.open_labels(nifti_bytes(labels, SMALL.affine), "labels.nii")
            else:
                getattr(self if verb == "deliver" else self.session, verb)()


@pytest.fixture
def browser(session):
    """A page of two tissues that has begun and has been sent all."""
    browser = Browser(session)
    browser.page._open()
    browser.say("begin")
    browser.deliver()
    return browser


def test_a_volume_that_nobody_else_writes_to_may_be_changed_from_the_first():
    browser = Browser(Session(Inline(), Inline(), now))
    browser.say("begin")

    with set_curdoc(browser.document):
        browser.session.open(nifti_bytes(SMALL.data, SMALL.affine), "small.nii")
    browser.deliver()

    assert [told["held"] for told in browser.said if told["kind"] == "open"] == [True]


def test_nothing_is_sent_before_the_page_has_begun(session):
    browser = Browser(session)
    browser.page._open()

    browser.deliver()

    assert browser.said == []
    assert browser.begun == []


def test_a_page_that_begins_is_sent_the_volume_the_labels_and_the_superpixels(browser, session):
    assert browser.kinds()[0] == "open"
    assert_array_equal(browser.arrays["volume"], session.volume.data)
    assert_array_equal(browser.arrays["labels"], session.labels.data)
    assert_array_equal(browser.arrays["ids"], session.superpixels.ids)


def test_superpixels_are_sent_once(browser):
    begun = [message["array"] for message in browser.said if message["kind"] == "begin"]

    assert sorted(begun) == ["ids", "labels", "volume"]


def test_a_page_without_a_volume_begins_empty():
    browser = Browser(Session(Inline(), Inline(), now))

    browser.say("begin")
    browser.deliver()

    assert browser.kinds() == ["job", "kept"]
    assert browser.begun == ["begun"]


def test_a_stroke_is_sent_as_ids_and_a_label(browser, session):
    before = len(browser.said)
    with set_curdoc(browser.document):
        session.paint(draw(session, "axial", 1, (1, 1), (8, 8), label=3))
    browser.deliver()

    sent = browser.said[before:]
    assert [message["kind"] for message in sent] == ["painted", "rows", "history"]
    assert_array_equal(browser.arrays["labels"], session.labels.data)
    assert browser.last("history")["done"] == 1
    counted = {row["value"]: row["voxels"] for row in browser.last("rows")["rows"]}
    assert counted[3] == np.count_nonzero(session.labels.data == 3)


def test_a_split_is_sent_as_the_boxes_that_it_changed(browser, session):
    before = len(browser.said)
    with set_curdoc(browser.document):
        session.paint(replace(draw_voxel(session, (1, 1, 1)), tip=Tip("split")))
    browser.deliver()

    kinds = [message["kind"] for message in browser.said[before:]]
    assert kinds.count("divided") == 1
    assert "begin" not in kinds
    assert_array_equal(browser.arrays["ids"], session.superpixels.ids)


@pytest.mark.slow
@settings(max_examples=25)
@given(ACTIONS, st.sampled_from([change.MOST_VOXELS, 20]))
def test_a_browser_has_the_labels_of_the_session_however_late_its_messages_are(actions, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(change, "MOST_VOXELS", most)
        session = session_on(SMALL, settings=Settings(count=12, threshold=None))
        browser = Browser(session)
        browser.page._open()
        browser.say("begin")
        browser.deliver()

        for action in actions:
            browser.act(action)
        browser.deliver()

    assert_array_equal(browser.arrays["labels"], session.labels.data)
    assert_array_equal(browser.arrays["ids"], session.superpixels.ids)
    assert browser.revision == session.revision


def test_a_page_that_missed_something_is_sent_the_labels_again(browser, session):
    with set_curdoc(browser.document):
        session.paint(draw_voxel(session, (1, 1, 1), label=2))
    browser.page.bench._outbox = Outbox(browser.hear)

    browser.say("resync")
    browser.deliver()

    assert_array_equal(browser.arrays["labels"], session.labels.data)
    assert browser.revision == session.revision


def test_another_volume_is_sent_as_another_case(browser, session):
    with set_curdoc(browser.document):
        session.open(nifti_bytes(SMALL.data, SMALL.affine), "small.nii")
    browser.deliver()

    opened = [message for message in browser.said if message["kind"] == "open"]
    assert [message["name"] for message in opened] == ["two", "small"]
    assert opened[0]["case"] != opened[1]["case"]
    assert_array_equal(browser.arrays["volume"], SMALL.data)
    assert_array_equal(browser.arrays["ids"], session.superpixels.ids)


def test_a_stroke_in_the_page_reaches_the_labels(browser, session):
    asked = {"name": "page-1", "after": "", "case": 1}
    context = asked | {"plane": "axial", "index": 3, "label": 2}
    browser.page._strokes({"xs": [[10]], "ys": [[2]], "stroke": [json.dumps(context)]})
    browser.deliver()

    assert session.labels.data[1, 2, 3] == 2
    assert browser.last("taken")["name"] == "page-1"


def test_what_fails_is_a_sentence_on_the_page(browser):
    browser.say("choose", label=7, choice=1)
    browser.deliver()

    assert "There is no label 7 yet" in browser.last("notice")["text"]
    assert browser.last("notice")["mood"] == "error"


@pytest.mark.parametrize("verb", ["nonsense", "choose", "open", "partition"])
@pytest.mark.parametrize("values", [{}, {"x": 1}, {"label": None}, {"path": 3, "kind": "x"}])
def test_nothing_that_a_page_says_ends_the_session(browser, verb, values):
    before = browser.session.labels.data.copy()

    browser.say(verb, **values)

    assert_array_equal(browser.session.labels.data, before)
    assert browser.session.held


def paint(browser, session, label):
    with set_curdoc(browser.document):
        session.paint(draw_voxel(session, (1, 1, 1), label=label))


def test_of_the_history_only_what_is_new_is_sent(browser, session):
    for label in (1, 2, 3):
        paint(browser, session, label)
    browser.deliver()

    sent = [message for message in browser.said if message["kind"] == "history"]
    assert [(m["start"], len(m["titles"]), m["done"], m["count"]) for m in sent] == [
        (0, 0, 0, 0), (0, 1, 1, 1), (1, 1, 2, 2), (2, 1, 3, 3),
    ]  # fmt: skip
    assert tuple(browser.titles) == session.history[0]


def test_what_a_new_edit_forgets_goes_from_the_page_too(browser, session):
    for label in (1, 2, 3):
        paint(browser, session, label)
    with set_curdoc(browser.document):
        session.go_to(1)
    browser.deliver()
    assert len(browser.titles) == 3

    paint(browser, session, 4)
    browser.deliver()

    assert tuple(browser.titles) == session.history[0]
    assert browser.last("history")["done"] == 2


def test_a_long_history_is_sent_in_parts(browser, session, monkeypatch):
    monkeypatch.setattr(updates, "TITLES", 2)
    for label in (1, 2, 3, 2, 1):
        paint(browser, session, label)
    browser.page._send_volume()
    before = len(browser.said)
    browser.deliver()

    sent = [m["titles"] for m in browser.said[before:] if m["kind"] == "history"]
    assert [len(titles) for titles in sent[-3:]] == [2, 2, 1]
    assert tuple(browser.titles) == session.history[0]


def test_the_page_is_told_where_what_was_undone_lies(browser, session):
    paint(browser, session, 1)

    browser.say("undo")
    browser.deliver()

    assert browser.last("went")["at"] == (1, 1, 1)


def test_an_edit_is_gone_to_from_the_page(browser, session):
    for label in (1, 2, 3):
        paint(browser, session, label)

    browser.say("go_to", done=1)
    browser.deliver()

    assert session.history[1] == browser.last("history")["done"] == 1
    assert session.labels.data[1, 1, 1] == 1
    assert_array_equal(browser.arrays["labels"], session.labels.data)


def test_a_question_is_asked_and_its_answer_opens_the_volume(browser, session):
    series = np.arange(240, dtype=np.int16).reshape(4, 5, 6, 2)
    with set_curdoc(browser.document):
        session.open(nifti_bytes(series, np.eye(4)), "series.nii")
    browser.deliver()
    asked = browser.last("ask")

    browser.say("open_volume_of", volume=1)
    browser.deliver()

    assert (asked["name"], asked["count"]) == ("series.nii", 2)
    assert_array_equal(browser.arrays["volume"], series[..., 1])
    assert "Volume 2 of 2." in [m["text"] for m in browser.said if m["kind"] == "notice"]


def test_how_two_places_differ_is_asked_and_the_answer_opens_the_volume(browser, session):
    image = nib.Nifti1Image(np.arange(120, dtype=np.int16).reshape(4, 5, 6), None)
    image.header.set_qform(np.diag([-1.0, 1, 1, 1]), 1)
    image.header.set_sform(np.eye(4), 2)
    with set_curdoc(browser.document):
        session.open(image.to_bytes(), "scan.nii")
    browser.deliver()
    asked = browser.last("ask")

    browser.say("open_by", form="qform")
    browser.deliver()

    assert (asked["name"], asked["count"]) == ("scan.nii", 0)
    assert "mirrored left to right" in asked["difference"]
    assert browser.last("open")["affine"][0][0] == -1


def test_a_dropped_file_is_forgotten_even_when_it_is_refused(browser):
    with set_curdoc(browser.document):
        browser.page._dropper.value = {"notes.txt": "some text"}

    assert browser.page._dropper.value == {}
    assert "text file" in browser.session.notice.text


@pytest.fixture
def built(session):
    """The labels whose surfaces were built."""
    built = []
    session.surfaces.param.watch(lambda event: built.append(event.new[0]), "built")
    return built


def pause(browser):
    """Let the only thing happen that waits; returns for how long it would have."""
    (waiting,) = browser.document.session_callbacks
    with set_curdoc(browser.document):
        browser.document.remove_timeout_callback(waiting)
        waiting.callback()
    return waiting.timeout


def test_the_surface_of_a_label_that_changed_is_built_soon(browser, session, built):
    paint(browser, session, 2)
    assert built == []

    assert pause(browser) < 50
    assert built == [2]


def test_after_many_quick_strokes_surfaces_are_built_when_the_hand_rests(browser, session, built):
    paint(browser, session, 2)
    pause(browser)
    built.clear()

    for label in (3, 2, 3):
        paint(browser, session, label)

    assert pause(browser) > 500
    assert sorted(built) == [2, 3]


def test_while_nobody_sees_them_no_surfaces_are_built(browser, session, built):
    say = browser.page._surface.take_message
    say({"verb": "seen", "value": False})
    paint(browser, session, 2)
    pause(browser)
    assert built == []

    with set_curdoc(browser.document):
        say({"verb": "seen", "value": True})
    assert built == [2]


# What is said of a volume


def test_a_volume_is_described_in_what_json_can_hold(volume):
    session = session_on(volume)
    laid = layouts(session.volume.affine, session.volume.shape)

    described = json.loads(json.dumps(describe(session, laid), allow_nan=False))

    assert described["shape"] == list(volume.shape)
    assert described["spacing"] == pytest.approx(list(volume.spacing), rel=1e-5)
    assert described["cursor"] == [n // 2 for n in volume.shape]
    assert_array_equal(described["affine"], session.volume.affine)
    assert described["window"][0] < described["window"][1]


def test_the_layouts_are_described_as_the_script_reads_them(volume):
    session = session_on(volume)
    laid = layouts(session.volume.affine, session.volume.shape)

    described = describe(session, laid)["layouts"]

    assert tuple(described) == NAMES
    for name, layout in laid.items():
        assert described[name]["axis"] == layout.axis
        for axis in ("x", "y"):
            assert described[name][axis] == {
                "index": getattr(layout, axis).index,
                "size": getattr(layout, axis).size,
                "reversed": getattr(layout, axis).reversed,
                "letters": list(getattr(layout, axis).letters),
            }


def test_the_neurological_view_mirrors_what_the_radiological_one_shows(volume):
    session = session_on(volume)
    told = describe(session, layouts(session.volume.affine, session.volume.shape))

    for name, mirrors in (("axial", True), ("coronal", True), ("sagittal", False)):
        one, other = told["layouts"][name], told["neurological"][name]
        assert (one["x"]["letters"] != other["x"]["letters"]) == mirrors
        assert (one["x"]["reversed"] != other["x"]["reversed"]) == mirrors
        assert one["y"] == other["y"]


def test_facts_of_each_volume(volume):
    expected = {
        "two": ["12 × 12 × 6", "1 × 1 × 2 mm", "RAS"],
        "thick": ["10 × 10 × 4", "0.5 × 0.5 × 4 mm", "LPS"],
        "flat": ["7 × 11 × 5", "0.7 × 1.1 × 1.5 mm", "PIR"],
        "tilted": ["9 × 8 × 6", "0.9 × 1.1 × 2.5 mm", "RAS", "oblique by 17°"],
    }

    assert facts(volume) == expected[volume.name]


def test_equal_edges_are_said_once():
    assert facts(tissues((2, 3, 4), np.eye(4)))[1] == "1 mm"


def test_the_demo_says_that_its_tumour_is_simulated():
    named = demo.PATH.name.removesuffix(".nii.gz")

    bundled = Volume(np.broadcast_to(np.float32(1), demo.SHAPE), np.eye(4), named)
    assert demo.NOTE in facts(bundled)
    assert demo.NOTE not in facts(tissues((2, 3, 4), np.eye(4), named))


def test_the_page_is_told_which_of_its_choices_an_answer_knows_of(browser):
    browser.say("choose", label=2, choice=1)
    browser.say("choose", label=3, choice=2)
    browser.deliver()

    state = browser.last("state")
    assert (state["label"], state["choice"]) == (3, 2)
