"""Where kernels find a volume on disk."""

from __future__ import annotations

import pytest

from workers.storage import stored_array


@pytest.fixture
def store(tmp_path):
    """Write a volume to disk; returns its path."""

    def write(image):
        array = stored_array.create(tmp_path / "image", image.shape, image.dtype, (16, 16, 16))
        array[:] = image
        return str(tmp_path / "image")

    return write
