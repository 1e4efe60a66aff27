from __future__ import annotations

import contextlib
import json
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from dashboard.annotation.label_map import Edit, LabelMap, Patch
from dashboard.annotation.label_table import Label
from dashboard.annotation.partition_settings import Settings
from dashboard.cases import journal_entry
from dashboard.cases.journal_entry import (
    Begin,
    Edited,
    Looked,
    Named,
    Partitioned,
    SeriesShown,
    Stepped,
)
from dashboard.cases.payload import deflate, inflate
from dashboard.volumes.channel import MOST_WEIGHT, Origin
from tests.conftest import partitioned, slab

SHAPE = (4, 3, 2)
PARTITION = slab("1122", "1122", "3344")
TEXTS = st.text(max_size=20)
VOXELS = st.tuples(*(st.integers(0, 10**6) for _ in range(3)))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SETTINGS = st.builds(
    Settings, st.integers(1, 10**6), NUMBERS, st.none() | NUMBERS, st.just("auto") | NUMBERS
)
WEIGHTS = st.floats(0, MOST_WEIGHT, exclude_min=True)
ORIGINS = st.builds(
    Origin, TEXTS, TEXTS, TEXTS, st.none() | st.integers(0, 999), st.sampled_from([None, "qform"])
)
LABELS = st.builds(Label, st.integers(0, 65535), TEXTS, st.just("#7aa7ff"))
MAPS = arrays(np.uint16, SHAPE, elements=st.sampled_from([0, 1, 2, 300, 65535]))
ENTRIES = st.one_of(
    st.builds(Begin, TEXTS, VOXELS, TEXTS),
    st.builds(Stepped, st.integers(0, 10**6)),
    st.builds(Named, st.lists(LABELS, max_size=5).map(tuple)),
    st.builds(Looked, VOXELS, st.integers(0, 65535)),
    st.builds(
        Partitioned,
        st.sampled_from(["", "3-1.ids"]),
        st.none() | NUMBERS,
        st.none() | SETTINGS,
        st.booleans(),
        st.sampled_from(["", "0a1b2c"]),
        st.lists(st.tuples(TEXTS, WEIGHTS), max_size=3).map(tuple),
    ),
    st.builds(SeriesShown, st.lists(ORIGINS, max_size=3).map(tuple)),
)


def edit_between(before, after, ids=None, label=None):
    labels = LabelMap(SHAPE)
    labels.replace(before, "before")
    return labels.replace(after, "¼ × “opened” \udc80")._replace(ids=ids, label=label)


def assert_equal_edits(found, wanted):
    assert (found.title, found.label) == (wanted.title, wanted.label)
    assert (found.ids is None) == (wanted.ids is None)
    assert_array_equal(found.ids, wanted.ids)
    assert len(found.patches) == len(wanted.patches)
    for one, other in zip(found.patches, wanted.patches, strict=True):
        assert one.box == other.box
        for name in ("mask", "before", "after"):
            assert_array_equal(getattr(one, name), getattr(other, name))
            assert type(getattr(one, name)) is type(getattr(other, name))
        assert one.mask.dtype == bool


@given(ENTRIES)
def test_what_was_packed_is_unpacked(said):
    assert journal_entry.unpack(journal_entry.pack(said)) == said


@given(
    MAPS,
    MAPS,
    st.none() | st.lists(st.integers(1, 2**32 - 1), max_size=4).map(lambda ids: np.array(ids, int)),
    st.none() | st.integers(0, 65535),
    TEXTS,
)
def test_an_edit_that_was_packed_is_unpacked(before, after, ids, label, stroke):
    edit = edit_between(before, after, ids, label)

    found = journal_entry.unpack(journal_entry.pack(Edited(edit, stroke)))

    assert_equal_edits(found.edit, edit)
    assert found.stroke == stroke
    assert_equal_edits(journal_entry.unpack_edit(journal_entry.pack_edit(edit)), edit)


@given(MAPS, MAPS)
def test_an_edit_does_and_takes_back_the_same_after_it_was_packed(before, after):
    labels = LabelMap(SHAPE)
    labels.replace(before, "before")
    edit = journal_entry.unpack_edit(journal_entry.pack_edit(edit_between(before, after)))

    labels.apply(edit)

    assert_array_equal(labels.data, after)
    labels.revert(edit)
    assert_array_equal(labels.data, before)


