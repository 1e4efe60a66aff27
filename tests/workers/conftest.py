"""Where kernels find a volume on disk."""

from __future__ import annotations

import pytest

from workers import stored


@pytest.fixture
def store(tmp_path):
    """Write a volume to disk; returns its path."""

    def write(image):
        array = stored.create(tmp_path / "image", image.shape, image.dtype, (16, 16, 16))
        array[:] = image
        return str(tmp_path / "image")

    return write
