"""Why a case cannot begin: the reason of the system, or else the error in its own words."""

from __future__ import annotations

import errno

import pytest

from dashboard.cases import begin_anew


@pytest.mark.parametrize(
    ("error", "why"),
    [(OSError(errno.ENOSPC, "No space left"), "No space left"), (OSError("It went."), "It went.")],
)
def test_a_folder_that_cannot_be_made_is_told_with_its_reason(monkeypatch, tmp_path, error, why):
    def fail(_folder):
        raise error

    monkeypatch.setattr(begin_anew, "make", fail)

    with pytest.raises(OSError, match=f"cannot be made: {why}") as raised:
        begin_anew.prepare(tmp_path)

    assert raised.value.errno == error.errno
