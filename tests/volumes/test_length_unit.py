from __future__ import annotations

import pytest

from dashboard.volumes.length_unit import edges_said, unit_of


@pytest.mark.parametrize(
    ("spacing", "said"),
    [
        ((4e-6, 4e-6, 4e-5), "4 × 4 × 40 nm"),
        ((5e-4, 5e-4, 2e-3), "0.5 × 0.5 × 2 µm"),
        ((5e-3, 5e-3, 5e-3), "5 µm"),
        ((0.02, 0.02, 0.05), "0.02 × 0.02 × 0.05 mm"),
        ((0.9, 1.1, 2.5), "0.9 × 1.1 × 2.5 mm"),
        ((30, 30, 40), "30 × 30 × 40 mm"),
        ((1e-10, 1e-10, 1e-10), "0.1 pm"),
        ((2e4, 2e4, 2e4), "20 m"),
        ((5e6, 5e6, 5e6), "5 km"),
    ],
)
def test_voxel_edges_are_said_in_the_unit_in_which_they_read_best(spacing, said):
    assert edges_said(spacing) == said
    assert said.endswith(f" {unit_of(spacing).name}")
