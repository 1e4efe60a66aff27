from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.annotation.label_intensity import LabelSums
from dashboard.annotation.label_map import Edit, LabelMap, Patch
from tests.conftest import draw_voxel, nifti_bytes, session_on, slab

SHAPE = (2, 3, 4)
EDITS = st.lists(
    st.tuples(
        st.lists(st.integers(0, 3), min_size=24, max_size=24), st.sampled_from(["fill", "undo"])
    ),
    max_size=6,
)


def sums_of(data, labels):
    finite = data[np.isfinite(data)]
    return LabelSums(data, (finite.min(initial=0), finite.max(initial=0)), labels)


def assert_as_counted_anew(of, data, labels):
    """The slow, obvious way is the oracle."""
    for label in range(5):
        here = data[(labels == label) & np.isfinite(data)].astype(float)
        if not label or not here.size:
            assert of(label) is None
        else:
            assert of(label) == pytest.approx((here.mean(), here.std()), abs=1e-6)


@given(
    st.lists(st.integers(-100, 1000), min_size=24, max_size=24),
    st.sampled_from([np.int16, np.float32]),
    EDITS,
)
def test_after_any_edits_and_undo_they_are_as_counted_anew(values, dtype, edits):
    data = np.array(values, dtype).reshape(SHAPE)
    labels, done = LabelMap(SHAPE), []
    sums = sums_of(data, labels)

    for given_labels, verb in edits:
        if verb == "undo" and done:
            labels.revert(done.pop())
        else:
            done.append(labels.replace(np.array(given_labels, np.uint16).reshape(SHAPE), "x"))

    assert_as_counted_anew(sums.of, data, labels.data)
    assert_as_counted_anew(sums_of(data, labels).of, data, labels.data)


def test_voxels_that_are_not_finite_count_for_nothing():
    data = np.array([[[1.0], [np.nan]], [[3.0], [np.inf]]])
    labels = LabelMap(data.shape)
    sums = sums_of(data, labels)

    labels.fill([((slice(0, 2),) * 2 + (slice(0, 1),), np.ones(data.shape, bool))], 2, "all")

    assert sums.of(2) == (2, 1)
    labels.fill([((slice(0, 2), slice(1, 2), slice(0, 1)), np.ones((2, 1, 1), bool))], 3, "NaN")
    assert sums.of(3) is None


def test_labels_of_more_than_one_kind_in_a_patch_are_told_apart():
    before, after = slab("112", "012"), slab("221", "300")
    data = np.arange(6.0).reshape(2, 3, 1)
    labels = LabelMap(data.shape)
    labels.replace(before, "before")
    sums = sums_of(data, labels)

    labels.replace(after, "after")

    assert_as_counted_anew(sums.of, data, after)


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e150, 1e308])
def test_no_scale_of_intensities_is_too_much(scale):
    data = np.array([[[1.0, 2.0, 3.0]]]) * (scale / 3)
    labels = LabelMap(data.shape)
    sums = sums_of(data, labels)

    labels.apply(Edit((Patch((slice(0, 1),) * 2 + (slice(0, 3),), data > 0, 0, 1),), "all"))

    assert sums.of(1) == pytest.approx((2 / 3 * scale, np.sqrt(2 / 3) / 3 * scale), rel=1e-9)


def test_a_session_knows_them_after_strokes_undo_and_an_opened_label_map(two_tissues):
    session = session_on(two_tissues)
    data, labels = session.volume.data, session.labels.data
    session.paint(draw_voxel(session, (1, 1, 1), label=2))
    session.paint(draw_voxel(session, (9, 9, 4), label=1))
    assert_as_counted_anew(session.intensity, data, labels)

    session.undo()
    assert_as_counted_anew(session.intensity, data, labels)

    opened = (data > data.mean()).astype(np.uint8) * 3
    session.open_labels(nifti_bytes(opened, session.volume.affine), "map.nii")
    session.merge_label(3, 4)
    assert_as_counted_anew(session.intensity, data, session.labels.data)
