"""What is measured of the labels, in memory and on disk."""

from __future__ import annotations

import csv
import io
from concurrent.futures import Future

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard.session.messages import Refused
from dashboard.volumes import measure_stored
from dashboard.volumes.memory_volume import Volume
from tests.conftest import ByHand, Later, draw, draw_voxel, nifti_bytes, session_on, tissues
from tests.session.test_stored_session import (
    PIR,
    SHAPE,
    WISH,
    driver,  # noqa: F401 - a fixture for all of these
    open_stored,
)
from tests.stored import store_volume

LABELS = np.random.default_rng(3).choice([0, 0, 1, 2, 300], SHAPE).astype(np.uint16)


def rows_of(future):
    assert future.done()
    return list(csv.DictReader(io.StringIO(future.result().decode())))


@pytest.fixture
def both(tmp_path, monkeypatch):
    """A labelled volume on disk in small boxes, and the same in memory."""
    monkeypatch.setattr(measure_stored, "SIDE", 5)
    plain = tissues(SHAPE, PIR, "small")
    stored = open_stored(store_volume(plain, tmp_path / "cache"))
    sessions = stored, session_on(plain, settings=WISH)
    for session in sessions:
        session.open_labels(nifti_bytes(LABELS, PIR), "labels.nii")
        session.rename(1, "=cmd")
    return sessions


def test_statistics_are_those_of_the_labels_with_their_names(both):
    _, session = both

    rows = rows_of(session.export_statistics())

    assert [row["name"] for row in rows] == ["'=cmd", "label 2", "label 300"]
    for row in rows:
        values = session.volume.data[int(row["index"]) == LABELS]
        assert int(row["voxels"]) == values.size
        assert float(row["mean"]) == pytest.approx(values.mean(), rel=1e-6)
        assert float(row["volume_mm3"]) == pytest.approx(values.size * 1.5 * 0.7 * 1.1)


def test_a_volume_on_disk_has_the_same_statistics(both):
    rows, expected = (rows_of(each.export_statistics()) for each in both)

    assert [row.keys() for row in rows] == [row.keys() for row in expected]
    for row, other in zip(rows, expected, strict=True):
        assert row.pop("name") == other.pop("name")
        assert [*map(float, row.values())] == pytest.approx([*map(float, other.values())])


def test_intensities_are_counted_alike_in_memory_and_on_disk(both):
    on_disk, in_memory = (session.measure_spread().result() for session in both)

    assert [label.value for label in in_memory.labels] == [1, 2, 300]
    assert (on_disk.low, on_disk.high) == (in_memory.low, in_memory.high)
    for label in in_memory.labels:
        assert_array_equal(on_disk.counts[label.value], in_memory.counts[label.value])
        assert in_memory.counts[label.value].sum() == np.count_nonzero(label.value == LABELS)


@pytest.mark.parametrize("verb", ["export_statistics", "measure_spread"])
def test_without_labels_the_way_out_is_told(session, verb):
    with pytest.raises(Refused, match="Nothing is labelled yet: draw a stroke first"):
        getattr(session, verb)()


def test_what_is_asked_for_twice_is_measured_once(session):
    session.paint(draw_voxel(session, (1, 1, 1)))
    session.executors.kernels = ByHand()
    session.export_statistics()

    with pytest.raises(Refused, match="measured already"):
        session.export_statistics()


def test_it_can_be_cancelled_and_asked_for_again(session):
    session.paint(draw_voxel(session, (1, 1, 1)))
    session.executors.kernels = executor = ByHand()
    session.jobs._schedule = later = Later()
    asked = session.export_statistics()

    session.cancel()
    executor.finish()
    later.happen()

    assert asked.result() is None
    assert "was cancelled" in session.notice.text
    assert isinstance(session.export_statistics(), Future)


def test_strokes_drawn_before_are_in_it_and_those_after_are_not(both):
    stored, _ = both
    stored.executors.threads = threads = ByHand(stubborn=True)
    stored.paint(draw(stored, "axial", 3, (0, 0), (6, 6), label=4))
    asked = stored.export_statistics()
    assert not asked.done()

    threads.finish()
    stored.paint(draw(stored, "axial", 3, (0, 6), (6, 0), label=3))
    while threads.waiting:
        threads.finish()

    assert {row["index"] for row in rows_of(asked)} == {"1", "2", "300", "4"}


def test_voxels_without_a_finite_intensity_are_told(two_tissues):
    data = two_tissues.data.copy()
    data[0, 0, :3] = np.nan, np.inf, np.nan
    session = session_on(Volume(data, two_tissues.affine, "holes"))
    session.open_labels(nifti_bytes(np.ones(data.shape, np.uint8), two_tissues.affine), "all.nii")

    (row,) = rows_of(session.export_statistics())

    assert "not a finite number (3 of label 1) count to the volume" in session.notice.text
    assert int(row["voxels"]) == data.size
    assert float(row["max"]) == pytest.approx(data[np.isfinite(data)].max())
