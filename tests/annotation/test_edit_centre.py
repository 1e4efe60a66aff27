from __future__ import annotations

import numpy as np

from dashboard.annotation.edit_centre import fullest
from dashboard.annotation.label_map import LabelMap, Patch
from tests.conftest import slab


def test_it_is_a_voxel_that_changed_where_much_of_it_did():
    edit = LabelMap((4, 6, 1)).replace(
        slab(
            "000001",
            "000000",
            "011100",
            "010000",
        ),
        "opened",
    )

    assert fullest(edit.patches)[0] == 2
    assert edit.patches[0].mask[2, fullest(edit.patches)[1] - 1, 0]


def test_of_patches_the_largest_counts():
    box = tuple(slice(n, n + 2) for n in (7, 8, 9))
    one = Patch((slice(0, 1),) * 3, np.ones((1, 1, 1), bool), 0, 1)
    large = Patch(box, np.ones((2, 2, 2), bool), 0, 1)

    i, j, k = fullest([one, large, one])

    assert (7 <= i < 9, 8 <= j < 10, 9 <= k < 11) == (True,) * 3


def test_where_nothing_changed_there_is_none():
    assert fullest(()) is None


def test_it_is_the_middle_of_its_row_and_not_its_first():
    edit = LabelMap((1, 3, 9)).replace(
        np.array([[[0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1, 1, 0, 0], [0] * 9]], np.uint16),
        "opened",
    )

    assert fullest(edit.patches) == (0, 1, 4)
