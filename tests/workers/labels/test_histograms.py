from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tests.conftest import slab
from workers.labels.histograms import BINS, bins, histograms


def test_each_label_has_the_counts_of_numpy():
    rng = np.random.default_rng(0)
    volume = rng.normal(0, 40, (7, 5, 9)).astype(np.float32)
    labels = rng.choice([0, 3, 500], volume.shape)

    found = histograms(volume, labels, (-200.0, 200.0, 64))

    assert set(found) == {3, 500}
    for value, counts in found.items():
        assert_array_equal(counts, np.histogram(volume[labels == value], 64, (-200, 200))[0])


def test_what_lies_outside_counts_to_the_ends_and_what_is_not_finite_to_none():
    labels = slab("11111")
    volume = np.array([-9, 0, 99, np.nan, np.inf]).reshape(labels.shape)

    assert histograms(volume, labels, (0.0, 2.0, 2))[1].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 255, (-0.5, 255.5, 256)), (-1024, 30000, (-1024.5, 30007.5, 3879)), (7, 7, (6.5, 7.5, 1))],
)
def test_bins_of_integers_hold_as_many_values_each(low, high, expected):
    assert bins(low, high, np.int16) == expected


def test_bins_of_reals_are_many():
    assert bins(-1.5, 2.5, np.float32) == (-1.5, 2.5, BINS)
    assert bins(3, 3, np.float32) == (3, 4, BINS)