def test_a_stroke_of_several_superpixels_does_the_same_after_it_was_packed():
    labels = LabelMap((3, 4, 1))
    labels.assign(partitioned(PARTITION), np.array([1]), 5, "below")
    copy = LabelMap((3, 4, 1))
    copy.data[:] = labels.data
    edit = labels.assign(partitioned(PARTITION), np.array([1, 3]), 7, "painted")

    copy.apply(journal_entry.unpack_edit(journal_entry.pack_edit(edit)))

    assert_array_equal(copy.data, slab("7700", "7700", "7700"))


def test_an_edit_of_nothing_is_kept():
    edit = Edit((), "nothing", np.array([], int), 3)

    assert_equal_edits(journal_entry.unpack_edit(journal_entry.pack_edit(edit)), edit)


@pytest.mark.parametrize("kind", ["edited", "something new"])
def test_a_record_of_a_later_version_is_refused_as_such(kind):
    payload = packed({"kind": kind, "format": 2, "arrays": []})

    with pytest.raises(journal_entry.LaterPayload, match="later version of supervox wrote it"):
        journal_entry.unpack(payload)


def packed(head, *parts):
    text = json.dumps(head).encode()
    return zlib.compress(len(text).to_bytes(4, "little") + text + b"".join(parts))


def edited(patches, sizes, *parts, **others):
    told = {"title": "", "label": None, "stroke": "", "ids": False}
    listed = {"patches": patches, "arrays": sizes}
    return packed({"kind": "edited", "format": 1, **told, **listed, **others}, *parts)


BITS = (["|u1", 1], b"\xf0")
FOUR = [0, 2, 0, 2, 0, 1]
BAD = {
    "nothing": b"",
    "no deflated bytes": b"payload",
    "cut short": journal_entry.pack(Stepped(3))[:-1],
    "more behind": journal_entry.pack(Stepped(3)) + b"more",
    "empty": zlib.compress(b""),
    "no text": zlib.compress(b"\x05\0\0\0{"),
    "text that is longer than all": zlib.compress(b"\xff\xff\xff\xff{}"),
    "deep text": zlib.compress(b"\xff\xff\x0f\0" + b"[" * 2**20),
    "a list": packed([]),
    "no format": packed({"kind": "stepped", "done": 1, "arrays": []}),
    "format true": packed({"kind": "stepped", "format": True, "done": 1, "arrays": []}),
    "another kind": packed({"kind": "joked", "format": 1, "arrays": []}),
    "a step below 0": packed({"kind": "stepped", "format": 1, "done": -1, "arrays": []}),
    "half a step": packed({"kind": "stepped", "format": 1, "done": 0.5, "arrays": []}),
    "a cursor of two": packed(
        {"kind": "looked", "format": 1, "cursor": [1, 2], "label": 1, "arrays": []}
    ),
    "another folder's file": packed(
        {
            "kind": "cut",
            "format": 1,
            "file": "../1-1.ids",
            "threshold": None,
            "settings": None,
            "asked": True,
            "arrays": [],
        }
    ),
    "a label of six": packed(
        {"kind": "named", "format": 1, "table": [[1, "a", "#fff", 1, 0, 0]], "arrays": []}
    ),
    "a large label": packed(
        {"kind": "named", "format": 1, "table": [[65536, "a", "#fff"]], "arrays": []}
    ),
    "an array of objects": edited([], [["|O", 1]], b"12345678"),
    "an array that counts to the end": edited([[FOUR, 0, 1]], [["|u1", -1]], b"\xf0"),
    "an array that is not there": edited([[FOUR, 0, 1]], [["|u1", 10**12]], b"\xf0"),
    "bytes behind the arrays": edited([[FOUR, 0, 1]], BITS[:1], BITS[1], b"more"),
    "no mask": edited([[FOUR, 0, 1]], []),
    "a box of two axes": edited([[[0, 2, 0, 2], 0, 1]], BITS[:1], BITS[1]),
    "a box of five corners": edited([[[0, 2, 0, 2, 0], 0, 1]], BITS[:1], BITS[1]),
    "a huge box": edited([[[0, 2**20, 0, 2**20, 0, 2**20], 0, 1]], BITS[:1], BITS[1]),
    "a box over the end of all numbers": edited(
        [[[0, 2**40, 0, 2**40, 0, 2**40], 0, 1]], BITS[:1], BITS[1]
    ),
    "a box before the first voxel": edited([[[-2, 0, 0, 2, 0, 1], 0, 1]], BITS[:1], BITS[1]),
    "a box inside out": edited([[[2, 0, 2, 0, 0, 1], 0, 1]], BITS[:1], BITS[1]),
    "an empty box": edited([[[0, 0, 0, 2, 0, 1], 0, 1]], [["|u1", 0]]),
    "a label below 0": edited([[FOUR, 0, -1]], BITS[:1], BITS[1]),
    "a label in a text": edited([[FOUR, "0", 1]], BITS[:1], BITS[1]),
    "too few labels": edited([[FOUR, None, 1]], [BITS[0], ["<u2", 3]], BITS[1], b"\0" * 6),
    "a title of a list": edited([], [], title=[1]),
}


