from __future__ import annotations

import psutil
import pytest

from dashboard.volumes.memory_limit import usable


@pytest.fixture
def limit(tmp_path):
    """Writes what Linux says of a container."""

    def write(text):
        path = tmp_path / "memory.max"
        path.write_text(text)
        return (tmp_path / "gone", path)

    return write


def test_a_container_has_its_share(limit):
    assert usable(limit("1000000\n")) == 1_000_000


@pytest.mark.parametrize("text", ["max\n", "", "9223372036854771712\n"])
def test_without_a_limit_there_is_what_the_machine_has(limit, text):
    assert usable(limit(text)) == psutil.virtual_memory().total
