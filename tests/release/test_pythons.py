from __future__ import annotations

import sys

from tests.release.pythons import among


def test_a_python_that_runs_is_taken_and_a_name_without_one_is_not():
    assert among(["python-of-nobody", sys.executable]) == [sys.executable]


def test_a_shim_that_answers_to_the_name_and_then_fails_is_not_taken(tmp_path):
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o700)

    assert among([str(shim)]) == []
