"""Both backings keep one contract: whoever works with an open volume sees no difference."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard.annotation.stroke import Tip
from dashboard.session.backing.backing import Backing
from dashboard.session.backing.choose import backing_of
from dashboard.session.backing.disk import Disk
from dashboard.session.backing.memory import Memory
from dashboard.session.flow import start
from dashboard.session.jobs import Executors
from tests.conftest import Inline, draw, session_on, tissues
from tests.session.test_stored_session import PIR, SHAPE, WISH, open_stored
from tests.stored import partition_stored, store_volume
from workers.drawing.brush_sweep import sweep
from workers.formats.nifti import nifti
from workers.labels.statistics import statistics

LINE = ("axial", 3, (1, 1), (6, 8))


@pytest.fixture(autouse=True)
def driver(monkeypatch):
    """What cuts a stored volume in a moment."""
    monkeypatch.setattr("dashboard.session.backing.disk.partition_stored", partition_stored)


@pytest.fixture
def plain():
    """A session on a volume in memory."""
    return session_on(tissues(SHAPE, PIR, "small"), settings=WISH)


@pytest.fixture(params=["memory", "disk"])
def opened(request, plain, tmp_path):
    """A session on that volume, in memory or on disk."""
    if request.param == "memory":
        return session_on(plain.volume, settings=WISH)
    return open_stored(store_volume(plain.volume, tmp_path / "cache"))


class Told:
    """Hears what a kernel reports."""

    def __call__(self, fraction):
        """Nothing is shown."""

    def say(self, text):
        """Nothing is said."""


async def run(_executor, kernel, *args, **kwargs):
    """Run a job at once, without a user."""
    return kernel(*args, **kwargs, report=Told())


def now_of(coroutine):
    """What a method of a backing returns that waits for nothing."""
    return start(coroutine).result()


def test_a_volume_has_the_backing_of_where_it_lies(plain, tmp_path):
    executors = Executors(*[Inline()] * 4)
    stored = store_volume(plain.volume, tmp_path)

    found = [backing_of(volume, executors, None) for volume in (plain.volume, stored)]

    assert [type(each) for each in found] == [Memory, Disk]
    assert [each.volume for each in found] == [plain.volume, stored]


@pytest.mark.parametrize("kind", [Memory, Disk])
def test_each_says_how_it_is_shown_and_kept(kind):
    assert Backing.__abstractmethods__ <= vars(kind).keys()
    assert {type(getattr(kind, name)) for name in Backing.__annotations__} == {bool}


@pytest.mark.parametrize("radius_mm", [0.0, 2.0])
def test_it_finds_the_superpixels_under_a_stroke(opened, plain, radius_mm):
    stroke = replace(draw(opened, *LINE), tip=Tip(radius_mm=radius_mm))
    expected = plain.backing.find_under(plain.superpixels, stroke).result()

    found = opened.backing.find_under(opened.superpixels, stroke).result()

    assert_array_equal(found.ids, expected.ids)
    assert found.ids.size > 1
    for n in found.ids.tolist():
        voxels = sum(int(mask.sum()) for _, mask in found.pieces(n))
        assert voxels == np.count_nonzero(plain.superpixels.ids == n)


def test_it_cuts_the_superpixels_under_a_stroke(opened, plain):
    stroke = draw(opened, *LINE)
    expected = plain.backing.cut_under(plain.superpixels, stroke, 10**6).result()

    found, pieces = opened.backing.cut_under(opened.superpixels, stroke, 10**6).result()

    assert_array_equal(found.ids, expected.found.ids)
    for piece, other in zip(pieces, expected.pieces, strict=True):
        assert_array_equal(piece, other)


def test_it_computes_superpixels(opened, plain):
    superpixels, threshold = now_of(opened.backing.partition(run, WISH, ()))

    assert superpixels.count == plain.superpixels.count
    assert threshold == plain.foreground_threshold
    assert_array_equal(superpixels.ids_array()[:], plain.superpixels.ids)


def test_it_measures_and_writes_the_labels(opened, plain):
    for session in (opened, plain):
        session.paint(draw(session, *LINE, label=2))
    expected = now_of(plain.backing.measure(run, statistics, plain.labels, plain.volume.affine))

    rows = now_of(opened.backing.measure(run, statistics, opened.labels, opened.volume.affine))
    content = now_of(opened.backing.write_labels(run, opened.labels, lambda: None))

    assert [row.value for row in rows] == [2]
    assert [row.voxels for row in rows] == [row.voxels for row in expected]
    assert_array_equal(written(content), plain.labels.data)


def test_it_writes_the_superpixels(opened, plain):
    write = opened.backing.write_superpixels
    content = now_of(write(run, opened.superpixels, lambda: None))

    assert_array_equal(written(content), plain.superpixels.ids)


def test_it_takes_labels_of_a_file_in_place_of_others(opened, plain):
    plain.paint(draw(plain, *LINE, label=3))
    file = plain.export_labels().result()
    opened.paint(draw(opened, "axial", 3, (0, 0), label=2))
    labels, backing = opened.labels, opened.backing

    found = now_of(backing.read_labels(run, labels, (), file))
    edit, _ = backing.take_labels(labels, (), found, "opened", is_as_asked=True)

    assert_array_equal(labels.read((slice(None),) * 3), plain.labels.data)
    labels.revert(edit)
    assert labels.voxels[2]


def written(content):
    """The voxels of a NIfTI file."""
    return np.asarray(nifti.read(content).data)


@pytest.mark.parametrize("voxel", [(4, 5, 3), (0, 0, 0), None])
def test_it_tells_what_a_tip_reaches_in_one_superpixel(opened, plain, voxel):
    at = voxel and tuple(slice(n, n + 1) for n in voxel)
    masks = partial(sweep, SHAPE, (1.0, 1.0, 1.0), 2, 3, np.array([[4.0, 5.0]]), 2.0, is_ball=True)
    expected = plain.backing.reach(masks, plain.superpixels, at).result()

    everywhere = opened.backing.reach(masks).result()
    found = opened.backing.reach(masks, opened.superpixels, at).result()

    assert found.boxes == expected.boxes == everywhere.boxes
    for pairs, others in ((found.masks, expected.masks), (everywhere.masks, masks())):
        for (box, mask), (of, other) in zip(pairs, others, strict=True):
            assert box == of
            assert_array_equal(mask, other)
    assert bool(found.masks) == (voxel is not None)