@pytest.mark.parametrize("payload", BAD.values(), ids=BAD)
def test_a_payload_that_is_none_of_ours_is_refused(payload):
    with pytest.raises(journal_entry.Unreadable, match="Expected a record of a journal"):
        journal_entry.unpack(payload)


@given(st.binary(max_size=200))
def test_whatever_is_deflated_is_read_or_refused(noise):
    for payload in (noise, zlib.compress(noise)):
        with pytest.raises(journal_entry.Unreadable):
            journal_entry.unpack(payload)


@given(ENTRIES, st.data())
def test_a_payload_of_which_a_byte_has_changed_is_read_or_refused(said, data):
    content = bytearray(zlib.decompress(journal_entry.pack(said)))
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    with contextlib.suppress(journal_entry.Unreadable):  # any other error fails
        journal_entry.unpack(zlib.compress(content))


def test_a_payload_that_inflates_without_end_is_refused_before_it_has():
    bomb = zlib.compress(bytes(10**7))

    with pytest.raises(journal_entry.Unreadable, match="too large"):
        journal_entry.unpack(bomb, most_bytes=10**6)


@pytest.mark.parametrize(
    "said",
    [
        Looked((1.0, 2, 3), 1),
        Looked((1, 2, -3), 1),
        Stepped(-1),
        Partitioned("../a", None, None, asked=True),
        Partitioned("", None, None, asked=True, key="../a"),
    ],
)
def test_what_could_not_be_read_back_is_not_packed(said):
    with pytest.raises(journal_entry.Unreadable):
        journal_entry.pack(said)


def test_one_patch_may_have_one_number_before_and_many_after():
    mask = slab("110", "001").astype(bool)
    patch = Patch((slice(1, 3), slice(0, 3), slice(2, 3)), mask, 0, np.array([1, 2, 65535], "u2"))

    found = journal_entry.unpack_edit(journal_entry.pack_edit(Edit((patch,), "many"))).patches[0]

    assert (found.box, found.before) == (patch.box, 0)
    assert_array_equal(found.mask, mask)
    assert_array_equal(found.after, [1, 2, 65535])


def test_superpixels_on_disk_are_named_by_their_key_and_older_journals_have_none():
    cut = Partitioned("", 3.5, None, asked=True, key="0a1b2c")
    older = {"kind": "cut", **cut._asdict()}
    del older["key"]

    assert journal_entry.unpack(journal_entry.pack(cut)) == cut
    assert journal_entry.unpack(deflate(older, [])) == cut._replace(key="")


@given(ENTRIES.filter(lambda said: not isinstance(said, Begin)), st.lists(TEXTS.filter(bool)))
def test_a_record_tells_the_names_of_what_was_asked_for(said, names):
    assert journal_entry.read(journal_entry.pack(said, *names)) == journal_entry.Record(
        said, tuple(names)
    )


def test_an_edit_tells_its_name_as_journals_of_strokes_alone_did():
    edit = Edit((), "nothing", np.array([], int), 3)

    assert journal_entry.read(journal_entry.pack_edit(edit, "page-1")).names == ("page-1",)
    assert journal_entry.read(journal_entry.pack_edit(edit)).names == ()


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ({"kind": "stepped", "done": 3}, Stepped(3)),
        ({"kind": "named", "table": []}, Named(())),
        ({"kind": "looked", "cursor": [1, 2, 3], "label": 4}, Looked((1, 2, 3), 4)),
        ({"kind": "series", "origins": []}, SeriesShown(())),
    ],
)
def test_records_of_an_older_journal_are_read_and_have_no_name(head, said):
    assert journal_entry.read(deflate(head, [])) == journal_entry.Record(said)


def test_a_record_whose_names_are_none_is_refused():
    with pytest.raises(journal_entry.Unreadable):
        journal_entry.read(deflate({"kind": "stepped", "done": 3, "names": [7]}, []))


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        (Begin("d", (1, 2, 3), "n"), "begin"),
        (Stepped(1), "stepped"),
        (Named(()), "named"),
        (Looked((1, 2, 3), 1), "looked"),
        (Partitioned("", None, None, asked=True), "cut"),
        (SeriesShown(()), "series"),
    ],
)
def test_records_are_called_as_0_1_0_called_them(entry, kind):
    head, _ = inflate(journal_entry.pack(entry), 2**20)

    assert head["kind"] == kind
