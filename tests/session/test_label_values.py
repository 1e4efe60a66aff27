"""The values of labels go from file to file, through the session, and stay what they are."""

from __future__ import annotations

import gzip

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tests.conftest import draw_voxel, nifti_bytes, session_on

VALUES = (0, 1, 255, 256, 32767, 65535)
CORNER = [(0, 0, 0), (1, 0, 0), (0, 0, 5)]


def painted_values(shape, values):
    """A label map of all the values, in bands along J."""
    return np.broadcast_to(np.resize(values, shape[1])[:, None], shape).astype(np.uint16)


def edit(session, turn):
    """Give a superpixel the label 1 or none, in turn; returns the voxels that this changes."""
    ijk = CORNER[turn % 3]
    ids = session.superpixels.ids
    session.paint(draw_voxel(session, ijk, label=turn % 2))
    return ids == ids[ijk]


@pytest.mark.parametrize("times", [10, pytest.param(100, marks=pytest.mark.torture)])
@pytest.mark.parametrize("values", [(value,) for value in VALUES[1:]] + [VALUES], ids=str)
def test_label_values_stay_the_same_through_opening_editing_and_saving(two_tissues, values, times):
    session = session_on(two_tissues)
    expected = painted_values(session.volume.shape, (0, *values))
    saved = nifti_bytes(expected, session.volume.affine)

    for turn in range(times):
        session.open_labels(saved, "labels.nii.gz")
        assert_array_equal(session.labels.data, expected)
        expected = np.where(edit(session, turn), turn % 2, expected)
        saved = session.export_labels().result()

        image = nib.Nifti1Image.from_bytes(gzip.decompress(saved))
        assert image.get_data_dtype() == np.min_scalar_type(int(expected.max()))
        assert (image.dataobj.slope, image.dataobj.inter) == (1, 0)
        assert_array_equal(np.asanyarray(image.dataobj), expected)

    assert session.notice.kind != "error"
    assert set(np.unique(expected)) >= {0, *values}
